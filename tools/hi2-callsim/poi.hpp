// hi2-callsim/poi.hpp: the point of interception: gives events their numbers and times, and keeps a connection to the DF2 that loses none.
//
// Source:  ETSI TS 103 221-2 clauses 5 and 6.
// Units:   times are UTC; waiting is by the steady clock.
// Errors:  what can't be sent, or is not answered for `give_up`.
// Owns:    its connection. Used by one thread.
#pragma once

#include <map>
#include <memory>

#include "hi2-callsim/outbox.hpp"
#include "hi2-callsim/settings.hpp"
#include "hi2-callsim/story.hpp"
#include "net/stream.hpp"

namespace li::callsim {

/// The next sequence number of an XID, which a network function does not forget when it stops. One process at a time has it.
class Numbers {
 public:
  [[nodiscard]] static Result<Numbers> open(const std::filesystem::path& folder, const x2::Xid& xid);
  ~Numbers();
  Numbers(Numbers&& other) noexcept;
  Numbers& operator=(Numbers&&) = delete;

  [[nodiscard]] std::uint32_t take() { return next_++; }
  /// Numbers below next + `ahead` are not given again, whatever happens to this process.
  [[nodiscard]] Result<void> save(std::uint32_t ahead = 0);

 private:
  Numbers(int file, std::uint32_t next) : file_(file), next_(next) {}
  int file_ = -1;
  std::uint32_t next_ = 0;
};

/// An event as X2 carries it.
[[nodiscard]] RecordBytes to_pdu(const Event& event, const x2::Xid& xid, const std::string& target, const std::string& network_element,
                                 std::uint32_t number, TimePoint time);

/// Octets to and from a DF2; what tests put in its place.
class Wire {
 public:
  virtual ~Wire() = default;
  [[nodiscard]] virtual Result<void> send(ByteView octets) = 0;
  /// What came in, nothing when the time is over. Fails when the connection has ended.
  [[nodiscard]] virtual Result<Bytes> receive(std::chrono::milliseconds most) = 0;
};
using Connect = std::function<Result<std::unique_ptr<Wire>>()>;
[[nodiscard]] Connect connect_over_tls(const X2Settings& settings, std::shared_ptr<net::TlsContext> tls);

class Poi {
 public:
  using Steady = std::function<std::chrono::steady_clock::time_point()>;
  Poi(const X2Settings& settings, Connect connect, Steady steady = std::chrono::steady_clock::now,
      std::function<void(std::chrono::milliseconds)> sleep = {});

  void add(RecordBytes pdu) { outbox_.add(std::move(pdu)); }
  /// Sends what there is, reads what came in, and keeps Keepalives going until then; at least once.
  [[nodiscard]] Result<void> run_until(std::chrono::steady_clock::time_point until);
  /// The same until no more than so many PDUs are unanswered.
  [[nodiscard]] Result<void> drain(std::size_t unanswered);
  /// Ends when all is answered for.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] const Outbox& outbox() const { return outbox_; }
  [[nodiscard]] std::uint64_t connections() const { return connections_; }
  [[nodiscard]] std::uint64_t keepalives() const { return keepalives_; }

 private:
  [[nodiscard]] Result<void> step(std::chrono::milliseconds most);
  [[nodiscard]] Result<void> open();
  [[nodiscard]] Result<void> exchange(std::chrono::milliseconds most);
  [[nodiscard]] Result<void> send_all();
  [[nodiscard]] Result<void> take_in(ByteView octets);
  void keep_alive(bool now);

  const X2Settings& settings_;
  Connect connect_;
  Steady steady_;
  std::function<void(std::chrono::milliseconds)> sleep_;
  Outbox outbox_;
  std::unique_ptr<Wire> wire_;
  x2::Stream in_;
  std::chrono::steady_clock::time_point last_keepalive_, last_answer_, asked_;
  std::string last_failure_;
  std::uint64_t connections_ = 0, keepalives_ = 0;
};

}  // namespace li::callsim
