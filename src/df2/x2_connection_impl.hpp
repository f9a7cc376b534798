// df2/x2_connection_impl.hpp: one connection of X2, in its thread.
//
// Source:  TS 103 221-2 clause 6.
// Units:   octets; a steady clock.
// Errors:  told to the events; each ends the connection but a PDU that is left out.
// Owns:    a connection owns its answers, which the engine shares; stream and engine must outlive it.
#pragma once

#include <condition_variable>
#include <mutex>

#include "df2/intake.hpp"

namespace li::df2 {

/// Keep-alives whose turn has come. The engine may know it longer than the connection lives.
class Answers {
 public:
  explicit Answers(net::TlsStream& stream) : stream_(&stream) {}
  /// By the engine's thread: what came before it is committed.
  void release(const x2::Pdu& keepalive);
  /// What may be answered by now.
  [[nodiscard]] std::vector<x2::Pdu> take();
  /// Notes that one more is to come; false when too many wait already.
  [[nodiscard]] bool expect();
  /// Waits until nothing is to come, or something may be answered; false when the time is over or nothing is to come.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point until);
  /// The connection ends: nobody is woken any more.
  void detach();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  net::TlsStream* stream_;
  std::vector<x2::Pdu> ready_;
  std::size_t expected_ = 0;
};

class X2Connection {
 public:
  X2Connection(net::TlsStream& stream, Engine& engine, const IntakeSettings& settings, const IntakeEvents& events);
  ~X2Connection();
  X2Connection(const X2Connection&) = delete;
  X2Connection& operator=(const X2Connection&) = delete;

  void serve();

 private:
  [[nodiscard]] bool read_some();
  [[nodiscard]] bool take_pdus();
  [[nodiscard]] bool take(x2::Pdu& pdu);
  [[nodiscard]] bool push(x2::Pdu& pdu);
  [[nodiscard]] bool send_answers();
  void finish();
  void malformed(const Error& error);

  net::TlsStream& stream_;
  Engine& engine_;
  const IntakeSettings& settings_;
  const IntakeEvents& events_;
  const std::shared_ptr<Answers> answers_;
  x2::Stream pdus_;
  RecordBytes room_;
  std::chrono::steady_clock::time_point heard_;
};

}  // namespace li::df2
