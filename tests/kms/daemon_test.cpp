// A KMS on loopback: TLS, HTTP, files and reloads. What its services decide is tested without a network elsewhere.
#include <gtest/gtest.h>

#include <sstream>
#include <thread>

#include "tests/kms/site.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;
using li::test::output_of;
using Role = Daemon::Role;

struct Messages {
  Bytes init, resp;
};

Messages whole_call(Site& alices, Ue& alice, Site& bobs, Ue& bob) {
  Messages made;
  made.init = alice.transfer_init(alices.request(alice, {{bob.identity()}}), bob.identity());
  made.resp = bob.transfer_resp(made.init, bobs.resolve(bob, made.init).secrets);
  return made;
}

std::string reason_of(const net::HttpResult& answer) { return answer ? std::to_string(answer->status) : answer.error().message(); }

TEST(Daemon, AnswersUesAndXkAndKeepsAllOverARestart) {
  Site site;
  site.start();
  auto alice = site.subscriber("alice"), bob = site.subscriber("bob");
  const auto made = whole_call(site, alice, site, bob);
  const auto keys = site.get_keys(bob.identity(), made.init, made.resp);
  EXPECT_EQ(keys.size(), 2 * 33U) << keys;
  EXPECT_EQ(site.get_keys("sip:dave@home1.example", made.init, made.resp), "not_listed");
  EXPECT_EQ(site.page("/health"), "200 fine\n");
  const auto metrics = site.page("/metrics");
  EXPECT_NE(metrics.find("hi2_kms_answers_total{outcome=\"granted\",service=\"get_keys\"} 1"), std::string::npos) << metrics;
  EXPECT_NE(metrics.find("reason=\"not_listed\""), std::string::npos) << metrics;
  EXPECT_EQ(site.entries({R"("event":"get_keys")", bob.identity()}), 1);
  EXPECT_EQ(site.entries({R"("event":"security_event")", "not_listed", "sip:dave@home1.example"}), 1);
  site.stop();
  EXPECT_EQ(site.entries({R"("event":"stopped")"}), 1);
  const auto verified = ops::verify_audit(site.scratch.path("kms.audit"), {}, site.scratch.path("kms.anchor"));
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->problem);
  EXPECT_TRUE(verified->truncation_checked);
  site.start();
  EXPECT_EQ(site.get_keys(bob.identity(), made.init, made.resp), keys);
  EXPECT_EQ(site.get_keys(alice.identity(), made.init, made.resp), keys);
}

TEST(Daemon, ErrorsOfUes) {
  Site site;
  site.start();
  auto alice = site.subscriber("alice");
  const auto answer = site.post(alice.request_init({{}}), "ticketrequest");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_TRUE(must(mikey::decode(answer.body)).is(mikey::DataType::error));
  EXPECT_EQ(site.post(Bytes{1, 2, 3}, "ticketrequest").status, 400U);
  const auto init = alice.request_init({{"sip:bob@home1.example"}});
  EXPECT_EQ(site.post(init, "other").status, 404U);
  EXPECT_EQ(site.post(init, "ticketrequest").status, 200U);
  EXPECT_EQ(site.post(init, "ticketrequest").status, 403U) << "a replay";
  EXPECT_EQ(site.entries({"security_event", "replay"}), 1);
  EXPECT_EQ(site.post(Bytes(100'000), "ticketrequest").status, 413U);
}

struct BadClient {
  const char* reason;
  std::function<net::TlsSettings()> tls;
};

TEST(Daemon, ClientsOfXkThatTlsRefuses) {
  const auto revoked = authority().issue(std::string("DNS:") + kDf2);
  authority().revoke(revoked);
  Site site;
  site.crl = authority().crl();
  site.write();
  site.start();
  li::test::Authority stranger("Other CA");
  const auto named = std::string("DNS:") + kDf2;
  const BadClient bad[] = {
      {"unknown_ca",
       [&] {
         auto tls = stranger.settings(stranger.issue(named));
         tls.ca_file = authority().ca_file();
         return tls;
       }},
      {"revoked", [&] { return authority().settings(revoked); }},
      {"expired",
       [&] {
         return authority().settings(authority().issue({named, "20200101000000Z", "20210101000000Z"}));
       }},
      {"wrong_name", [&] { return authority().settings(authority().issue("DNS:evil.example")); }},
      {"no_certificate", [&] { return net::TlsSettings{{}, {}, authority().ca_file(), {}, {}, net::TlsPeers::server_only}; }},
  };
  for (const auto& client : bad) {
    net::HttpClient http(site.xk_settings(client.tls()));
    const auto answer = http.post(xk::kPath, xk::kContentType, as_bytes("<get_keys/>"), 20s, net::Idempotent::yes);
    ASSERT_FALSE(answer) << client.reason;
    EXPECT_EQ(answer.error().failure, net::HttpFailure::tls) << client.reason << ": " << answer.error().message();
  }
  net::HttpClient good(site.xk_settings(df2_tls()));
  EXPECT_EQ(reason_of(good.post(xk::kPath, xk::kContentType, as_bytes("<get_keys/>"), 20s, net::Idempotent::yes)), "400");
  site.stop();  // a client may read its alert before the server has written its entry
  for (const auto& client : bad) EXPECT_EQ(site.entries({"security_event", std::string("tls_") + client.reason}), 1) << client.reason;
}

TEST(Daemon, OldTlsAndPlainHttpOnXk) {
  Site site;
  site.start();
  const auto port = std::to_string(site.daemon->port(Role::xk));
  const auto old = output_of("echo | timeout 20 openssl s_client -tls1_2 -connect 127.0.0.1:" + port);
  EXPECT_NE(old.find("alert protocol version"), std::string::npos) << old;
  net::HttpClient plain({"127.0.0.1", site.daemon->port(Role::xk), nullptr, {}});
  EXPECT_FALSE(plain.post("/", "text/plain", as_bytes("hello"), 20s, net::Idempotent::no));
  site.stop();
  EXPECT_EQ(site.entries({"security_event", "tls_old_version"}), 1);
  EXPECT_EQ(site.entries({"security_event", "tls_plain_http"}), 1);
}

TEST(Daemon, DocumentsThatXkRefuses) {
  Site site;
  site.start();
  net::HttpClient http(site.xk_settings(df2_tls()));
  const std::string dtd = "<!DOCTYPE get_keys [<!ENTITY a \"b\">]><get_keys xmlns=\"urn:hi2kit:xk:1\"><requestId>1</requestId></get_keys>";
  const std::string entity =
      "<!DOCTYPE get_keys [<!ENTITY file SYSTEM \"file:///etc/passwd\">]><get_keys "
      "xmlns=\"urn:hi2kit:xk:1\"><requestId>&file;</requestId></get_keys>";
  const std::string schema = "<get_keys xmlns=\"urn:hi2kit:xk:1\"><target>sip:a@b</target></get_keys>";
  int before = 0;
  for (const auto& document : {dtd, entity, schema, std::string("no XML"), std::string()}) {
    EXPECT_EQ(reason_of(http.post(xk::kPath, xk::kContentType, as_bytes(document), 20s, net::Idempotent::yes)), "400") << document;
    EXPECT_EQ(site.entries({"security_event", "malformed", kDf2}), ++before) << document;
  }
  const Bytes large(100 * 1024 * 1024);
  const auto answer = http.post(xk::kPath, xk::kContentType, large, 20s, net::Idempotent::no);
  EXPECT_TRUE(!answer || answer->status == 413) << reason_of(answer);
  EXPECT_EQ(site.entries({"security_event", "body_too_large", kDf2}), 1);
}

TEST(Daemon, TooManyRequestsOfOneClient) {
  Site site;
  site.xk_more = "requests_per_second = 1\nburst = 2\n";
  site.write();
  site.start();
  net::HttpClient http(site.xk_settings(df2_tls()));
  const auto ask = [&] { return reason_of(http.post(xk::kPath, xk::kContentType, as_bytes("<x/>"), 20s, net::Idempotent::yes)); };
  EXPECT_EQ(ask(), "400");
  EXPECT_EQ(ask(), "400");
  EXPECT_EQ(ask(), "429");
  EXPECT_EQ(site.entries({"security_event", "rate_limited"}), 1);
}

TEST(Daemon, FilesThatOthersMayRead) {
  Site site;
  for (const auto* file : {"hi2-kms.toml", "master.key", "audit.key", "li.list", "kms.sqlite"}) {
    namespace fs = std::filesystem;
    fs::permissions(site.scratch.path(file), fs::perms::group_read | fs::perms::others_read, fs::perm_options::add);
    const auto problems = site.start_fails();
    EXPECT_NE(problems.find(file), std::string::npos) << problems;
    EXPECT_NE(problems.find("is open to others (mode 0644)"), std::string::npos) << file << ": " << problems;
    fs::permissions(site.scratch.path(file), fs::perms::owner_read | fs::perms::owner_write);
  }
  site.start();
}

TEST(Daemon, BrokenFilesAreNamed) {
  Site site;
  const auto key = site.scratch.path("master.key");
  const auto kept = read_file(key);
  site.scratch.write("master.key", std::string(64, '0') + "\n");
  EXPECT_NE(site.start_fails().find("the master key is not the one"), std::string::npos);
  site.scratch.write("master.key", kept);
  site.scratch.write("li.list", "sip:alice@home1.example tomorrow\n");
  EXPECT_NE(site.start_fails().find("li.list: line 1: an entry has four columns"), std::string::npos);
  site.write();
  site.tickets_more = "lifetime = \"5y\"\nfllags = \"D\"\n";
  site.write();
  const auto problems = site.start_fails();
  EXPECT_NE(problems.find("lifetime"), std::string::npos) << problems;
  EXPECT_NE(problems.find("fllags"), std::string::npos) << problems;
}

TEST(Daemon, ReloadsWhatIsGoodAndKeepsWhatIsNot) {
  Site site;
  site.start();
  auto alice = site.subscriber("alice"), bob = site.subscriber("bob");
  const auto made = whole_call(site, alice, site, bob);
  xk::Client client(site.xk_settings(df2_tls()));
  const auto ask = [&] {
    const auto answer = client.get_keys({"r", bob.identity(), {to_record_bytes(made.init), to_record_bytes(made.resp)}, {}}, 20s);
    if (!answer) return answer.error().text;
    const auto* reason = std::get_if<xk::Reason>(&answer->answer);
    return reason == nullptr ? std::string("keys") : std::string(xk::to_string(*reason));
  };
  EXPECT_EQ(ask(), "keys");
  site.scratch.write("li.list", "# nobody\n");
  ASSERT_TRUE(site.daemon->reload());
  EXPECT_EQ(ask(), "not_listed");
  site.scratch.write("li.list", "nonsense\n");
  EXPECT_FALSE(site.daemon->reload());
  EXPECT_EQ(ask(), "not_listed");
  site.tickets_more = "lifetime = \"48h\"\n";
  site.write();
  const auto longer = site.daemon->reload();
  ASSERT_FALSE(longer) << "TPKs are not kept long enough for that";
  EXPECT_EQ(longer.error().front(), "tickets.lifetime: a longer one needs a restart");
  EXPECT_EQ(ask(), "not_listed");
  site.tickets_more.clear();
  site.write();
  ASSERT_TRUE(site.daemon->reload());
  EXPECT_EQ(ask(), "keys");
  EXPECT_EQ(client.http().connections_made(), 1U) << "a reload dropped the connection";
  EXPECT_EQ(site.entries({R"("event":"reloaded")"}), 2);
  EXPECT_EQ(site.entries({R"("event":"reload_failed")", "line 1"}), 1);
}

TEST(Daemon, TpksAreReplacedKeptAndErased) {
  Site site;
  site.start();
  auto alice = site.subscriber("alice"), bob = site.subscriber("bob");
  const auto made = whole_call(site, alice, site, bob);
  const auto keys = site.get_keys(bob.identity(), made.init, made.resp);
  site.now += 24h * 7;
  site.daemon->tick();
  EXPECT_EQ(site.entries({R"("event":"tpk_rotate")"}), 2) << "one at the start, one after a week";
  site.now += 24h * 31 - 1s;
  site.daemon->tick();
  EXPECT_EQ(site.get_keys(bob.identity(), made.init, made.resp), keys) << "answered late, before the TPK goes";
  site.now += 1s + 1min;
  site.daemon->tick();
  EXPECT_EQ(site.get_keys(bob.identity(), made.init, made.resp), "unknown_tpk");
  EXPECT_EQ(site.entries({R"("event":"erased")"}), 1);
}

TEST(Daemon, TwoKmssAcrossDomains) {
  Site home, away("home2.example");
  const auto pair = std::string(64, '7') + "\n";
  home.scratch.write("pair.key", pair);
  away.scratch.write("pair.key", pair);
  const auto peer = [](const Site& other, std::uint16_t port) {
    return "[[peer]]\nidentity = \"" + other.kms + "\"\ndomains = [\"" + other.domain + "\"]\nnames = [\"kms." + other.domain +
           "\"]\nkey_id = \"pair\"\nkey = \"file:pair.key\"\naddress = \"127.0.0.1:" + std::to_string(port) + "\"\nserver_name = \"kms." +
           other.domain + "\"\n";
  };
  home.peers = peer(away, 1);
  home.write();
  home.start();
  away.peers = peer(home, home.daemon->port(Role::peers));
  away.write();
  away.start();
  auto alice = home.subscriber("alice"), bob = away.subscriber("bob");
  const auto made = whole_call(home, alice, away, bob);
  const auto here = home.get_keys(bob.identity(), made.init, made.resp);
  EXPECT_EQ(here.size(), 2 * 33U) << here;
  EXPECT_EQ(away.get_keys(bob.identity(), made.init, made.resp), here);
  EXPECT_EQ(away.get_keys(alice.identity(), made.init, made.resp), here);
  EXPECT_EQ(home.entries({R"("event":"resolve_for_kms")", bob.identity()}), 1);
  away.now += 24h * 2;
  away.daemon->tick();
  EXPECT_EQ(away.get_keys(bob.identity(), made.init, made.resp), "unknown_tpk") << "the cache's time is over";
  EXPECT_EQ(home.get_keys(bob.identity(), made.init, made.resp), here);
  home.stop();
  bob.now = away.now = kNow;
  const auto refused = away.post(bob.resolve_init(made.init), "ticketresolve");
  EXPECT_TRUE(must(mikey::decode(refused.body)).is(mikey::DataType::error));
  EXPECT_EQ(away.entries({"security_event", "kms_unreachable"}), 1);
}

TEST(Daemon, ABsfGivesKeys) {
  Site site;
  site.start();
  auto alice = site.subscriber("alice");
  auto settings = site.xk_settings(authority().settings(authority().issue("DNS:bsf.example")));
  settings.port = site.daemon->port(Role::bsf);
  net::HttpClient bsf(settings);
  const SecretBytes key{Bytes(32, 0x5C)};
  const auto until = std::to_string((kNow + 1h).time_since_epoch().count());
  const auto give = [&](const std::string& query, ByteView body) {
    return reason_of(bsf.post("/keys?" + query, "application/octet-stream", body, 20s, net::Idempotent::yes));
  };
  EXPECT_EQ(give("subscriber=alice&key_id=abc%3D%40bsf&expires=" + until, key.reveal()), "204");
  EXPECT_EQ(give("subscriber=alice&key_id=abc&expires=1", key.reveal()), "400");
  EXPECT_EQ(give("subscriber=nobody&key_id=abc&expires=" + until, key.reveal()), "409");
  EXPECT_EQ(give("subscriber=alice&key_id=abc&expires=" + until, Bytes(3)), "409");
  EXPECT_EQ(site.entries({R"("event":"key_given")", "bsf.example", "abc=@bsf"}), 1);
  EXPECT_EQ(site.trail().find(to_hex(key.reveal())), std::string::npos);
  Ue with_key(alice.identity(), "abc=@bsf", key.copy(), site.kms);
  with_key.now = site.now;
  EXPECT_TRUE(site.request(with_key, {{"sip:bob@home1.example"}}).ticket);
  auto not_bsf = site.xk_settings(df2_tls());
  not_bsf.port = site.daemon->port(Role::bsf);
  net::HttpClient other(not_bsf);
  EXPECT_FALSE(other.post("/keys", "application/octet-stream", key.reveal(), 20s, net::Idempotent::yes));
}

TEST(Daemon, ManyAtOnce) {
  Site site;
  site.start();
  auto alice = site.subscriber("alice"), bob = site.subscriber("bob");
  const auto made = whole_call(site, alice, site, bob);
  const auto expected = site.get_keys(bob.identity(), made.init, made.resp);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i) EXPECT_EQ(site.get_keys(bob.identity(), made.init, made.resp), expected);
    });
  }
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(site.daemon->reload());
    site.daemon->tick();
    EXPECT_EQ(site.page("/health"), "200 fine\n");
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(site.entries({R"("event":"get_keys")"}), 21);
}

}  // namespace
