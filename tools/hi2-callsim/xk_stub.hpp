// hi2-callsim/xk_stub.hpp: a KMS that misbehaves, or the way to one that does not.
//
// Source:  TS 33.107 clause 7A.7.2 (what becomes of a question whose answer is late, missing or incomplete).
// Units:   milliseconds.
// Errors:  start() says what can't be had.
// Owns:    its server and its connections to the real KMS.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "hi2-callsim/settings.hpp"
#include "net/server.hpp"
#include "xk/client.hpp"

namespace li::callsim {

struct Misbehaviour {
  enum class Mode { pass, silent, slow, refuse, partial };
  Mode mode = Mode::pass;
  std::chrono::milliseconds delay{10'000};      ///< slow: before the question goes on; silent: before the connection is let go
  xk::Reason reason = xk::Reason::unavailable;  ///< refuse
  std::string target;                           ///< only for questions about this one; empty: all
};
[[nodiscard]] std::optional<Misbehaviour::Mode> parse_mode(std::string_view word);

/// What is left of an answer when only the first crypto session has its key.
void cut_to_first(xk::GetKeysResponse& response);

class XkStub {
 public:
  [[nodiscard]] static Result<std::unique_ptr<XkStub>> start(const XkStubSettings& settings, Misbehaviour how);
  ~XkStub() { stop(); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void stop();

 private:
  XkStub(Misbehaviour how, std::chrono::milliseconds timeout) : how_(std::move(how)), timeout_(timeout) {}
  [[nodiscard]] RecordBytes answer(const xk::GetKeys& request);
  [[nodiscard]] xk::GetKeysResponse forward(const xk::GetKeys& request);
  void wait();

  const Misbehaviour how_;
  const std::chrono::milliseconds timeout_;
  std::unique_ptr<xk::Client> kms_;
  std::unique_ptr<xk::Endpoint> endpoint_;
  std::unique_ptr<net::HttpServer> server_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;
};

}  // namespace li::callsim
