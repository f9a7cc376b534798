#include "net/client.hpp"

#include <future>
#include <thread>

#include "net/raw.hpp"
#include "net/world.hpp"

namespace li::test {
namespace {

using net::HttpClient;
using net::HttpFailure;
using net::Idempotent;

constexpr auto kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(HttpClient, SaysThatNobodyIsThere) {
  const auto port = [] { return RawListener().port(); }();
  HttpClient client(to_server(port, nullptr));
  const auto response = post(client);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().failure, HttpFailure::connect);
  EXPECT_EQ(response.error().message(), "can't connect: Connection refused");

  auto settings = to_server(1, nullptr);
  settings.host = "no-such-host.invalid";
  HttpClient nowhere(settings);
  const auto lost = post(nowhere);
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().failure == HttpFailure::connect || lost.error().failure == HttpFailure::timeout) << lost.error().message();
}

TEST(HttpClient, FindsAHostByItsName) {
  const auto server = serve(listener(nullptr));
  auto settings = to_server(server->port(), nullptr);
  settings.host = "localhost";
  HttpClient client(settings);
  EXPECT_EQ(text_of(post(client)), "1 POST /path hello");
}

TEST(HttpClient, GivesUpWhenTheTimeIsOver) {
  std::promise<void> go_on;
  const auto server = serve(listener(
      server_context(), [wait = go_on.get_future().share()](const net::HttpRequest& request) { return wait.wait(), echo(request); }));
  HttpClient client(to_server(server->port(), client_context()));
  const auto response = client.post("/", "text/plain", {}, 50ms, Idempotent::yes);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().failure, HttpFailure::timeout);
  go_on.set_value();
}

TEST(HttpClient, WaitsForAConnectionNoLongerThanItMay) {
  std::promise<void> started;
  std::promise<void> go_on;
  const auto server = serve(listener(nullptr, [&, wait = go_on.get_future().share()](const net::HttpRequest& request) {
    return started.set_value(), wait.wait(), echo(request);
  }));
  auto settings = to_server(server->port(), nullptr);
  settings.max_connections = 1;
  HttpClient client(settings);
  auto first = std::async(std::launch::async, [&] { return text_of(post(client)); });
  started.get_future().wait();
  const auto second = client.post("/", "text/plain", {}, 20ms, Idempotent::yes);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message(), "timeout: no connection was free in time");
  go_on.set_value();
  EXPECT_EQ(first.get(), "1 POST /path hello");
}

TEST(HttpClient, ReplacesAConnectionThatTheServerHasClosed) {
  auto server = serve(listener(server_context()));
  const auto port = server->port();
  HttpClient client(to_server(port, client_context()));
  EXPECT_TRUE(post(client));
  server.reset();
  auto again = listener(server_context());
  again.port = port;
  server = serve(std::move(again));
  EXPECT_EQ(text_of(post(client)), "1 POST /path hello");
  EXPECT_EQ(client.connections_made(), 2U);
}

// Closes the first connection when the second request has come, and answers on the next one.
class Fickle {
 public:
  explicit Fickle(std::string last_words = {})
      : thread_([this, last_words] {
          {
            const auto first = listener_.accept();
            (void)first.read_until("hello");
            first.send(kAnswer);
            (void)first.read_until("hello");
            if (!last_words.empty()) first.send(last_words);
          }
          if (!last_words.empty()) return;
          const auto second = listener_.accept();
          if (!second.read_until("hello").empty()) second.send(kAnswer);
        }) {}
  Fickle(const Fickle&) = delete;
  Fickle& operator=(const Fickle&) = delete;
  ~Fickle() { thread_.join(); }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  RawListener listener_;
  std::thread thread_;
};

TEST(HttpClient, SendsAgainWhatMayBeSentTwice) {
  const Fickle server;
  HttpClient client(to_server(server.port(), nullptr));
  EXPECT_EQ(text_of(post(client)), "ok");
  EXPECT_EQ(text_of(client.post("/", "text/plain", as_bytes("hello"), kGuard, Idempotent::yes)), "ok");
  EXPECT_EQ(client.connections_made(), 2U);
}

TEST(HttpClient, DoesNotSendAgainWhatMayNot) {
  const Fickle server;
  HttpClient client(to_server(server.port(), nullptr));
  EXPECT_EQ(text_of(post(client)), "ok");
  EXPECT_EQ(text_of(post(client)), "error: connection lost: the server closed the connection");
  EXPECT_EQ(client.connections_made(), 1U);
  EXPECT_EQ(text_of(post(client)), "ok");
}

TEST(HttpClient, DoesNotSendAgainOnceAnAnswerHasBegun) {
  const Fickle server("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf");
  HttpClient client(to_server(server.port(), nullptr));
  EXPECT_EQ(text_of(post(client)), "ok");
  EXPECT_EQ(text_of(client.post("/", "text/plain", as_bytes("hello"), kGuard, Idempotent::yes)),
            "error: connection lost: the server closed the connection");
}

TEST(HttpClient, RefusesAnswersThatAreTooLargeOrNone) {
  const auto server = serve(listener(nullptr, [](const net::HttpRequest&) {
    return net::HttpResponse{200, "text/plain", RecordBytes(5000, 'x'), {}};
  }));
  auto settings = to_server(server->port(), nullptr);
  settings.response_limit = 4999;
  HttpClient client(settings);
  EXPECT_EQ(text_of(post(client)), "error: bad response: body limit exceeded");
  ++settings.response_limit;
  HttpClient enough(settings);
  EXPECT_EQ(text_of(post(enough)), std::string(5000, 'x'));

  const Fickle noise("220 ProFTPD ready\r\n");
  HttpClient other(to_server(noise.port(), nullptr));
  EXPECT_EQ(text_of(post(other)), "ok");
  EXPECT_EQ(text_of(post(other)), "error: bad response: bad version");
}

TEST(HttpClient, ServesManyThreads) {
  auto settings = listener(server_context());
  settings.threads = 3;
  const auto server = serve(std::move(settings));
  auto to = to_server(server->port(), client_context());
  to.max_connections = 3;
  HttpClient client(to);
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int k = 0; k < 25; ++k) {
        const auto body = std::to_string(i * 100 + k);
        if (text_of(post(client, body)).ends_with(" POST /path " + body)) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
  EXPECT_LE(client.connections_made(), 3U);
}

}  // namespace
}  // namespace li::test
