// delivery/ps_sender.hpp: sends what waits in the spool to one LEMF, over TLS, in a thread of its own.
//
// Entries go in their order. They leave the spool when the LEMF has confirmed them; those that it has not are sent again, in order, on the
// next connection, so a LEMF may see a PDU twice. A lost connection is opened again at once, then after a quarter, half and a whole
// second, and every second from then on.
//
// Source:  ETSI TS 102 232-1 V3.26.1 6.3; docs/decisions.md (a record leaves the spool when its LEMF has it).
// Units:   octets; times are UTC where they are told, and a steady clock's where they are waited for.
// Errors:  faults of the way or of the spool are told to the events and tried again; nothing is given up.
// Owns:    its thread and connection. The spool must outlive it.
#pragma once

#include <memory>
#include <string>

#include "delivery/link.hpp"
#include "net/stream.hpp"

namespace li::delivery {

struct PsSenderSettings {
  std::string destination;  ///< its name in the spool
  net::TlsStream::Target target;
  LinkIdentity identity;
  LinkTimes times;
  LinkWindow window;
  bool negotiate = true;                        ///< see SenderLink
  std::chrono::milliseconds connecting{5'000};  ///< look-up of the name, connection and handshake together
  std::chrono::milliseconds retry{1'000};       ///< at most so long between two attempts
};

/// What happens is told once, not with every attempt that fails the same way. Called by the sender's thread; empty ones are left out.
struct PsSenderEvents {
  /// PDUs can go, and the LEMF has said something. `acknowledges`: the LEMF took the option pDUAcknowledgement.
  std::function<void(const net::PeerIdentity& peer, bool acknowledges)> on_connected;
  /// TLS was refused, by the LEMF or by us: a security event.
  std::function<void(const std::string& why)> on_refused;
  /// There is no connection, or no longer one.
  std::function<void(const std::string& why)> on_lost;
  /// The spool did not do what it was asked to.
  std::function<void(const std::string& why)> on_fault;
  /// Entries were confirmed and have left the spool: when each of them happened.
  std::function<void(const std::vector<TimePoint>& events)> on_delivered;
};

struct PsSenderStatus {
  std::optional<TimePoint> connected_since;  ///< nothing without a connection that PDUs can go on
  bool acknowledges = false;
  std::optional<TimePoint> last_confirmed;
  std::string last_error;         ///< stays when all is well again
  std::uint64_t sent = 0;         ///< entries, those sent again counted again
  std::uint64_t confirmed = 0;    ///< entries
  std::uint64_t connections = 0;  ///< that PDUs could go on
  std::size_t unconfirmed = 0;    ///< entries that are on their way
};

class PsSender {
 public:
  /// Starts at once.
  PsSender(PsSenderSettings settings, Spool& spool, PsSenderEvents events = {});
  ~PsSender();  ///< stop()
  PsSender(const PsSender&) = delete;
  PsSender& operator=(const PsSender&) = delete;

  /// There may be new entries. From any thread; costs next to nothing.
  void wake();
  [[nodiscard]] PsSenderStatus status() const;

  /// Sends no more entries, and waits at most so long for those on their way to be confirmed; does not wait here. May be called again.
  void begin_stop(std::chrono::milliseconds grace);
  /// begin_stop(), and waits for the thread: beyond the grace, for an attempt to connect at most.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::delivery
