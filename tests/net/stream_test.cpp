// Streams over mutual TLS: octets both ways, wake-ups, ends, refusals, stops; against ourselves and against openssl.
#include "net/stream.hpp"

#include <atomic>
#include <future>
#include <thread>

#include "net/raw.hpp"
#include "net/streams.hpp"

namespace li::test {
namespace {

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
  std::promise<std::string> seen;
  const auto server = serve(stream_listener([&](TlsStream& stream) { seen.set_value(read(stream, 100)); }));
  {
    const auto stream = connect(server->port());
    ASSERT_TRUE(stream->send(as_bytes("half a P"), kGuard));
  }  // gone without close()
  auto text = seen.get_future();
  ASSERT_EQ(text.wait_for(kGuard), std::future_status::ready);
  EXPECT_EQ(text.get(), "half a P|error: the other end broke off the connection (RFC 8446 6.1)");
}

TEST(Stream, OfWhatTheHandlerThrowsTheOwnerIsTold) {
  std::promise<std::string> told;
  const auto server = serve(stream_listener([](TlsStream&) { throw std::runtime_error("oh"); }), nullptr,
                            [&](const std::string& what) { told.set_value(what); });
  const auto stream = connect(server->port());
  auto text = told.get_future();
  ASSERT_EQ(text.wait_for(kGuard), std::future_status::ready);
  EXPECT_EQ(text.get(), "oh");
  EXPECT_EQ(read(*stream, 1), "|error: the other end broke off the connection (RFC 8446 6.1)");
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
  EXPECT_EQ(read(*first, 1), "!");
  const auto second = connect(server->port());
  EXPECT_EQ(read(*second, 1), "!");
  EXPECT_FALSE(TlsStream::connect(target(server->port()), kGuard));
  EXPECT_EQ(refusals.wait_for(2).back(), "too_many_connections");
}

TEST(StreamServer, AnAddressHasOnlySoManyConnectionsIfThatIsWanted) {
  for (const std::size_t most : {0U, 2U}) {
    auto listener = stream_listener([&](TlsStream& stream) {
      (void)stream.send(as_bytes("!"), kGuard);
      echo_all(stream);
    });
    listener.max_per_address = most;
    Refusals refusals;
    const auto server = serve(std::move(listener), &refusals);
    const auto first = connect(server->port()), second = connect(server->port());
    EXPECT_EQ(read(*first, 1) + read(*second, 1), "!!");
    if (most == 0) {
      EXPECT_EQ(read(*connect(server->port()), 1), "!");
      continue;
    }
    EXPECT_FALSE(TlsStream::connect(target(server->port()), kGuard));
    EXPECT_EQ(refusals.wait_for(1).back(), "too_many_connections");
  }
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
    (void)output_of("mkfifo " + log + ".in && (printf 'from openssl' > " + log +
                    ".in & timeout 20 openssl s_server -naccept 1 -quiet -tls1_3 -accept 127.0.0.1:" + std::to_string(port) +
                    " -Verify 1 -verify_return_error -CAfile " + world().authority.ca_file() + " -cert " + world().server.certificate_file +
                    " -key " + world().server.key_file + " <> " + log + ".in > " + log + " 2>/dev/null)");
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
