#include "net/server.hpp"

#include <atomic>
#include <future>
#include <thread>

#include "net/raw.hpp"
#include "net/world.hpp"

namespace li::test {
namespace {

using net::HttpClient;
using net::HttpRequest;
using net::HttpResponse;

TEST(HttpServer, AnswersOverMutualTlsAndKeepsTheConnection) {
  const auto server = serve(listener(server_context()));
  HttpClient client(to_server(server->port(), client_context()));
  EXPECT_EQ(text_of(post(client, "one")), "1 POST /path one");
  EXPECT_EQ(text_of(post(client, "two")), "1 POST /path two");
  EXPECT_EQ(text_of(client.get("/metrics?x=1", kGuard)), "1 GET /metrics?x=1 ");
  EXPECT_EQ(client.connections_made(), 1U);
  EXPECT_EQ(server->open_connections(), 1U);
}

TEST(HttpServer, TellsTheHandlerWhoAsks) {
  net::PeerIdentity peer;
  const auto server = serve(listener(server_context(), [&](const HttpRequest& request) {
    peer = *request.peer;
    return HttpResponse{204, {}, {}, {{"X-Type", std::string(request.content_type())}}};
  }));
  HttpClient client(to_server(server->port(), client_context()));
  const auto response = client.post("/", "application/xml; charset=utf-8", {}, kGuard, net::Idempotent::no);
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 204U);
  EXPECT_EQ(net::find_header(response->headers, "x-type"), "application/xml");
  EXPECT_EQ(peer.subject, "CN=id2");
  EXPECT_EQ(peer.names, (std::vector<std::string>{kClientName, "sip:df2@example"}));
  EXPECT_EQ(peer.serial, "1001");
  EXPECT_EQ(peer.address, "127.0.0.1");
}

TEST(HttpServer, AsksNoCertificateWhereServerOnlyIsSaid) {
  auto settings = world().authority.settings(world().server);
  settings.ca_file.clear();
  settings.peers = net::TlsPeers::server_only;
  std::string subject = "none yet";
  const auto server = serve(listener(load(settings), [&](const HttpRequest& request) {
    subject = request.peer->subject;
    return echo(request);
  }));
  net::TlsSettings nobody;
  nobody.ca_file = world().authority.ca_file();
  nobody.peers = net::TlsPeers::server_only;
  HttpClient client(to_server(server->port(), load(nobody)));
  EXPECT_EQ(text_of(post(client)), "1 POST /path hello");
  EXPECT_EQ(subject, "");
}

TEST(HttpServer, HasListenersOfSeveralKinds) {
  std::vector<net::ListenerSettings> listeners;
  listeners.push_back(listener(server_context()));
  listeners.push_back(listener(nullptr, [](const HttpRequest&) {
    return HttpResponse{200, "text/plain", to_record_bytes(as_bytes("metrics")), {}};
  }));
  auto server = net::HttpServer::start(std::move(listeners));
  ASSERT_TRUE(server) << server.error().message();
  HttpClient plain(to_server((*server)->port(1), nullptr));
  EXPECT_EQ(text_of(plain.get("/", kGuard)), "metrics");
  HttpClient secure(to_server((*server)->port(0), client_context()));
  EXPECT_TRUE(post(secure));
}

TEST(HttpServer, DoesNotStartHalf) {
  const auto first = serve(listener(nullptr));
  auto taken = listener(nullptr);
  taken.port = first->port();
  std::vector<net::ListenerSettings> listeners;
  listeners.push_back(listener(nullptr));
  listeners.push_back(taken);
  const auto second = net::HttpServer::start(std::move(listeners));
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("Address already in use"), std::string::npos) << second.error().text;
}

TEST(HttpServer, RefusesALargeBodyBeforeItIsRead) {
  int calls = 0;
  const auto server = serve(listener(nullptr, [&](const HttpRequest& request) { return ++calls, echo(request); }));
  const RawSocket announced(server->port());
  announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n");
  EXPECT_EQ(announced.read_until("\r\n").substr(0, 12), "HTTP/1.1 413");

  const RawSocket chunked(server->port());
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" + std::string(0x20000, 'x') + "\r\n");
  EXPECT_EQ(chunked.read_until("\r\n").substr(0, 12), "HTTP/1.1 413");
  EXPECT_EQ(calls, 0);
}

TEST(HttpServer, RefusesAHundredMegabytesOverTls) {
  int calls = 0;
  const auto server = serve(listener(server_context(), [&](const HttpRequest& request) { return ++calls, echo(request); }));
  HttpClient client(to_server(server->port(), client_context()));
  const auto response = post(client, std::string(100'000'000, 'x'));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 413U);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(text_of(post(client)), "2 POST /path hello");
}

TEST(HttpServer, RefusesBadRequests) {
  const auto server = serve(listener(nullptr));
  for (const auto& [request, status] : std::vector<std::pair<std::string, std::string>>{
           {"POST / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "HTTP/1.1 431"},
           {"POST / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", "HTTP/1.1 400"},
           {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "HTTP/1.1 400"},
           {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx", "HTTP/1.1 400"},
           {"\x16\x03\x01 what is this\r\n\r\n", "HTTP/1.1 400"}}) {
    const RawSocket socket(server->port());
    socket.send(request);
    EXPECT_EQ(socket.read_all().substr(0, 12), status) << request.substr(0, 60);
  }
}

TEST(HttpServer, RefusesABodyWhoseEndItWouldHaveToGuess) {
  int calls = 0;
  const auto server = serve(listener(nullptr, [&](const HttpRequest& request) { return ++calls, echo(request); }));
  const std::string hidden = "1\r\nG\r\n0\r\n\r\nGET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const auto& [header, status] : std::vector<std::pair<std::string, std::string>>{
           {"HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n", "501"},
           {"HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n", "501"},
           {"HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n", "501"},
           {"HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "501"},
           {"HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n", "501"},
           {"HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n", "400"},
           {"HTTP/1.1\r\nContent-Length: 0\r\n", "400"},
           {"HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 0\r\n", "400"},
           {"HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\nContent-Length: 0\r\n", "417"}}) {
    const RawSocket socket(server->port());
    socket.send("POST / " + header + "\r\n" + hidden);
    const auto text = socket.read_all();
    EXPECT_EQ(text.substr(9, 3), status) << header;
    EXPECT_EQ(text.find("HTTP/1.1", 1), std::string::npos) << text;
  }
  EXPECT_EQ(calls, 0);
  const RawSocket good(server->port());
  good.send("POST / HTTP/1.1\r\nHost:\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nG\r\n0\r\n\r\n");
  EXPECT_NE(good.read_until("POST / G").find("200 OK"), std::string::npos);
  EXPECT_EQ(calls, 1);
}

TEST(HttpServer, TellsAClientThatWaitsToGoOn) {
  const auto server = serve(listener(nullptr));
  const RawSocket waiting(server->port());
  waiting.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(waiting.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  waiting.send("ab");
  EXPECT_EQ(waiting.read_until("POST / ab").substr(0, 15), "HTTP/1.1 200 OK");

  const RawSocket large(server->port());
  large.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000000\r\n\r\n");
  EXPECT_EQ(large.read_until("\r\n").substr(0, 12), "HTTP/1.1 413");
}

TEST(HttpServer, AnswersWhatIsSentAtOnceInOrderAndHeadWithoutABody) {
  const auto server = serve(listener(nullptr));
  const RawSocket socket(server->port());
  socket.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto text = socket.read_all();
  EXPECT_NE(text.find("1 GET /1 "), std::string::npos) << text;
  EXPECT_EQ(text.find("HEAD /2"), std::string::npos) << text;
  EXPECT_NE(text.find("1 GET /3 "), std::string::npos) << text;
}

TEST(HttpServer, ASlowClientHoldsNobodyUp) {
  auto settings = listener(nullptr);
  settings.threads = 1;
  const auto server = serve(std::move(settings));
  const RawSocket slow(server->port());
  slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Le");
  HttpClient client(to_server(server->port(), nullptr));
  EXPECT_TRUE(post(client));
  slow.send("ngth: 2\r\n\r\nab");
  EXPECT_NE(slow.read_until("ab").find("200 OK"), std::string::npos);
}

TEST(HttpServer, EndsSilentAndSlowConnections) {
  auto settings = listener(nullptr);
  settings.idle_timeout = 30ms;
  settings.io_timeout = 30ms;
  const auto server = serve(std::move(settings));
  const RawSocket silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  const RawSocket slow(server->port());
  slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
  EXPECT_EQ(slow.read_all(), "");
}

TEST(HttpServer, HasNoMoreConnectionsThanItMay) {
  Refusals refusals;
  auto settings = listener(nullptr);
  settings.max_connections = 1;
  const auto server = serve(std::move(settings), &refusals);
  HttpClient first(to_server(server->port(), nullptr));
  EXPECT_TRUE(post(first));
  const RawSocket second(server->port());
  EXPECT_EQ(second.read_all(), "");
  EXPECT_EQ(refusals.first(), "too_many_connections");
  EXPECT_TRUE(post(first));
}

TEST(HttpServer, PendingHandshakesTakeNoPlaceOfOthers) {
  Refusals refusals;
  auto settings = listener(server_context());
  settings.max_connections = 2;
  settings.max_handshakes = 3;
  const auto server = serve(std::move(settings), &refusals);
  std::vector<RawSocket> silent;
  for (int i = 0; i < 3; ++i) silent.emplace_back(server->port());
  HttpClient first(to_server(server->port(), client_context()));
  EXPECT_TRUE(post(first));
  EXPECT_EQ(silent.front().read_all(), "");  // the oldest gave way
  EXPECT_EQ(refusals.wait_for(1), std::vector<std::string>{"too_many_connections"});
  HttpClient second(to_server(server->port(), client_context()));
  EXPECT_TRUE(post(second));
  HttpClient third(to_server(server->port(), client_context()));
  EXPECT_FALSE(post(third));
  EXPECT_GE(refusals.wait_for(2).size(), 2U);
  EXPECT_TRUE(post(first));
}

TEST(HttpServer, AnAddressHasOnlySoManyConnections) {
  Refusals refusals;
  auto settings = listener(server_context());
  settings.max_per_address = 3;
  const auto server = serve(std::move(settings), &refusals);
  HttpClient client(to_server(server->port(), client_context()));
  EXPECT_TRUE(post(client));
  const RawSocket one(server->port()), two(server->port()), three(server->port());
  EXPECT_EQ(three.read_all(), "");
  EXPECT_EQ(refusals.first(), "too_many_connections");
  const RawSocket other(server->port(), "127.0.0.2");
  HttpClient same(to_server(server->port(), client_context()));
  EXPECT_FALSE(post(same));
  EXPECT_TRUE(post(client));
}

TEST(HttpServer, OutlivesEventsThatThrow) {
  std::promise<std::string> told;
  std::atomic<int> refusals = 0;
  net::ServerEvents events;
  events.on_refused = [&](net::Refusal, const std::string&) {
    ++refusals;
    throw std::runtime_error("in an event");
  };
  events.on_failure = [&](const std::string& what) {
    if (refusals == 1) told.set_value(what);
    throw std::runtime_error("here too");
  };
  std::vector<net::ListenerSettings> listeners;
  listeners.push_back(listener(server_context()));
  listeners.back().max_per_address = 1;
  const auto server = net::HttpServer::start(std::move(listeners), std::move(events));
  ASSERT_TRUE(server);
  {
    const RawSocket noise((*server)->port());
    noise.send("this is no TLS\r\n\r\n");
    (void)noise.read_all();
  }
  EXPECT_EQ(told.get_future().get(), "in an event");
  const auto connected = [&] {
    HttpClient client(to_server((*server)->port(), client_context()));
    return post(client).has_value();
  };
  while (!connected()) std::this_thread::yield();
  const RawSocket in((*server)->port());
  const RawSocket out((*server)->port());
  EXPECT_EQ(out.read_all(), "");  // refused while it was let in
}

TEST(HttpServer, AHandlerThatThrowsIsAnsweredWithoutAWord) {
  std::string told;
  net::ServerEvents events;
  events.on_failure = [&](const std::string& what) { told = what; };
  std::vector<net::ListenerSettings> listeners;
  listeners.push_back(listener(nullptr, [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("a bug with a key in it"); }));
  const auto server = net::HttpServer::start(std::move(listeners), std::move(events));
  ASSERT_TRUE(server);
  HttpClient client(to_server((*server)->port(), nullptr));
  const auto response = post(client);
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 500U);
  EXPECT_TRUE(response->body.empty());
  EXPECT_EQ(told, "a bug with a key in it");
}

TEST(HttpServer, AHandlerThatWaitsStopsNoOtherListener) {
  std::promise<void> go_on;
  std::vector<net::ListenerSettings> listeners;
  listeners.push_back(
      listener(nullptr, [wait = go_on.get_future().share()](const HttpRequest& request) { return wait.wait(), echo(request); }));
  listeners.back().threads = 1;
  listeners.push_back(listener(nullptr));
  const auto server = net::HttpServer::start(std::move(listeners));
  ASSERT_TRUE(server);
  auto waiting = std::async(std::launch::async, [&] {
    HttpClient client(to_server((*server)->port(0), nullptr));
    return text_of(post(client));
  });
  HttpClient other(to_server((*server)->port(1), nullptr));
  EXPECT_TRUE(post(other));
  go_on.set_value();
  EXPECT_NE(waiting.get().find("hello"), std::string::npos);
}

TEST(HttpServer, AStopLetsRunningRequestsFinish) {
  std::promise<void> started;
  std::promise<void> go_on;
  const auto server = serve(listener(server_context(), [&, wait = go_on.get_future().share()](const HttpRequest& request) {
    if (request.target == "/path") started.set_value(), wait.wait();
    return echo(request);
  }));
  HttpClient idle(to_server(server->port(), client_context()));
  EXPECT_TRUE(idle.get("/", kGuard));
  HttpClient client(to_server(server->port(), client_context()));
  auto running = std::async(std::launch::async, [&] { return post(client); });
  started.get_future().wait();
  auto stopped = std::async(std::launch::async, [&] { server->stop(kGuard); });
  while (idle.get("/", kGuard)) std::this_thread::yield();  // until nobody is let in
  go_on.set_value();
  const auto response = running.get();
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200U);
  EXPECT_EQ(net::find_header(response->headers, "Connection"), "close");
  stopped.get();
  EXPECT_EQ(server->open_connections(), 0U);
}

TEST(HttpServer, SeveralStopAtTheSameTime) {
  std::promise<void> started;
  std::promise<void> go_on;
  const auto first = serve(listener(nullptr, [&, wait = go_on.get_future().share()](const HttpRequest& request) {
    return started.set_value(), wait.wait(), echo(request);
  }));
  const auto second = serve(listener(nullptr));
  HttpClient to_first(to_server(first->port(), nullptr)), to_second(to_server(second->port(), nullptr));
  auto running = std::async(std::launch::async, [&] { return post(to_first); });
  started.get_future().wait();
  first->begin_stop();
  second->begin_stop();
  while (post(to_second)) std::this_thread::yield();  // it has stopped while a request of the first still runs
  second->stop(kGuard);
  go_on.set_value();
  EXPECT_TRUE(running.get());
  first->stop(kGuard);
  EXPECT_EQ(first->open_connections(), 0U);
}

TEST(HttpServer, AStopCutsThoseThatTakeTooLong) {
  const auto server = serve(listener(nullptr));
  const RawSocket slow(server->port());
  slow.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  (void)slow.read_until("GET / ");
  slow.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na");
  server->stop(10ms);
  EXPECT_EQ(slow.read_all(), "");
  server->stop();  // once more does no harm
}

}  // namespace
}  // namespace li::test
