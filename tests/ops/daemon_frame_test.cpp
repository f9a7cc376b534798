// What all daemons share: listeners as configured, ends of certificates and CRLs, budgets of alarms.
#include "ops/daemon_frame.hpp"

#include <gtest/gtest.h>

#include "net/stream.hpp"
#include "ops/alarms.hpp"
#include "ops/changes.hpp"
#include "tests/ops/support.hpp"
#include "tests/support/certificates.hpp"

namespace li::ops {
namespace {

using namespace std::chrono_literals;

constexpr ListenerDefaults kDefaults{"127.0.0.1:1", 64, 1000, 32, 16};

TEST(DaemonListener, IsAsConfigured) {
  const auto config = Config::parse(
      "[a]\nlisten = '127.0.0.1:7'\nmax_connections = 5\nmax_handshakes = 6\nmax_per_address = 0\n[b]\nlisten = "
      "'127.0.0.1:1'\n[c]\nmax_per_address = 2001\n",
      "d.toml");
  const auto read = [&](const char* name) { return read_listener(config->root().table(name, ""), kDefaults, net::TlsPeers::server_only); };
  const auto http = net_listener<net::ListenerSettings>(read("a"));
  EXPECT_EQ(std::tie(http.address, http.port, http.max_connections, http.max_handshakes, http.max_per_address),
            std::make_tuple("127.0.0.1", 7, 5U, 6U, 0U));
  const auto stream = net_listener<net::StreamListener>(read("b"));
  EXPECT_EQ(std::tie(stream.port, stream.max_connections, stream.max_handshakes, stream.max_per_address),
            std::make_tuple(1, 64U, 32U, 16U));
  EXPECT_FALSE(read("d").on);
  static_cast<void>(read("c"));
  const auto problems = config->problems();
  ASSERT_EQ(problems.size(), 7U) << "certificate and key of a, b and c; a number";
  EXPECT_NE(problems.back().find("c.max_per_address: must be 0 to 2000"), std::string::npos) << problems.back();
  const auto described = config->description();
  EXPECT_NE(described.find("raise it where many come through one NAT; 0: any number (0 to 2000)\nmax_per_address = 16"), std::string::npos)
      << described;
}

TEST(DaemonListener, NoneOfItChangesWhileItRuns) {
  Listener now, next;
  next.on = true;
  next.address.port = 1;
  next.max_connections = next.max_handshakes = next.max_per_address = 1;
  next.tls = {"certificate", "key", "ca", "crl", {}};
  Changes changes;
  changes.look_at_listener("x2", now, now);
  EXPECT_TRUE(changes.lines.empty());
  changes.look_at_listener("x2", now, next);
  std::vector<std::string> expected{"[x2]: a change needs a restart"};
  for (const std::string key : {"listen", "max_connections", "max_handshakes", "max_per_address", "certificate", "key", "ca", "crl"})
    expected.push_back("x2." + key + ": a change needs a restart");
  EXPECT_EQ(changes.lines, expected);
}

struct Frame {
  test::Trail trail;
  std::ostringstream out;
  TimePoint now = std::chrono::time_point_cast<TimePoint::duration>(std::chrono::system_clock::now());
  std::unique_ptr<DaemonFrame> frame;

  Frame() {
    Surroundings around;
    around.clock = [this] { return now; };
    around.log.out = &out;
    frame = std::move(DaemonFrame::open({"hi2_x", "of", ": no keys are given"}, around, trail.options()).value());
  }
  [[nodiscard]] bool page_has(const std::string& text) const { return frame->metrics.render().find(text) != std::string::npos; }
  [[nodiscard]] std::size_t told(const std::string& text) const {
    std::size_t count = 0;
    for (auto at = out.str().find(text); at != std::string::npos; at = out.str().find(text, at + 1)) ++count;
    return count;
  }
};

TEST(DaemonFrame, TellsOnceADayWhatEndsSoon) {
  li::test::Authority authority;  // certificates and CRLs for a day
  auto settings = authority.settings(authority.issue("DNS:kms.example"));
  const auto plain = net::TlsContext::load(settings).value();
  settings.crl_file = authority.crl("20400101000000Z");
  const auto later = net::TlsContext::load(settings).value();
  settings.crl_file = authority.crl();
  const auto soon = net::TlsContext::load(settings).value();
  Frame site;
  site.now = TimePoint(*soon->crl_expiry()) - 12h;
  site.frame->look_at_certificates({{"plain", plain}, {"later", later}, {"soon", soon}});
  EXPECT_EQ(site.told("a certificate ends soon"), 3U) << site.out.str();
  EXPECT_EQ(site.told("a CRL must be replaced soon"), 1U);
  EXPECT_EQ(site.told("a CRL must be replaced soon of=soon hours=12"), 1U);
  EXPECT_TRUE(site.page_has("hi2_x_certificate_seconds_left{of=\"plain\"} "));
  EXPECT_FALSE(site.page_has("hi2_x_crl_seconds_left{of=\"plain\"}"));
  EXPECT_TRUE(site.page_has("hi2_x_crl_seconds_left{of=\"later\"} "));
  EXPECT_TRUE(site.page_has("hi2_x_crl_seconds_left{of=\"soon\"} 43200"));
  site.now += 23h;
  site.frame->look_at_certificates({{"soon", soon}});
  EXPECT_EQ(site.told("a CRL must be replaced soon"), 1U) << "once a day";
  EXPECT_TRUE(site.page_has("hi2_x_crl_seconds_left{of=\"soon\"} -39600"));
  site.now += 2h;
  site.frame->look_at_certificates({{"soon", soon}});
  EXPECT_EQ(site.told("a CRL must be replaced soon of=soon hours=-13"), 1U) << site.out.str();
}

TEST(DaemonFrame, TellsOfATrailThatCanNotBeWritten) {
  Frame site;
  EXPECT_TRUE(site.frame->audit("started", {}));
  EXPECT_TRUE(site.frame->health().empty());
  std::filesystem::remove(site.trail.path);
  EXPECT_FALSE(site.frame->audit("entry", {}));
  site.frame->look_at_audit();
  site.frame->look_at_audit();
  EXPECT_EQ(site.told("the audit trail can't be written: no keys are given"), 2U) << site.out.str();
  EXPECT_TRUE(site.page_has("hi2_audit_broken 1"));
  EXPECT_TRUE(site.page_has("hi2_audit_failures_total 1"));
  ASSERT_EQ(site.frame->health().size(), 1U);
}

TEST(Alarms, AreAuditedOneByOneUpToABudget) {
  Frame site;
  net::SteadyClock::result_type now;
  Alarms alarms(site.frame->log, site.frame->metrics, site.frame->trail(), 1, [&] { return now; });
  for (int i = 0; i < 13; ++i) alarms.raise("flood", {});
  alarms.raise("other", {});
  const auto audited = [&](const std::string& text) {
    std::size_t count = 0;
    for (const auto& line : test::lines_of(test::read_file(site.trail.path))) count += line.find(text) != std::string::npos ? 1U : 0U;
    return count;
  };
  EXPECT_EQ(audited("\"flood\""), 10U);
  EXPECT_EQ(audited("\"other\""), 1U) << "hidden behind the noise of another";
  EXPECT_TRUE(site.page_has("hi2_security_events_total{reason=\"flood\"} 13"));
  alarms.tell_counts();
  EXPECT_EQ(audited(R"("reason":"flood","not_audited":"3")"), 1U);
  alarms.raise("flood", {});
  now += 1s;
  alarms.raise("flood", {});
  EXPECT_EQ(audited(R"("not_audited_before":"1")"), 1U);
}

}  // namespace
}  // namespace li::ops
