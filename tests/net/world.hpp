// net/world.hpp: a CA with a server and a client, and notes of what a server refused.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "net/client.hpp"
#include "net/server.hpp"
#include "support/certificates.hpp"

namespace li::test {

using namespace std::chrono_literals;

constexpr auto kServerName = "kms.example";
constexpr auto kClientName = "df2.example";
constexpr auto kGuard = 20s;

struct World {
  Authority authority;
  Authority other{"Other CA"};
  Identity server = authority.issue(std::string("DNS:") + kServerName);
  Identity client = authority.issue(std::string("DNS:") + kClientName + ",URI:sip:df2@example");
};

/// Made once for all tests: each certificate takes a while.
inline World& world() {
  static World one;
  return one;
}

inline std::shared_ptr<net::TlsContext> load(net::TlsSettings settings) {
  auto context = net::TlsContext::load(std::move(settings));
  if (!context) throw std::runtime_error(context.error().message());
  return *context;
}

inline std::shared_ptr<net::TlsContext> server_context() { return load(world().authority.settings(world().server)); }
inline std::shared_ptr<net::TlsContext> client_context() { return load(world().authority.settings(world().client)); }

/// What a server refused, in order.
class Refusals {
 public:
  void note(net::Refusal refusal) {
    const std::lock_guard lock(mutex_);
    all_.emplace_back(net::to_string(refusal));
    more_.notify_all();
  }
  /// Waits until there are `count`.
  [[nodiscard]] std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    more_.wait_for(lock, kGuard, [&] { return all_.size() >= count; });
    return all_;
  }
  [[nodiscard]] std::string first() {
    const auto all = wait_for(1);
    return all.empty() ? "none" : all.front();
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> all_;
};

/// Says "<connection id> <method> <target> <body>".
inline net::HttpResponse echo(const net::HttpRequest& request) {
  const auto text = std::to_string(request.connection_id) + " " + request.method + " " + request.target + " ";
  auto body = to_record_bytes(as_bytes(text));
  append(body, request.body);
  return {200, "text/plain", std::move(body), {}};
}

inline net::ListenerSettings listener(std::shared_ptr<net::TlsContext> tls, net::HttpHandler handler = echo) {
  net::ListenerSettings settings;
  settings.tls = std::move(tls);
  settings.handler = std::move(handler);
  return settings;
}

inline std::unique_ptr<net::HttpServer> serve(net::ListenerSettings settings, Refusals* refusals = nullptr) {
  net::ServerEvents events;
  if (refusals != nullptr) events.on_refused = [refusals](net::Refusal refusal, const std::string&) { refusals->note(refusal); };
  std::vector<net::ListenerSettings> all;
  all.push_back(std::move(settings));
  auto server = net::HttpServer::start(std::move(all), std::move(events));
  if (!server) throw std::runtime_error(server.error().message());
  return std::move(*server);
}

inline net::ClientSettings to_server(std::uint16_t port, std::shared_ptr<net::TlsContext> tls) {
  net::ClientSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port;
  settings.tls = std::move(tls);
  settings.server_name = kServerName;
  return settings;
}

inline net::HttpResult post(net::HttpClient& client, std::string_view body = "hello") {
  return client.post("/path", "text/plain", as_bytes(body), kGuard, net::Idempotent::no);
}

/// The body, or what went wrong.
inline std::string text_of(const net::HttpResult& result) {
  return result ? std::string(as_text(result->body)) : "error: " + result.error().message();
}

}  // namespace li::test
