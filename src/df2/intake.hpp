// df2/intake.hpp: X2 as it comes in: TLS connections of network functions, their PDUs to the engine, keep-alives back.
//
// A keep-alive is answered when everything that came before it on its connection is committed: the sender may forget what it covers. When
// the engine has no room, no more is read, and TCP holds the sender back.
//
// Source:  ETSI TS 103 221-2 clause 6 (TIME_P1, TIME_P2); docs/decisions.md (spool first).
// Units:   octets; times of a steady clock.
// Errors:  start() says why it can't listen. A PDU that can't be read or is too large is told and left out; octets that are no PDU end
//          their connection, when what came before is taken.
// Owns:    the listener and its threads; stop() or the destructor ends them. The engine must outlive it.
#pragma once

#include <atomic>

#include "df2/engine.hpp"
#include "net/stream.hpp"
#include "x2/codec.hpp"

namespace li::df2 {

struct IntakeSettings {
  net::StreamListener listener;  ///< without its handler
  x2::Limits limits;
  std::chrono::milliseconds silence{180'000};  ///< a connection without an octet for so long is closed
  std::chrono::milliseconds grace{10'000};     ///< at the end of a connection, for the answers of its last keep-alives
  std::chrono::milliseconds send_timeout{10'000};
};

/// Called by several threads. What is not given is left out.
struct IntakeEvents {
  std::function<void(net::Refusal, const std::string& address)> on_refused;
  std::function<void(const std::string& what)> on_bug;
  std::function<void(const net::PeerIdentity&, bool open)> on_connection;
  /// A PDU that is left out; or octets that are no PDU, or an end in the middle of one: then the connection is closed.
  std::function<void(const net::PeerIdentity&, const Error&)> on_malformed;
  /// "x2", "x3", "keepalive", "keepalive_acknowledgement" or "unknown", of each PDU.
  std::function<void(std::string_view type)> on_pdu;
  std::function<void(const net::PeerIdentity&)> on_silence;
};

class Intake {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Intake>> start(IntakeSettings settings, Engine& engine, IntakeEvents events);
  ~Intake();  ///< stop()
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::size_t connections() const { return server_->open_connections(); }
  /// Reads no more, answers the keep-alives of what was taken, and closes. The engine must still run.
  void stop();

 private:
  Intake(IntakeSettings settings, Engine& engine, IntakeEvents events)
      : settings_(std::move(settings)), engine_(engine), events_(std::move(events)) {}
  void serve(net::TlsStream& stream);

  const IntakeSettings settings_;
  Engine& engine_;
  const IntakeEvents events_;
  std::unique_ptr<net::StreamServer> server_;
};

}  // namespace li::df2
