// Streams over mutual TLS: octets both ways, wake-ups, ends, refusals, stops; against ourselves and against openssl.
#include "net/stream.hpp"

#include <atomic>
#include <thread>

#include "net/raw.hpp"
#include "net/world.hpp"

namespace li::test {
namespace {

using net::Received;
using net::TlsStream;
using Stream = std::unique_ptr<TlsStream>;
using What = Received::What;

net::StreamListener stream_listener(std::function<void(TlsStream&)> handler) {
  net::StreamListener listener;
  listener.tls = server_context();
  listener.handler = std::move(handler);
  return listener;
}

std::unique_ptr<net::StreamServer> serve(net::StreamListener listener, Refusals* refusals = nullptr,
                                         std::function<void(const std::string&)> on_failure = {}) {
  net::StreamEvents events;
  if (refusals != nullptr) events.on_refused = [refusals](net::Refusal refusal, const std::string&) { refusals->note(refusal); };
  events.on_failure = std::move(on_failure);
  return std::move(net::StreamServer::start(std::move(listener), std::move(events)).value());
}

TlsStream::Target target(std::uint16_t port, std::shared_ptr<net::TlsContext> tls = client_context()) {
  return {"127.0.0.1", port, std::move(tls), kServerName};
}

Stream connect(std::uint16_t port) { return std::move(TlsStream::connect(target(port), kGuard).value()); }

/// Exactly `count` octets, or fewer and how it ended.
std::string read(TlsStream& stream, std::size_t count) {
  std::string text;
  std::array<std::uint8_t, 5000> room{};
  while (text.size() < count) {
    const auto got = stream.receive(std::span(room).first(std::min(room.size(), count - text.size())), kGuard);
    if (!got) return text + "|error: " + got.error().message();
    if (got->what == What::end) return text + "|end";
    if (got->what == What::silence) return text + "|silence";
    text += as_text(ByteView(room).first(got->count));
  }
  return text;
}

void echo_all(TlsStream& stream) {
  std::array<std::uint8_t, 5000> room{};
  for (;;) {
    const auto got = stream.receive(room, kGuard);
    if (!got || got->what == What::end || stream.stopping()) return;
    if (!stream.send(ByteView(room).first(got->count), kGuard)) return;
  }
}

TEST(Stream, OctetsGoBothWaysAndPeersKnowEachOther) {
  std::string seen;
  const auto server = serve(stream_listener([&](TlsStream& stream) {
    seen = stream.peer().subject + " " + stream.peer().address + " " + stream.peer().names.front();
    echo_all(stream);
  }));
  const auto stream = connect(server->port());
  ASSERT_TRUE(stream->send(as_bytes("hello"), kGuard));
  EXPECT_EQ(read(*stream, 5), "hello");
  EXPECT_EQ(stream->peer().names.front(), kServerName);
  stream->close();
  server->stop();
  EXPECT_NE(seen.find("127.0.0.1 df2.example"), std::string::npos) << seen;
}

TEST(Stream, BothEndsSendMuchAtTheSameTime) {
  constexpr std::size_t kMuch = 6 * 1024 * 1024;
  std::string from_client;
  const auto server = serve(stream_listener([&](TlsStream& stream) {
    ASSERT_TRUE(stream.send(as_bytes(std::string(kMuch, 's')), kGuard));
    from_client = read(stream, kMuch);
  }));
  const auto stream = connect(server->port());
  ASSERT_TRUE(stream->send(as_bytes(std::string(kMuch, 'c')), kGuard));
  EXPECT_EQ(read(*stream, kMuch), std::string(kMuch, 's'));
  EXPECT_EQ(read(*stream, 1), "|end");
  stream->close();
  server->stop();
  EXPECT_EQ(from_client, std::string(kMuch, 'c'));
}

TEST(Stream, ASendThatNobodyTakesFails) {
  std::atomic<bool> done = false;
  const auto server = serve(stream_listener([&](TlsStream&) { done.wait(false); }));
  const auto stream = connect(server->port());
  const auto sent = stream->send(as_bytes(std::string(32 * 1024 * 1024, 'x')), 50ms);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, ErrorKind::limit);
  EXPECT_FALSE(stream->send(as_bytes("x"), kGuard)) << "a stream that lost octets is over";
  EXPECT_FALSE(stream->receive({}, kGuard));
  done = true;
  done.notify_all();
}

TEST(Stream, WakeEndsAWaitNowOrTheNextOne) {
  const auto server = serve(stream_listener(echo_all));
  const auto stream = connect(server->port());
  std::array<std::uint8_t, 10> room{};
  stream->wake();
  EXPECT_EQ(stream->receive(room, kGuard)->what, What::woken);
  EXPECT_EQ(stream->receive(room, 5ms)->what, What::silence);
  EXPECT_EQ(stream->receive(room, 0ms)->what, What::silence);
  std::thread other([&] { stream->wake(); });
  EXPECT_EQ(stream->receive(room, kGuard)->what, What::woken);
  other.join();
  ASSERT_TRUE(stream->send(as_bytes("and it goes on"), kGuard));
  EXPECT_EQ(read(*stream, 14), "and it goes on");
}

TEST(Stream, WhatWasSentBeforeTheEndArrives) {
  const auto server = serve(stream_listener([](TlsStream& stream) { ASSERT_TRUE(stream.send(as_bytes("last words"), kGuard)); }));
  const auto stream = connect(server->port());
  ASSERT_TRUE(stream->send(as_bytes("never read"), kGuard));
  EXPECT_EQ(read(*stream, 100), "last words|end");
  EXPECT_EQ(read(*stream, 100), "|end");
}

TEST(Stream, ACutIsNoEnd) {
  std::string seen;
  auto server = serve(stream_listener([&](TlsStream& stream) { seen = read(stream, 100); }));
  {
    const auto stream = connect(server->port());
    ASSERT_TRUE(stream->send(as_bytes("half a P"), kGuard));
  }  // gone without close()
  server.reset();
  EXPECT_NE(seen.find("half a P|error: the other end broke off the connection"), std::string::npos) << seen;
}

TEST(Stream, OfWhatTheHandlerThrowsTheOwnerIsTold) {
  std::string told;
  auto server =
      serve(stream_listener([](TlsStream&) { throw std::runtime_error("oh"); }), nullptr, [&](const std::string& what) { told = what; });
  EXPECT_NE(read(*connect(server->port()), 1), "x");
  server.reset();
  EXPECT_EQ(told, "oh");
}

TEST(StreamServer, AStopWakesHandlersAndWaitsForThem) {
  std::atomic<int> ended = 0;
  const auto server = serve(stream_listener([&](TlsStream& stream) {
    ASSERT_TRUE(stream.send(as_bytes("!"), kGuard));
    echo_all(stream);
    ++ended;
  }));
  std::vector<Stream> streams;
  for (int i = 0; i < 3; ++i) streams.push_back(connect(server->port()));
  for (const auto& stream : streams) EXPECT_EQ(read(*stream, 1), "!");
  EXPECT_EQ(server->open_connections(), 3U);
  // The other ends close as well; else each handler's close() would wait a second for that.
  std::vector<std::thread> threads;
  for (const auto& stream : streams) {
    threads.emplace_back([&stream] {
      EXPECT_EQ(read(*stream, 1), "|end");
      stream->close();
    });
  }
  server->stop();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ended, 3);
  EXPECT_TRUE(server->stopping());
  EXPECT_EQ(server->open_connections(), 0U);
  EXPECT_FALSE(TlsStream::connect(target(server->port()), kGuard));
}

TEST(StreamServer, AStopCutsHandlersThatGoOn) {
  std::string seen;
  const auto server = serve(stream_listener([&](TlsStream& stream) {
    ASSERT_TRUE(stream.send(as_bytes("!"), kGuard));
    seen = read(stream, 1000);  // takes no notice of being woken
  }));
  const auto stream = connect(server->port());
  EXPECT_EQ(read(*stream, 1), "!");
  server->stop(20ms);
  EXPECT_EQ(seen, "|error: the connection was cut off here");
}

TEST(StreamServer, HasItsLimits) {
  auto listener = stream_listener([&](TlsStream& stream) {
    (void)stream.send(as_bytes("!"), kGuard);
    echo_all(stream);
  });
  listener.max_connections = 2;
  listener.max_handshakes = 1;
  Refusals refusals;
  const auto server = serve(std::move(listener), &refusals);
  const RawSocket waits(server->port());
  const auto first = connect(server->port());  // the one that waits gives way
  EXPECT_EQ(refusals.wait_for(1).back(), "too_many_connections");
  EXPECT_EQ(waits.read_all(), "");
  const auto second = connect(server->port());
  EXPECT_EQ(read(*first, 1) + read(*second, 1), "!!");
  EXPECT_FALSE(TlsStream::connect(target(server->port()), kGuard));
  EXPECT_EQ(refusals.wait_for(2).back(), "too_many_connections");
}

TEST(StreamServer, AReloadLeavesOpenConnectionsAlone) {
  auto settings = world().authority.settings(world().server);
  const TemporaryFolder folder;
  settings.ca_file = (folder.path() / "ca.pem").string();
  std::filesystem::copy_file(world().authority.ca_file(), settings.ca_file);
  auto listener = stream_listener(echo_all);
  listener.tls = load(settings);
  Refusals refusals;
  const auto server = serve(listener, &refusals);
  const auto stream = connect(server->port());
  ASSERT_TRUE(stream->send(as_bytes("a"), kGuard));
  EXPECT_EQ(read(*stream, 1), "a");
  std::filesystem::copy_file(world().other.ca_file(), settings.ca_file, std::filesystem::copy_options::overwrite_existing);
  ASSERT_TRUE(listener.tls->reload());
  ASSERT_TRUE(stream->send(as_bytes("b"), kGuard));
  EXPECT_EQ(read(*stream, 1), "b");
  (void)read(*connect(server->port()), 1);
  EXPECT_EQ(refusals.first(), "unknown_ca");
}

TEST(StreamServer, StartSaysWhatIsWrong) {
  EXPECT_FALSE(net::StreamServer::start({}));
  auto listener = stream_listener(echo_all);
  listener.tls = nullptr;
  EXPECT_EQ(net::StreamServer::start(listener).error().text, "streams need mutual TLS");
  listener = stream_listener(echo_all);
  listener.tls = load({world().server.certificate_file, world().server.key_file, {}, {}, {}, net::TlsPeers::server_only});
  EXPECT_EQ(net::StreamServer::start(listener).error().text, "streams need mutual TLS");
  listener = stream_listener(echo_all);
  const auto server = serve(listener);
  listener.port = server->port();
  EXPECT_FALSE(net::StreamServer::start(listener));
}

// --- refusals ------------------------------------------------------------------------------------------------------------------------

struct BadPeer {
  std::string name;
  std::function<net::TlsSettings()> settings;
  std::string refusal;
  std::string alert;
};

void PrintTo(const BadPeer& bad, std::ostream* out) { *out << bad.name; }

net::TlsSettings with(const Wanted& wanted) { return world().authority.settings(world().authority.issue(wanted)); }

const BadPeer kBadPeers[] = {
    {"other_ca",
     [] {
       auto settings = world().other.settings(world().other.issue("DNS:df2.example"));
       settings.ca_file = world().authority.ca_file();
       return settings;
     },
     "unknown_ca", "unknown ca"},
    {"expired",
     [] {
       return with({"DNS:df2.example", "20200101000000Z", "20210101000000Z"});
     },
     "expired", "certificate expired"},
    {"not_yet_valid",
     [] {
       return with({"DNS:df2.example", "20900101000000Z", "20910101000000Z"});
     },
     "not_yet_valid", "bad certificate"},
    {"misnamed",
     [] {
       return with({"DNS:evil.example", {}, {}});
     },
     "wrong_name", "bad certificate"},
    {"a_server_only",
     [] {
       return with({"DNS:df2.example", {}, {}, "serverAuth"});
     },
     "bad_certificate", "certificate"},
    {"revoked",
     [] {
       const auto revoked = world().authority.issue("DNS:df2.example");
       world().authority.revoke(revoked);
       return world().authority.settings(revoked);
     },
     "revoked", "certificate revoked"},
};

class StreamRefused : public testing::TestWithParam<BadPeer> {};

TEST_P(StreamRefused, WithItsReasonAndAnAlert) {
  const auto bad = load(GetParam().settings());
  auto settings = world().authority.settings(world().server);
  settings.peer_names = {kClientName};
  settings.crl_file = world().authority.crl();
  std::atomic<int> handled = 0;
  auto listener = stream_listener([&](TlsStream& stream) {
    ++handled;
    echo_all(stream);
  });
  listener.tls = load(settings);
  Refusals refusals;
  const auto server = serve(std::move(listener), &refusals);
  for (const bool sends : {false, true}) {
    const auto stream = TlsStream::connect(target(server->port(), bad), kGuard);
    ASSERT_TRUE(stream) << "the client's handshake itself succeeds";
    std::array<std::uint8_t, 10> room{};
    Result<void> sent;
    while (sends && sent) sent = (*stream)->send(as_bytes("secret"), kGuard);
    const auto got = (*stream)->receive(room, kGuard);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().kind, ErrorKind::unexpected) << got.error().message();
    EXPECT_NE(got.error().text.find(GetParam().alert), std::string::npos) << got.error().text;
  }
  EXPECT_EQ(refusals.wait_for(2), std::vector<std::string>(2, GetParam().refusal));
  EXPECT_EQ(handled, 0);
  const auto good = connect(server->port());
  ASSERT_TRUE(good->send(as_bytes("x"), kGuard));
  EXPECT_EQ(read(*good, 1), "x");
}

INSTANTIATE_TEST_SUITE_P(Client, StreamRefused, testing::ValuesIn(kBadPeers), [](const auto& bad) { return bad.param.name; });

TEST(StreamRefusal, OfOlderVersionsOtherProtocolsAndSilence) {
  auto listener = stream_listener(echo_all);
  listener.handshake_timeout = 500ms;
  Refusals refusals;
  const auto server = serve(std::move(listener), &refusals);
  const auto said = output_of("openssl s_client -tls1_2 -connect 127.0.0.1:" + std::to_string(server->port()) + " -cert " +
                              world().client.certificate_file + " -key " + world().client.key_file + " </dev/null");
  EXPECT_NE(said.find("alert protocol version"), std::string::npos) << said;
  EXPECT_EQ(refusals.wait_for(1).back(), "old_version");
  const RawSocket plain(server->port());
  plain.send("\x30\x81\xe9\xa1\x3c plain PS-PDU, no TLS");
  (void)plain.read_all();
  EXPECT_EQ(refusals.wait_for(2).back(), "not_tls");
  { const RawSocket scan(server->port()); }
  EXPECT_EQ(refusals.wait_for(3).back(), "closed");
  const RawSocket silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(refusals.wait_for(4).back(), "timeout");
}

TEST(StreamRefusal, OfTheServerByItsClient) {
  Refusals refusals;
  const auto server = serve(stream_listener(echo_all), &refusals);
  auto misnamed = target(server->port());
  misnamed.server_name = "other.example";
  const auto text_of = [](const Result<Stream>& result) { return result ? std::string() : result.error().text; };
  EXPECT_NE(text_of(TlsStream::connect(misnamed, kGuard)).find("TLS refused: the server's certificate: wrong_name"), std::string::npos);
  EXPECT_EQ(refusals.first(), "refused_by_peer");
  const auto stranger = load(world().other.settings(world().other.issue("DNS:x.example")));
  EXPECT_NE(text_of(TlsStream::connect(target(server->port(), stranger), kGuard)).find("unknown_ca"), std::string::npos);
}

TEST(StreamConnect, SaysWhatIsWrong) {
  const auto kind_of = [](const TlsStream::Target& to, std::chrono::milliseconds timeout = kGuard) {
    return TlsStream::connect(to, timeout).error().kind;
  };
  auto nobody = target(1);
  EXPECT_EQ(kind_of(nobody), ErrorKind::missing);
  nobody.host = "nobody.invalid";
  EXPECT_EQ(kind_of(nobody), ErrorKind::missing);
  nobody.server_name.clear();
  EXPECT_EQ(kind_of(nobody), ErrorKind::missing);
  const RawListener plain;
  EXPECT_EQ(kind_of(target(plain.port()), 30ms), ErrorKind::limit) << "nobody answers the handshake";
  std::thread rude([&] {
    const auto socket = plain.accept();
    const auto next = plain.accept();
    next.send("HTTP/1.1 200 OK\r\n\r\n");
    (void)next.read_all();
  });
  EXPECT_EQ(kind_of(target(plain.port())), ErrorKind::unexpected) << "no TLS";
  rude.join();
}

// --- against openssl -----------------------------------------------------------------------------------------------------------------

TEST(StreamInterop, OpensslClient) {
  Refusals refusals;
  std::string seen;
  auto server = serve(stream_listener([&](TlsStream& stream) {
                        seen = read(stream, 6);
                        ASSERT_TRUE(stream.send(as_bytes("from the server"), kGuard));
                      }),
                      &refusals);
  const auto said =
      output_of("printf 'hello\\n' | timeout 20 openssl s_client -quiet -tls1_3 -connect 127.0.0.1:" + std::to_string(server->port()) +
                " -CAfile " + world().authority.ca_file() + " -verify_return_error -cert " + world().client.certificate_file + " -key " +
                world().client.key_file + " & wait $!");
  EXPECT_NE(said.find("from the server"), std::string::npos) << said;
  server.reset();
  EXPECT_EQ(seen, "hello\n");
}

TEST(StreamInterop, OpensslServer) {
  const TemporaryFolder folder;
  const auto log = (folder.path() / "log").string();
  const auto port = [] {
    const RawListener any;
    return any.port();
  }();
  std::thread server([&] {
    (void)output_of("printf 'from openssl' | timeout 20 openssl s_server -naccept 1 -quiet -tls1_3 -accept 127.0.0.1:" +
                    std::to_string(port) + " -Verify 1 -verify_return_error -CAfile " + world().authority.ca_file() + " -cert " +
                    world().server.certificate_file + " -key " + world().server.key_file + " > " + log + " 2>/dev/null");
  });
  Result<Stream> stream = failure(ErrorKind::missing, "not yet");
  for (const auto end = std::chrono::steady_clock::now() + kGuard; !stream && std::chrono::steady_clock::now() < end;)
    stream = TlsStream::connect(target(port), kGuard);
  ASSERT_TRUE(stream) << stream.error().message();
  ASSERT_TRUE((*stream)->send(as_bytes("to openssl"), kGuard));
  EXPECT_EQ(read(**stream, 12), "from openssl");
  (*stream)->close();
  server.join();
  EXPECT_EQ(output_of("cat " + log), "to openssl");
}

}  // namespace
}  // namespace li::test
