// What a KMS writes when it refuses, and what it does when it can't write.
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/kms/site.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Role = Daemon::Role;

net::TlsSettings nobody() { return {{}, {}, authority().ca_file(), {}, {}, net::TlsPeers::server_only}; }

TEST(DaemonAudit, AFloodOfUesHidesNobodyElse) {
  Site site;
  site.peers = "[audit]\nrefusals_per_second = 1\n";
  site.write();
  site.start();
  constexpr int kFlood = 40;
  for (int i = 0; i < kFlood; ++i) EXPECT_EQ(site.post(Bytes{1, 2, 3}, "ticketrequest").status, 400U);
  EXPECT_EQ(site.ask(Role::xk, authority().settings(authority().issue("DNS:evil.example")), xk::kPath, xk::kContentType), 0U);
  EXPECT_EQ(site.ask(Role::xk, df2_tls(), "/elsewhere", xk::kContentType), 404U);
  EXPECT_NE(site.page("/metrics").find("hi2_security_events_total{reason=\"malformed\"} " + std::to_string(kFlood) + "\n"),
            std::string::npos)
      << "each is counted";
  const auto audited = site.entries({"security_event", "malformed"});
  EXPECT_LT(audited, kFlood);
  site.daemon->tick();
  EXPECT_EQ(site.entries({"refusals_not_audited", R"("origin":"ue","count":")"}), 1) << "told without another refusal";
  for (int i = 0; i < kFlood; ++i) EXPECT_EQ(site.post(Bytes{1, 2, 3}, "ticketrequest").status, 400U);
  site.stop();
  EXPECT_EQ(site.entries({"security_event", "tls_wrong_name", R"("listener":"xk")"}), 1);
  EXPECT_EQ(site.entries({"security_event", "wrong_path", kDf2}), 1);
  EXPECT_EQ(site.entries({"refusals_not_audited", R"("origin":"ue")"}), 2) << "told at the stop";
}

TEST(DaemonAudit, BudgetsAreOfOneOriginAndKeepCount) {
  net::SteadyClock::result_type now;
  ops::AuditBudget budget(1, [&] { return now; });
  const std::string ue = "ue", df2 = std::string("xk ") + kDf2;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(budget.take(ue), 0U);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(budget.take(ue));
  EXPECT_EQ(budget.take(df2), 0U);
  EXPECT_EQ(budget.take("xk"), 0U);
  now += 1s;
  EXPECT_EQ(budget.take(ue), 3U);
  EXPECT_FALSE(budget.take(ue));
  budget.give_back("ue", 4);
  EXPECT_EQ(budget.take_counts(), (std::map<std::string, std::uint64_t>{{"ue", 5}}));
  EXPECT_TRUE(budget.take_counts().empty());
}

TEST(DaemonAudit, WhatNoHandlerTakesIsTold) {
  Site site;
  site.start();
  const auto bsf = authority().settings(authority().issue("DNS:bsf.example"));
  EXPECT_EQ(site.ask(Role::xk, df2_tls(), xk::kPath, "text/plain"), 415U);
  EXPECT_EQ(site.ask(Role::bsf, bsf, "/other", "text/plain"), 404U);
  EXPECT_EQ(site.ask(Role::bsf, bsf, "/keys", "text/plain"), 415U);
  EXPECT_EQ(site.ask(Role::bsf, bsf, "/keys?subscriber=alice", "application/octet-stream"), 400U);
  EXPECT_EQ(site.ask(Role::peers, df2_tls(), "/other", kMikeyType), 404U);
  net::HttpClient get(site.xk_settings(df2_tls()));
  EXPECT_EQ(get.get(xk::kPath, 20s)->status, 405U);
  EXPECT_EQ(site.ask(Role::ue, nobody(), "/other", kMikeyType), 404U);
  EXPECT_NE(site.page("/metrics").find(R"(hi2_kms_bad_requests_total{listener="ue",reason="wrong_path"} 1)"), std::string::npos);
  site.stop();
  EXPECT_EQ(site.entries({"security_event", "wrong_media_type", R"("listener":"xk")", kDf2}), 1);
  EXPECT_EQ(site.entries({"security_event", "wrong_method", R"("listener":"xk")", kDf2}), 1);
  EXPECT_EQ(site.entries({"security_event", "wrong_path", R"("listener":"bsf")", "bsf.example"}), 1);
  EXPECT_EQ(site.entries({"security_event", "wrong_media_type", R"("listener":"bsf")", "bsf.example"}), 1);
  EXPECT_EQ(site.entries({"security_event", "bad_parameters", "bsf.example", "alice"}), 1);
  EXPECT_EQ(site.entries({"security_event", "wrong_path", R"("listener":"peers")"}), 1);
  EXPECT_EQ(site.entries({"wrong_path", R"("listener":"ue")"}), 0) << "anybody may come there";
}

TEST(DaemonAudit, ABugIsAnAlarm) {
  Site site;
  site.start();
  site.clock_fails = true;
  EXPECT_EQ(site.post(Bytes{1, 2, 3}, "ticketrequest").status, 500U);
  site.stop();
  EXPECT_EQ(site.entries({"security_event", "internal_error", R"("listener":"ue")", "the clock has stopped"}), 1);
}

class NoRoom {
 public:
  explicit NoRoom(std::size_t size) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit less{size, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &less);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;
  ~NoRoom() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

struct ATrail : testing::Test {
  Site site;
  Bytes init, resp;
  const std::string trail = site.scratch.path("kms.audit");

  void SetUp() override {
    site.start();
    auto alice = site.subscriber("alice"), bob = site.subscriber("bob");
    init = alice.transfer_init(site.request(alice, {{bob.identity()}}), bob.identity());
    resp = bob.transfer_resp(init, site.resolve(bob, init).secrets);
    ASSERT_EQ(keys().size(), 66U);
  }
  std::string keys() { return site.get_keys("sip:bob@home1.example", init, resp); }
  bool metric(const std::string& line) { return site.page("/metrics").find(line) != std::string::npos; }
  // No key leaves, on no listener.
  void expect_nothing_leaves() {
    EXPECT_EQ(keys(), "unavailable");
    auto carol = site.subscriber("carol");
    EXPECT_EQ(site.post(carol.request_init({{"sip:bob@home1.example"}}), "ticketrequest").status, 503U);
    EXPECT_TRUE(site.page("/health").starts_with("503 the audit trail can't be written"));
    EXPECT_TRUE(metric("hi2_audit_failures_total"));
    EXPECT_NE(site.log().find("the audit trail can't be written: no keys are given"), std::string::npos);
  }
};

TEST_F(ATrail, ThatIsFullLetsNoKeyLeave) {
  // The store must not meet the limit first: only what is read there is asked for.
  {
    const NoRoom limit(fs::file_size(trail) + 100);
    EXPECT_EQ(keys(), "unavailable");
    EXPECT_TRUE(site.page("/health").starts_with("503 the audit trail can't be written"));
    EXPECT_TRUE(metric("hi2_audit_failures_total 1"));
  }
  EXPECT_EQ(keys().size(), 66U) << "when there is room again, it goes on";
  EXPECT_EQ(site.page("/health"), "200 fine\n");
}

TEST_F(ATrail, ThatIsRemovedLetsNoKeyLeave) {
  fs::remove(trail);
  expect_nothing_leaves();
}

TEST_F(ATrail, ThatIsMovedLetsNoKeyLeave) {
  fs::rename(trail, trail + ".old");
  EXPECT_TRUE(site.page("/health").starts_with("503 the audit trail can't be written")) << "before anybody asks";
  site.daemon->tick();
  EXPECT_TRUE(metric("hi2_audit_broken 1"));
  fs::rename(trail + ".old", trail);
  expect_nothing_leaves();
}

TEST_F(ATrail, ThatCanNotBeWrittenKeepsItFromStarting) {
  site.stop();
  fs::permissions(trail, fs::perms::owner_read);
  if (geteuid() == 0) fs::rename(trail, trail + ".old"), fs::create_directory(trail);  // root may write to all files
  EXPECT_NE(site.start_fails().find("kms.audit: "), std::string::npos);
}

TEST_F(ATrail, WhoseAnchorCanNotBeWrittenIsAnAlarm) {
  EXPECT_TRUE(metric("hi2_audit_anchor_age_seconds"));
  fs::create_directory(site.scratch.path("kms.anchor.new"));  // where the next one is written first
  site.now += 2min;
  site.daemon->tick();
  EXPECT_TRUE(metric("hi2_audit_anchor_failures_total 1"));
  EXPECT_TRUE(metric("hi2_audit_anchor_age_seconds 120"));
  EXPECT_TRUE(site.page("/health").starts_with("503 the anchor of the audit trail can't be written")) << site.page("/health");
  EXPECT_NE(site.log().find("the anchor of the audit trail can't be written"), std::string::npos);
  fs::remove(site.scratch.path("kms.anchor.new"));
  site.now += 2min;
  site.daemon->tick();
  EXPECT_EQ(site.page("/health"), "200 fine\n");
  EXPECT_TRUE(metric("hi2_audit_anchor_age_seconds 0"));
}

int half_a_request(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(write(fd, "\x16\x03\x01", 3), 3);  // the beginning of a handshake
  return fd;
}

TEST(DaemonStop, AllListenersHaveOneGrace) {
  Site site;
  site.grace = 1500ms;
  site.start();
  std::vector<int> open;
  for (const auto role : {Role::ue, Role::xk, Role::peers, Role::bsf, Role::metrics})
    open.push_back(half_a_request(site.daemon->port(role)));
  EXPECT_EQ(site.page("/health"), "200 fine\n");
  const auto begun = std::chrono::steady_clock::now();
  site.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2 * site.grace) << "one after another";
  for (const int fd : open) close(fd);
}

}  // namespace
