// The daemon as a whole: from X2 to a LEMF, over TLS.
#include <gtest/gtest.h>

#include "db/sqlite.hpp"
#include "ops/audit_verify.hpp"
#include "tests/df2/site.hpp"

namespace {

using namespace li;
using namespace li::df2;
using namespace li::df2::test;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Df2, EventsGoToTheLemfAndKeepalivesAreAnsweredBehindThem) {
  Site site;
  site.start();
  auto sender = site.sender();
  ASSERT_TRUE(sender.connected());
  for (int i = 0; i < 20; ++i) sender.event("call" + std::to_string(i));
  sender.keepalive(41);
  EXPECT_EQ(sender.acknowledged(), 41U);
  EXPECT_TRUE(site.lemf.wait_for(20));
  sender.keepalive(42);
  sender.keepalive(43);
  EXPECT_EQ(sender.acknowledged(), 42U);
  EXPECT_EQ(sender.acknowledged(), 43U);
  EXPECT_EQ(site.page("/health"), "200 fine\n");
  const auto page = site.page("/metrics");
  EXPECT_TRUE(has(page, "hi2_df2_events_total{type=\"x2\"} 20")) << page;
  EXPECT_TRUE(has(page, "hi2_df2_x2_connections 1")) << page;
  EXPECT_TRUE(has(page, "hi2_df2_warrants{state=\"valid\"} 1")) << page;
  EXPECT_TRUE(has(page, "hi2_df2_records_total{event=")) << page;
  EXPECT_TRUE(has(page, "hi2_df2_certificate_seconds_left{of=\"delivery_lemf1\"}")) << page;
  site.stop();
  const auto verified = ops::verify_audit(site.path("df2.audit"), {}, site.path("df2.anchor"));
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->problem);
  EXPECT_TRUE(has(site.trail(), R"("event":"started")")) << site.trail();
  EXPECT_TRUE(has(site.trail(), R"("warrants_sha256":")")) << site.trail();
}

TEST(Df2, WhatIsSentAgainIsDeliveredOnce) {
  Site site;
  site.start();
  for (int connection = 0; connection < 2; ++connection) {
    auto sender = site.sender();
    for (int i = 0; i < 5; ++i) sender.event("call" + std::to_string(i));
    sender.keepalive(1);
    EXPECT_EQ(sender.acknowledged(), 1U);
  }
  EXPECT_TRUE(site.lemf.wait_for(5));
  EXPECT_TRUE(has(site.page("/metrics"), "hi2_df2_dropped_total{why=\"repeated\"} 5"));
  EXPECT_EQ(site.lemf.count(), 5U);
}

TEST(Df2, WhatNoLemfHasSurvivesARestart) {
  Site site;
  auto port = site.lemf.port();
  {
    // A LEMF that is not there: its port, and nobody behind it.
    const auto text = read_file(site.config());
    auto away = text;
    away.replace(away.find(":" + std::to_string(port)), 1 + std::to_string(port).size(), ":1");
    site.write("hi2-df2.toml", away);
    site.start();
    auto sender = site.sender();
    for (int i = 0; i < 10; ++i) sender.event("call" + std::to_string(i));
    sender.keepalive(9);
    EXPECT_EQ(sender.acknowledged(), 9U) << "a LEMF that is away holds nobody up";
    EXPECT_TRUE(has(site.page("/metrics"), "hi2_df2_spool_entries{destination=\"lemf1\"} 10")) << site.page("/metrics");
    site.stop();
    site.write("hi2-df2.toml", text);
  }
  site.start();
  EXPECT_TRUE(site.lemf.wait_for(10));
  EXPECT_EQ(site.lemf.count(), 10U);
}

TEST(Df2, WhatCannotBeOpenedHoldsUpNobody) {
  Site site;
  const auto text = read_file(site.config());
  const auto port = ":" + std::to_string(site.lemf.port());
  auto away = text;
  away.replace(away.find(port), port.size(), ":1");
  site.write("hi2-df2.toml", away);
  site.start();
  auto sender = site.sender();
  for (int i = 0; i < 10; ++i) sender.event("call" + std::to_string(i));
  sender.keepalive(9);
  EXPECT_EQ(sender.acknowledged(), 9U);
  site.stop();
  {
    auto database = db::Database::open(site.path("spool.sqlite"), false).value();
    for (const auto* sql : {"UPDATE entries SET sealed = CAST(x'00' || substr(sealed, 2) AS BLOB) WHERE id = 4",
                            "UPDATE states SET sealed = CAST(x'00' || substr(sealed, 2) AS BLOB) WHERE id = 2"})
      ASSERT_TRUE(database.run(sql));
  }
  site.write("hi2-df2.toml", text);
  site.start();
  EXPECT_TRUE(site.lemf.wait_for(9));
  const auto page = site.page("/metrics");
  EXPECT_TRUE(has(page, "hi2_df2_spool_unreadable_total{table=\"entries\"} 1")) << page;
  EXPECT_TRUE(has(page, "hi2_df2_spool_unreadable_total{table=\"states\"} 1")) << page;
  for (const auto* row : {R"("reason":"spool_unreadable","table":"entries","row":"4","liid":"NL-0042","destination":"lemf1")",
                          R"("reason":"spool_unreadable","table":"states","row":"2","liid":"NL-0042")"})
    EXPECT_TRUE(has(site.trail(), row)) << site.trail();
  auto again = site.sender();
  again.event("more");
  EXPECT_TRUE(site.lemf.wait_for(10));
  EXPECT_EQ(site.daemon->health(), std::vector<std::string>{});
}

TEST(Df2, WhatIsErasedBesideItIsForgottenWithoutAReload) {
  Site site;
  site.start();
  auto sender = site.sender();
  for (int i = 0; i < 3; ++i) sender.event("call" + std::to_string(i));
  sender.keepalive(1);
  ASSERT_EQ(sender.acknowledged(), 1U);
  ASSERT_TRUE(site.lemf.wait_for(3));
  EXPECT_EQ(site.daemon->engine().sessions(), 3U);
  {
    const auto erase = [](delivery::SqliteSpool& spool) -> Result<void> {
      const auto erased = spool.erase(as_bytes("NL-0042"));
      return erased ? Result<void>() : failure(erased.error());
    };
    ASSERT_TRUE(administer(load_settings(site.config()).value(), "spool_erase", {}, erase));
  }
  const auto until = std::chrono::steady_clock::now() + kWait;
  while (site.daemon->engine().sessions() > 0 && std::chrono::steady_clock::now() < until) {
    site.daemon->tick();
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(site.daemon->engine().sessions(), 0U);
}

TEST(Df2, AWarrantExpiresByItselfAndAReloadBringsAnother) {
  Site site;
  site.start();
  auto sender = site.sender();
  sender.event("before");
  sender.keepalive(1);
  ASSERT_EQ(sender.acknowledged(), 1U);
  ASSERT_TRUE(site.lemf.wait_for(1));
  site.seconds = 86'400;
  sender.event("expired");
  sender.keepalive(2);
  ASSERT_EQ(sender.acknowledged(), 2U);
  EXPECT_TRUE(has(site.page("/metrics"), "hi2_df2_warrants{state=\"valid\"} 0"));
  // On the same connection.
  site.warrants_more =
      "[[warrant]]\nliid = \"NL-0043\"\nxids = [\"" + std::string(kXid) +
      "\"]\ntargets = [\"sip:alice@ims.example\"]\nvalid_from = \"2026-11-01T00:00:00Z\"\nvalid_until = \"2026-12-21T12:00:00Z\"\n"
      "deliver_to = [\"lemf1\"]\noperator = \"31015\"\ncountry = \"NL\"\n";
  site.write_all();
  ASSERT_TRUE(site.daemon->reload({{"user", "alice (1000)"}}));
  sender.event("behind");
  sender.keepalive(3);
  ASSERT_EQ(sender.acknowledged(), 3U);
  EXPECT_TRUE(site.lemf.wait_for(2));
  EXPECT_EQ(site.lemf.count(), 2U);
  EXPECT_TRUE(has(site.trail(), R"x("event":"reloaded","fields":{"user":"alice (1000)")x")) << site.trail();
}

TEST(Df2, AReloadThatFailsChangesNothing) {
  Site site;
  site.start();
  site.write("warrants.toml", "[[warrant]]\n");
  const auto bad = site.daemon->reload();
  ASSERT_FALSE(bad);
  EXPECT_TRUE(has(bad.error().front(), "warrants.toml:1:1: warrant[1].liid: is missing")) << bad.error().front();
  EXPECT_TRUE(has(site.trail(), R"("event":"reload_failed")"));
  site.x2_more = "queue = \"1MiB\"\n";
  site.write_all();
  const auto other = site.daemon->reload();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().front(), "x2.queue: a change needs a restart");
  auto sender = site.sender();
  sender.event("call");
  EXPECT_TRUE(site.lemf.wait_for(1));
}

// All else is in force then: that is no reload that changed nothing.
TEST(Df2, ACertificateThatGoesBadInMidReloadStays) {
  std::atomic<std::thread::id> reloads;  // outlives the daemon, as the clock must
  Site site;
  site.crl = site.write("crl.pem", read_file(authority().crl()));
  site.write_all();
  auto around = site.around();
  around.clock = [&, clock = around.clock] {  // asked for the first time for the entry in the trail
    if (reloads == std::this_thread::get_id()) site.write("crl.pem", "no CRL");
    return clock();
  };
  auto started = Daemon::start(site.config(), around);
  ASSERT_TRUE(started) << started.error().front();
  site.daemon = std::move(*started);
  reloads = std::this_thread::get_id();
  EXPECT_TRUE(site.daemon->reload());
  reloads = std::thread::id();
  EXPECT_TRUE(has(site.trail(), R"("event":"reloaded")")) << site.trail();
  EXPECT_TRUE(has(site.trail(), R"("event":"security_event","fields":{"reason":"certificates_kept","of":"x2",)")) << site.trail();
  EXPECT_FALSE(has(site.trail(), "reload_failed")) << site.trail();
  EXPECT_FALSE(site.daemon->reload()) << "the next one sees it before";
  EXPECT_TRUE(has(site.trail(), "reload_failed"));
  site.stop();
}

TEST(Df2, AnAddressHasAsManyConnectionsAsItMay) {
  Site site;
  site.x2_more = "max_per_address = 1\n";
  site.write_all();
  site.start();
  auto sender = site.sender();
  sender.keepalive(1);
  EXPECT_EQ(sender.acknowledged(), 1U);
  const auto second = net::TlsStream::connect(
      {"127.0.0.1", site.daemon->x2_port(), tls_of(authority().settings(authority().issue("DNS:pcscf1.ims.example"))), "df2.example"},
      std::chrono::seconds(20));
  EXPECT_FALSE(second);
  EXPECT_TRUE(has(site.page("/metrics"), "hi2_df2_connections_refused_total{reason=\"too_many_connections\"} 1"));
}

TEST(Df2, ReloadsUnderLoadLoseNothing) {
  Site site;
  site.start();
  auto sender = site.sender();
  for (int i = 0; i < 10; ++i) {
    for (int k = 0; k < 10; ++k) sender.event("call" + std::to_string(10 * i + k));
    EXPECT_TRUE(site.daemon->reload());
  }
  sender.keepalive(1);
  EXPECT_EQ(sender.acknowledged(), 1U);
  EXPECT_TRUE(site.lemf.wait_for(100));
  EXPECT_EQ(site.lemf.count(), 100U);
}

TEST(Df2, OctetsThatAreNoPduEndTheConnectionBehindWhatCame) {
  Site site;
  site.start();
  auto sender = site.sender();
  sender.event("good");
  sender.keepalive(5);
  sender.octets(as_bytes("GET / HTTP/1.1\r\nHost: df2.example\r\nAccept: nothing at all\r\n\r\n"));
  EXPECT_EQ(sender.acknowledged(), 5U);
  EXPECT_TRUE(sender.ended());
  EXPECT_TRUE(site.lemf.wait_for(1));
  EXPECT_TRUE(has(site.trail(), R"("event":"security_event","fields":{"reason":"malformed_pdu","client":"pcscf1.ims.example")"))
      << site.trail();
}

TEST(Df2, UnknownXidsAreDroppedAndTold) {
  Site site;
  site.start();
  auto sender = site.sender();
  sender.event("stranger", "00000000-0000-4000-8000-000000000001");
  sender.event("known");
  sender.keepalive(1);
  ASSERT_EQ(sender.acknowledged(), 1U);
  EXPECT_TRUE(site.lemf.wait_for(1));
  EXPECT_TRUE(has(site.page("/metrics"), "hi2_df2_signals_total{reason=\"unknown_xid\"} 1")) << site.page("/metrics");
  EXPECT_TRUE(has(site.log(), "reason=unknown_xid")) << site.log();
}

TEST(Df2, CertificatesThatMayNotComeAreRefusedAndTold) {
  Site site;
  auto& ca = authority();
  li::test::Authority other("Other CA");
  const auto revoked = ca.issue("DNS:pcscf1.ims.example");
  ca.revoke(revoked);
  site.crl = ca.crl();
  site.write_all();
  site.start();
  auto stranger = other.settings(other.issue("DNS:pcscf1.ims.example"));
  stranger.ca_file = ca.ca_file();
  const std::pair<std::string, net::TlsSettings> cases[] = {
      {"tls_wrong_name", ca.settings(ca.issue("DNS:pcscf2.ims.example"))},
      {"tls_expired", ca.settings(ca.issue({"DNS:pcscf1.ims.example", "20200101000000Z", "20200201000000Z"}))},
      {"tls_revoked", ca.settings(revoked)},
      {"tls_unknown_ca", stranger},
  };
  for (const auto& [reason, tls] : cases) {
    Sender sender(site.daemon->x2_port(), tls);
    // In TLS 1.3 the refusal shows at the first read.
    EXPECT_TRUE(!sender.connected() || sender.ended()) << reason;
    const auto until = std::chrono::steady_clock::now() + kWait;
    const auto entry = R"("event":"security_event","fields":{"reason":")" + reason + "\"";
    while (!has(site.trail(), entry) && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(has(site.trail(), entry)) << reason << "\n" << site.trail();
  }
  EXPECT_EQ(site.lemf.count(), 0U);
  auto good = site.sender();
  good.event("call");
  EXPECT_TRUE(site.lemf.wait_for(1));
}

TEST(Df2, FilesThatOthersCanReadKeepItFromStarting) {
  Site site;
  for (const auto* file : {"hi2-df2.toml", "warrants.toml", "master.key", "audit.key", "spool.sqlite"}) {
    std::filesystem::permissions(site.path(file), std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    const auto problems = site.start_fails();
    EXPECT_TRUE(has(problems, std::string(file) + ": is open to others (mode 0604)")) << file << ": " << problems;
    std::filesystem::permissions(site.path(file), std::filesystem::perms::others_read, std::filesystem::perm_options::remove);
  }
}

TEST(Df2, ASilentConnectionIsClosed) {
  Site site;
  site.x2_more = "silence = \"1s\"\n";
  site.write_all();
  site.start();
  auto sender = site.sender();
  EXPECT_TRUE(sender.ended());
  EXPECT_TRUE(has(site.log(), "reason=x2_silent")) << site.log();
}

TEST(Df2, AFullSpoolHoldsEverythingBackAndSaysSo) {
  Site site;
  const auto text = read_file(site.config());
  // Hardly larger than an empty one, and nobody takes what is in it.
  auto small = text;
  small.replace(small.find("[spool]\n"), 8, "[spool]\nmax_size = \"256KiB\"\n");
  const auto port = ":" + std::to_string(site.lemf.port());
  small.replace(small.find(port), port.size(), ":1");
  site.write("hi2-df2.toml", small);
  site.grace = 100ms;
  site.start();
  auto sender = site.sender();
  const auto until = std::chrono::steady_clock::now() + kWait;
  std::uint32_t sent = 0;
  while (!site.daemon->engine().failing() && std::chrono::steady_clock::now() < until) sender.event("call" + std::to_string(sent++));
  ASSERT_TRUE(site.daemon->engine().failing());
  EXPECT_TRUE(site.page("/health").starts_with("503 the spool can't be written, X2 is not read: ")) << site.page("/health");
  const auto told = R"("reason":"disk_full")";  // a moment behind the failure
  while (!has(site.trail(), told) && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(has(site.trail(), told)) << site.trail();
  // Everything that had no answer to a keep-alive is sent again once there is room.
  site.stop();
  site.write("hi2-df2.toml", text);
  site.start();
  auto again = site.sender();
  for (std::uint32_t i = 0; i < sent; ++i) again.event("call" + std::to_string(i));
  again.keepalive(1);
  EXPECT_EQ(again.acknowledged(), 1U);
  EXPECT_TRUE(site.lemf.wait_for(sent));
  EXPECT_EQ(site.lemf.count(), sent);
}

}  // namespace
