// lemf/receiver.hpp: mediation functions come here, with PS-PDUs over mutual TLS: what they are told they may forget is stored.
//
// Source:  ETSI TS 102 232-1 V3.26.1 6.3; docs/decisions.md (it answers only after its commit).
// Units:   octets; times are UTC.
// Errors:  start() says what is wrong. Later ones are told to the events; each ends its connection, and what was not confirmed comes again.
// Owns:    its server, with a thread for each connection. The store must outlive it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>

#include "delivery/link.hpp"
#include "lemf/store.hpp"
#include "net/stream.hpp"
#include "ops/audit.hpp"

namespace li::lemf {

struct ReceiverSettings {
  net::StreamListener listener;                  ///< without its handler
  std::vector<std::string> mediation_functions;  ///< names of their certificates; the context lets in nobody else
  delivery::ReceiverLink::Options link;
  std::chrono::milliseconds silence{600'000};   ///< so long without an octet, a connection ends
  std::chrono::milliseconds patience{4'000};    ///< so long it waits for room on the disk
  std::chrono::milliseconds answering{10'000};  ///< so long for an answer to be taken
  ops::Clock clock = ops::system_now;
};

/// Called by several threads at once; empty ones are left out.
struct ReceiverEvents {
  std::function<void(net::Refusal, const std::string& address)> on_refused;
  std::function<void(const std::string& what)> on_failure;
  std::function<void(const std::string& source, bool begins)> on_connection;
  /// What was not as the standard has it; the connection ends.
  std::function<void(const std::string& source, const Error&)> on_broken;
  std::function<void(const std::string& source, const Outcome&)> on_stored;
  /// Nothing was stored, nothing is answered. ErrorKind::limit: the disk is full, and it is tried again.
  std::function<void(const std::string& source, const Error&)> on_fault;
};

class Receiver {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Receiver>> start(Store& store, ReceiverSettings settings, ReceiverEvents events = {});
  ~Receiver() { stop(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// From now on, as the context's, which has them already: connections of all others end, and what comes on them meanwhile is not used.
  void name_mediation_functions(std::vector<std::string> names);
  [[nodiscard]] std::size_t open_connections() const { return server_->open_connections(); }
  /// What was read is stored and answered. May be called again.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(10));

 private:
  class Connection;
  Receiver(Store& store, ReceiverSettings settings, ReceiverEvents events);
  void serve(net::TlsStream& stream);
  /// The one by which it was let in; nothing when it would not be let in any more.
  [[nodiscard]] std::optional<std::string> name_of(const net::PeerIdentity& peer);
  /// False when it is to stop.
  [[nodiscard]] bool wait(std::chrono::milliseconds most);

  Store& store_;
  const ReceiverSettings settings_;
  const ReceiverEvents events_;
  std::mutex lock_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::string> mediation_functions_;
  std::set<net::TlsStream*> streams_;  ///< those that are served
  std::unique_ptr<net::StreamServer> server_;
};

}  // namespace li::lemf
