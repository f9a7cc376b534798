// Who does not come onto a stream: each with its own reason at the server, and told at the client's first read.
#include <atomic>
#include <thread>

#include "net/raw.hpp"
#include "net/streams.hpp"

namespace li::test {
namespace {

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

}  // namespace
}  // namespace li::test
