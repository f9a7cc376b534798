// Each way to be refused by a TLS listener: its own reason at the server, and an alert at the client's first read.
#include "net/raw.hpp"
#include "net/world.hpp"

namespace li::test {
namespace {

using net::HttpClient;
using net::HttpFailure;

struct BadClient {
  std::string name;
  std::function<net::TlsSettings()> settings;
  std::string refusal;
  std::string alert;
};

void PrintTo(const BadClient& bad, std::ostream* out) { *out << bad.name; }

net::TlsSettings with(const Wanted& wanted) { return world().authority.settings(world().authority.issue(wanted)); }

const BadClient kBadClients[] = {
    {"no_certificate", [] { return net::TlsSettings{{}, {}, world().authority.ca_file(), {}, {}, net::TlsPeers::server_only}; },
     "no_certificate", "tlsv13 alert certificate required"},
    {"other_ca",
     [] {
       auto settings = world().other.settings(world().other.issue(std::string("DNS:") + kClientName));
       settings.ca_file = world().authority.ca_file();
       return settings;
     },
     "unknown_ca", "tlsv1 alert unknown ca"},
    {"ca_of_the_same_name",
     [] {
       static Authority twin;
       auto settings = twin.settings(twin.issue(std::string("DNS:") + kClientName));
       settings.ca_file = world().authority.ca_file();
       return settings;
     },
     "unknown_ca", "tlsv1 alert unknown ca|tlsv1 alert decrypt error"},
    {"expired",
     [] {
       return with({std::string("DNS:") + kClientName, "20200101000000Z", "20210101000000Z"});
     },
     "expired", "sslv3 alert certificate expired"},
    {"not_yet_valid",
     [] {
       return with({std::string("DNS:") + kClientName, "20900101000000Z", "20910101000000Z"});
     },
     "not_yet_valid", "sslv3 alert bad certificate"},
    {"another_name",
     [] {
       return with({"DNS:evil.example,URI:df2.example.evil.example", {}, {}});
     },
     "wrong_name", "sslv3 alert bad certificate"},
    {"name_in_other_case",
     [] {
       return with({"DNS:DF2.example", {}, {}});
     },
     "wrong_name", "sslv3 alert bad certificate"},
    {"no_name", [] { return with({}); }, "wrong_name", "sslv3 alert bad certificate"},
    {"a_server_only",
     [] {
       return with({std::string("DNS:") + kClientName, {}, {}, "serverAuth"});
     },
     "bad_certificate", "sslv3 alert unsupported certificate|sslv3 alert bad certificate"},
};

class Refused : public testing::TestWithParam<BadClient> {};

TEST_P(Refused, WithItsReasonAndAnAlert) {
  auto settings = world().authority.settings(world().server);
  settings.peer_names = {kClientName};
  Refusals refusals;
  const auto server = serve(listener(load(settings)), &refusals);
  HttpClient client(to_server(server->port(), load(GetParam().settings())));
  const auto response = post(client);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().failure, HttpFailure::tls);
  EXPECT_NE(("|" + GetParam().alert + "|").find("|" + response.error().text + "|"), std::string::npos) << response.error().text;
  EXPECT_EQ(client.connections_made(), 1U) << "the client's handshake itself succeeds";
  EXPECT_EQ(refusals.first(), GetParam().refusal);

  HttpClient good(to_server(server->port(), client_context()));
  EXPECT_TRUE(post(good));
  EXPECT_EQ(refusals.wait_for(1).size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Client, Refused, testing::ValuesIn(kBadClients), [](const auto& bad) { return bad.param.name; });

TEST(Revocation, ARevokedClientIsRefused) {
  const auto revoked = world().authority.issue(std::string("DNS:") + kClientName);
  world().authority.revoke(revoked);
  auto settings = world().authority.settings(world().server);
  settings.crl_file = world().authority.crl();
  Refusals refusals;
  const auto server = serve(listener(load(settings)), &refusals);
  HttpClient bad(to_server(server->port(), load(world().authority.settings(revoked))));
  EXPECT_EQ(text_of(post(bad)), "error: TLS refused: sslv3 alert certificate revoked");
  EXPECT_EQ(refusals.first(), "revoked");
  HttpClient good(to_server(server->port(), client_context()));
  EXPECT_TRUE(post(good));
}

TEST(Revocation, NobodyIsLetInByAnOldListOrThatOfAnother) {
  for (const auto& list : {world().authority.crl("20210101000000Z"), world().other.crl()}) {
    auto settings = world().authority.settings(world().server);
    settings.crl_file = list;
    Refusals refusals;
    const auto server = serve(listener(load(settings)), &refusals);
    HttpClient client(to_server(server->port(), client_context()));
    const auto response = post(client);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().failure, HttpFailure::tls);
    EXPECT_EQ(refusals.first(), "crl_unusable");
  }
}

TEST(Refusal, OfOlderVersionsAndOtherProtocols) {
  Refusals refusals;
  const auto server = serve(listener(server_context()), &refusals);
  const auto port = std::to_string(server->port());
  const auto said = output_of("openssl s_client -tls1_2 -connect 127.0.0.1:" + port + " -cert " + world().client.certificate_file +
                              " -key " + world().client.key_file + " </dev/null");
  EXPECT_NE(said.find("alert protocol version"), std::string::npos) << said;
  EXPECT_EQ(refusals.wait_for(1).back(), "old_version");

  const RawSocket http(server->port());
  http.send("POST /xk HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(http.read_all().find("HTTP"), std::string::npos);
  EXPECT_EQ(refusals.wait_for(2).back(), "plain_http");

  const RawSocket noise(server->port());
  noise.send("SSH-2.0-OpenSSH_9.2p1 Debian\r\n");
  (void)noise.read_all();
  EXPECT_EQ(refusals.wait_for(3).back(), "not_tls");

  { const RawSocket scan(server->port()); }
  EXPECT_EQ(refusals.wait_for(4).back(), "closed");
}

TEST(Refusal, OfAHandshakeThatTakesTooLong) {
  Refusals refusals;
  auto settings = listener(server_context());
  settings.handshake_timeout = 30ms;
  const auto server = serve(std::move(settings), &refusals);
  const RawSocket silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(refusals.first(), "timeout");
}

TEST(Refusal, OfTheServerByItsClient) {
  Refusals refusals;
  const auto server = serve(listener(server_context()), &refusals);
  auto settings = to_server(server->port(), client_context());
  settings.server_name = "other.example";
  HttpClient client(std::move(settings));
  EXPECT_EQ(text_of(post(client)), "error: TLS refused: the server's certificate: wrong_name");
  EXPECT_EQ(refusals.first(), "refused_by_peer");

  auto stranger = world().other.settings(world().other.issue("DNS:x.example"));
  HttpClient other(to_server(server->port(), load(stranger)));
  EXPECT_EQ(text_of(post(other)), "error: TLS refused: the server's certificate: unknown_ca");
}

// s_client shows it to a reader of this test: TLS 1.3, no session to resume, no early data.
TEST(Refusal, OfResumption) {
  const auto server = serve(listener(server_context()));
  const auto said =
      output_of("printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -ign_eof -connect 127.0.0.1:" +
                std::to_string(server->port()) + " -CAfile " + world().authority.ca_file() + " -cert " + world().client.certificate_file +
                " -key " + world().client.key_file);
  EXPECT_NE(said.find("New, TLSv1.3"), std::string::npos) << said;
  EXPECT_NE(said.find("HTTP/1.1 200 OK"), std::string::npos) << said;
  EXPECT_EQ(said.find("New Session Ticket arrived"), std::string::npos) << said;
  EXPECT_NE(said.find("Early data was not sent"), std::string::npos) << said;
}

}  // namespace
}  // namespace li::test
