// Both ends over mutual TLS on loopback.
#include "xk/client.hpp"

#include <gtest/gtest.h>

#include <future>

#include "net/server.hpp"
#include "support/certificates.hpp"

namespace li::test {
namespace {

using namespace std::chrono_literals;
using namespace xk;

constexpr auto kGuard = 20s;

GetKeys request_of(const std::string& id) { return {id, "sip:alice@home1.example", {RecordBytes(500, 1), RecordBytes(200, 2)}, {}}; }

RecordBytes keys_for(const GetKeys& request, const net::PeerIdentity&) {
  std::vector<CryptoSession> sessions;
  sessions.push_back({1, {}, SessionKey{SecretBytes(as_bytes(request.request_id)), {}, {}}});
  return *encode_response({request.request_id, std::move(sessions)});
}

struct XkClient : testing::Test {
  static std::shared_ptr<net::TlsContext> context(const std::string& name) {
    static Authority authority;
    return *net::TlsContext::load(authority.settings(authority.issue("DNS:" + name)));
  }

  std::unique_ptr<net::HttpServer> serve(net::HttpHandler handler) {
    net::ListenerSettings listener;
    listener.tls = context("kms.example");
    listener.handler = std::move(handler);
    listener.body_limit = kMaxDocument;
    std::vector<net::ListenerSettings> all;
    all.push_back(std::move(listener));
    return std::move(*net::HttpServer::start(std::move(all)));
  }

  static net::ClientSettings to(const net::HttpServer& server) {
    net::ClientSettings settings;
    settings.host = "127.0.0.1";
    settings.port = server.port();
    settings.tls = context("df2.example");
    settings.server_name = "kms.example";
    return settings;
  }
};

TEST_F(XkClient, GetsKeysOverOneConnection) {
  EndpointSettings settings;
  settings.handler = keys_for;
  Endpoint endpoint(settings);
  const auto server = serve(std::ref(endpoint));
  Client client(to(*server));
  for (const auto* id : {"1", "2", "3"}) {
    const auto answer = client.get_keys(request_of(id), kGuard);
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(answer->request_id, id);
    const auto& sessions = std::get<std::vector<CryptoSession>>(answer->answer);
    EXPECT_EQ(as_text(std::get<SessionKey>(sessions.at(0).answer).key.reveal()), id);
  }
  EXPECT_EQ(client.http().connections_made(), 1U);
}

TEST_F(XkClient, ARefusalIsAnAnswer) {
  EndpointSettings settings;
  settings.handler = [](const GetKeys& request, const net::PeerIdentity&) {
    return *encode_response({request.request_id, Reason::pair_mismatch});
  };
  settings.burst = 1;
  settings.clock = [] { return std::chrono::steady_clock::time_point(); };
  Endpoint endpoint(settings);
  const auto server = serve(std::ref(endpoint));
  Client client(to(*server));
  EXPECT_EQ(*client.get_keys(request_of("1"), kGuard), (GetKeysResponse{"1", Reason::pair_mismatch}));
  EXPECT_EQ(*client.get_keys(request_of("2"), kGuard), (GetKeysResponse{"2", Reason::rate_limited}));
}

TEST_F(XkClient, RefusesWhatIsNoAnswerToIt) {
  net::HttpResponse next;
  const auto server = serve([&](const net::HttpRequest&) { return next; });
  Client client(to(*server));
  const auto why = [&](unsigned status, std::string type, const RecordBytes& body) {
    next = {status, std::move(type), body, {}};
    const auto answer = client.get_keys(request_of("1"), kGuard);
    if (answer) return std::string("accepted");
    EXPECT_EQ(answer.error().failure, ClientFailure::bad_answer);
    return answer.error().text;
  };
  const auto keys = keys_for(request_of("1"), {});
  EXPECT_EQ(why(200, kContentType, keys), "accepted");
  EXPECT_EQ(why(404, {}, {}), "HTTP status 404 without a document");
  EXPECT_EQ(why(200, "text/html", to_record_bytes(as_bytes("<html/>"))), "HTTP status 200 without a document");
  EXPECT_EQ(why(200, kContentType, to_record_bytes(as_bytes("<html/>"))),
            "HTTP status 200: ?: the outermost element is none of urn:hi2kit:xk:1 (line 1) (xk.xsd)");
  EXPECT_EQ(why(500, kContentType, keys), "HTTP status 500 with keys");
  EXPECT_EQ(why(200, kContentType, *encode_response({"2", Reason::target})), "an answer to another request");
  EXPECT_EQ(why(200, kContentType, *encode_response({{}, Reason::target})), "an answer to another request");
  EXPECT_EQ(why(400, kContentType, *encode_response({{}, Reason::malformed})), "accepted");
}

TEST_F(XkClient, SaysHowItFailed) {
  std::promise<void> go_on;
  auto server = serve([wait = go_on.get_future().share()](const net::HttpRequest&) { return wait.wait(), net::HttpResponse{}; });
  Client client(to(*server));
  const auto late = client.get_keys(request_of("1"), 50ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().failure, ClientFailure::timeout);
  go_on.set_value();
  server->stop();
  const auto nobody = client.get_keys(request_of("1"), kGuard);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().failure, ClientFailure::no_answer);
  const auto unsendable = client.get_keys(request_of("no id"), kGuard);
  ASSERT_FALSE(unsendable);
  EXPECT_EQ(unsendable.error().failure, ClientFailure::unsendable);
}

}  // namespace
}  // namespace li::test
