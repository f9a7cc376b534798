#include "xk/endpoint.hpp"

#include <gtest/gtest.h>

namespace li::test {
namespace {

using namespace std::chrono_literals;
using namespace xk;

net::HttpRequest request_of(std::string_view body, const std::string& client = "df2.example") {
  net::HttpRequest request{"POST", kPath, {{"content-type", "application/xml"}}, to_record_bytes(as_bytes(body)), {}, 1};
  request.peer = std::make_shared<const net::PeerIdentity>(net::PeerIdentity{"CN=df2", {client}, "1000", "127.0.0.1"});
  return request;
}

std::string good_body() {
  const auto document = encode_request({"7", "sip:a@b", {RecordBytes(3, 1), {}}, {}});
  return std::string(as_text(*document));
}

struct EndpointTest : testing::Test {
  EndpointSettings settings() {
    EndpointSettings made;
    made.requests_per_second = 2;
    made.burst = 3;
    made.clock = [this] { return now; };
    made.handler = [this](const GetKeys& request, const net::PeerIdentity& peer) {
      asked = request.target + " by " + peer.subject;
      return *encode_response({request.request_id, Reason::not_listed});
    };
    made.on_refused = [this](Reason reason, const net::PeerIdentity& peer, const std::string& what) {
      refused = std::string(to_string(reason)) + " " + peer.subject + " " + what;
    };
    return made;
  }

  std::chrono::steady_clock::time_point now{};
  std::string asked;
  std::string refused;
};

TEST_F(EndpointTest, CallsTheHandlerAndAnswersTheSameRequest) {
  Endpoint endpoint(settings());
  const auto response = endpoint(request_of(good_body()));
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.content_type, "application/xml");
  EXPECT_EQ(asked, "sip:a@b by CN=df2");
  EXPECT_EQ(refused, "");
  const auto answer = decode_response(response.body);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(*answer, (GetKeysResponse{"7", Reason::not_listed}));
}

TEST_F(EndpointTest, RefusesOtherPathsMethodsAndTypes) {
  Endpoint endpoint(settings());
  auto request = request_of(good_body());
  request.target = "/xk/2/get_keys";
  EXPECT_EQ(endpoint(request).status, 404U);
  request = request_of(good_body());
  request.method = "GET";
  EXPECT_EQ(endpoint(request).status, 405U);
  request = request_of(good_body());
  request.headers.front().value = "application/mikey";
  EXPECT_EQ(endpoint(request).status, 415U);
  EXPECT_EQ(asked, "");
}

TEST_F(EndpointTest, TellsAMalformedRequestOnlyThatItIs) {
  Endpoint endpoint(settings());
  const auto response = endpoint(request_of("<!DOCTYPE x>" + good_body()));
  EXPECT_EQ(response.status, 400U);
  EXPECT_EQ(as_text(response.body),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<get_keys_response "
            "xmlns=\"urn:hi2kit:xk:1\"><reason>malformed</reason></get_keys_response>\n");
  EXPECT_EQ(asked, "");
  EXPECT_EQ(refused.substr(0, 27), "malformed CN=df2 0xb: a doc") << refused;
}

TEST_F(EndpointTest, LimitsEachClient) {
  Endpoint endpoint(settings());
  const auto status = [&](const std::string& client) { return endpoint(request_of(good_body(), client)).status; };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status("one"), 200U);
  EXPECT_EQ(status("one"), 429U);
  EXPECT_EQ(refused, "rate_limited CN=df2 too many requests");
  EXPECT_EQ(status("other"), 200U);
  now += 499ms;
  EXPECT_EQ(status("one"), 429U);
  now += 1ms;
  EXPECT_EQ(status("one"), 200U);
  EXPECT_EQ(status("one"), 429U);
  now += 1h;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status("one"), 200U);
  EXPECT_EQ(status("one"), 429U);
}

TEST_F(EndpointTest, NeedsAHandler) {
  auto wrong = settings();
  wrong.handler = nullptr;
  EXPECT_THROW(Endpoint{wrong}, std::invalid_argument);
}

TEST(RateLimit, ForgetsClientsThatMayAskAgain) {
  std::chrono::steady_clock::time_point now{};
  net::RateLimit limit(1, 1, [&] { return now; });
  for (int i = 0; i < 256; ++i) EXPECT_TRUE(limit.take(std::to_string(i)));
  EXPECT_EQ(limit.clients(), 256U);
  now += 1s;
  EXPECT_TRUE(limit.take("x"));
  EXPECT_EQ(limit.clients(), 1U);
  now -= 1s;  // a clock that goes back gives nothing away
  EXPECT_FALSE(limit.take("x"));
}

TEST(ClientName, IsTheFirstThatThereIs) {
  EXPECT_EQ(client_name({"CN=a", {"uri:b", "c"}, "1", "::1"}), "uri:b");
  EXPECT_EQ(client_name({"CN=a", {}, "1", "::1"}), "CN=a");
  EXPECT_EQ(client_name({{}, {}, {}, "::1"}), "::1");
}

}  // namespace
}  // namespace li::test
