// What the daemon's parts tell, as it stands in the audit trail.
#include "df2/watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/key.hpp"
#include "db/sqlite.hpp"
#include "tests/df2/site.hpp"

namespace {

using namespace li;
using namespace li::df2;
using namespace li::df2::test;

const TimePoint kThen{std::chrono::milliseconds(1'795'176'001'204)};

struct Watches : testing::Test {
  li::test::TemporaryFolder folder;
  std::ostringstream text;
  TimePoint now = kThen;
  std::unique_ptr<ops::DaemonFrame> frame;
  std::unique_ptr<Watch> watch;

  Watches() {
    std::ofstream(path("audit.key")) << as_text(crypto::PrivateKey::new_ed25519().to_pem().reveal());
    std::filesystem::permissions(path("audit.key"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    ops::AuditOptions options;
    options.path = path("trail");
    options.key_file = path("audit.key");
    options.anchor = path("anchor");
    ops::Surroundings around;
    around.clock = [this] { return now; };
    around.log.out = &text;
    frame = ops::DaemonFrame::open({"hi2_df2", "of", ""}, around, options).value();
    watch = std::make_unique<Watch>(*frame, 20);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  /// Entries whose event and fields are these.
  [[nodiscard]] std::size_t entries(const std::string& event, const std::string& fields) const {
    const auto wanted = "\"event\":\"" + event + "\",\"fields\":" + fields;
    const auto trail = read_file(path("trail"));
    std::size_t count = 0;
    for (auto at = trail.find(wanted); at != std::string::npos; at = trail.find(wanted, at + 1)) ++count;
    return count;
  }
  [[nodiscard]] std::string trail() const { return read_file(path("trail")); }
};

KeyQuestion question(const std::set<std::string>& liids) {
  KeyQuestion question;
  question.id = "0a0b";
  question.request.target = "sip:alice@ims.example";
  question.liids = liids;
  return question;
}

TEST_F(Watches, QuestionsAndTheirOutcomesStandUnderTheirLiids) {
  const auto events = watch->key_events();
  for (const auto& liids : {std::set<std::string>{"LI-1"}, std::set<std::string>{"LI-1", "LI-2"}}) {
    const auto of = "\"liid\":\"" + question(liids).whose() + "\",\"question\":\"0a0b\",";
    ASSERT_TRUE(events.before_asking(question(liids), "kms1"));
    EXPECT_EQ(entries("keys_asked", "{" + of + R"("target":"sip:alice@ims.example","kms":"kms1"})"), 1U) << trail();
    ASSERT_TRUE(events.before_answer(question(liids), "kms1", "got", ""));
    EXPECT_EQ(entries("keys_got", "{" + of + R"("kms":"kms1","reason":""})"), 1U) << trail();
    ASSERT_TRUE(events.before_answer(question(liids), "kms1", "failed", "not_target"));
    EXPECT_EQ(entries("keys_failed", "{" + of + R"("kms":"kms1","reason":"not_target"})"), 1U) << trail();
    ASSERT_TRUE(watch->observer().before_reading(question(liids)));
    EXPECT_EQ(entries("keys_read", "{" + of + R"("target":"sip:alice@ims.example","kms":""})"), 1U) << trail();
  }
}

TEST_F(Watches, WithoutATrailNothingIsAskedNorUsed) {
  ASSERT_TRUE(frame->trail().close());
  const auto events = watch->key_events();
  EXPECT_FALSE(events.before_asking(question({"LI-1"}), "kms1"));
  EXPECT_FALSE(events.before_answer(question({"LI-1"}), "kms1", "got", ""));
  EXPECT_FALSE(watch->observer().before_reading(question({"LI-1"})));
  EXPECT_FALSE(frame->health().empty());
}

TEST_F(Watches, WhyNothingIsCommittedIsToldAsItIs) {
  const auto events = watch->engine_events();
  const Error locked{ErrorKind::limit, std::string(db::kLocked), {}, {}, {}}, full{ErrorKind::limit, "full", {}, {}, {}},
      broken{ErrorKind::unknown, "broken", {}, {}, {}};
  for (const auto* error : {&locked, &locked, &full, &full, &broken}) events.on_failure(*error);
  for (const auto* reason : {"spool_locked", "disk_full", "spool_failed"})
    EXPECT_EQ(entries("security_event", "{\"reason\":\"" + std::string(reason) + "\""), 1U) << trail();
  events.on_recovery();
  events.on_failure(full);
  EXPECT_EQ(entries("security_event", R"({"reason":"disk_full")"), 2U) << trail();
}

TEST_F(Watches, TheSpoolsOwnFaultsAreToldOnceAndALockIsNone) {
  watch->on_spool_fault({ErrorKind::limit, std::string(db::kLocked), {}, {}, {}});
  EXPECT_EQ(entries("security_event", "{"), 0U) << trail();
  for (int i = 0; i < 3; ++i) watch->on_spool_fault({ErrorKind::unknown, "disk I/O error", {}, {}, {}});
  EXPECT_EQ(entries("security_event", R"({"reason":"spool_failed","detail":"disk I/O error"})"), 1U) << trail();
  now += 2min;  // it went well meanwhile, or it would have come again
  watch->on_spool_fault({ErrorKind::unknown, "disk I/O error", {}, {}, {}});
  EXPECT_EQ(entries("security_event", R"({"reason":"spool_failed","detail":"disk I/O error"})"), 2U) << trail();
  watch->on_delivery_fault("lemf1", "the spool fails");
  EXPECT_EQ(entries("security_event", R"({"reason":"delivery_fault","destination":"lemf1","detail":"the spool fails"})"), 1U) << trail();
}

TEST_F(Watches, ALemfThatStaysAwayIsAnAlarmAndSoIsItsReturn) {
  const auto alarms = [&](const std::string& name) {
    return entries("security_event", R"({"reason":"lemf_unreachable","destination":")" + name + "\"");
  };
  watch->on_lemf_lost("lemf1", "refused");
  watch->on_lemf_lost("lemf2", "refused");
  watch->look_at_lemfs(kThen);
  watch->look_at_lemfs(kThen + 59s);
  watch->on_lemf("lemf2", {}, true);
  EXPECT_EQ(alarms("lemf1"), 0U) << "a moment is none";
  watch->on_lemf_lost("lemf1", "timed out");
  watch->look_at_lemfs(kThen + 60s);
  watch->look_at_lemfs(kThen + 61s);
  EXPECT_EQ(alarms("lemf1"), 1U) << trail();
  EXPECT_EQ(alarms("lemf2"), 0U) << trail();
  EXPECT_NE(trail().find("timed out"), std::string::npos);
  EXPECT_EQ(entries("lemf_back", "{"), 0U) << trail();
  watch->on_lemf("lemf1", {}, true);
  watch->look_at_lemfs(kThen + 61s);
  EXPECT_EQ(entries("lemf_back", "{"), 0U) << "it may go at once";
  watch->look_at_lemfs(kThen + 71s);
  EXPECT_EQ(entries("lemf_back", R"({"destination":"lemf1"})"), 1U) << trail();
  watch->on_lemf_refused("lemf1", "its certificate has expired");
  watch->look_at_lemfs(kThen + 72s);
  watch->look_at_lemfs(kThen + 132s);
  EXPECT_EQ(alarms("lemf1"), 2U) << trail();
  watch->on_lemf("lemf1", {}, true);
  watch->on_delivered("lemf1", {}, kThen + 133s);
  EXPECT_EQ(entries("lemf_back", R"({"destination":"lemf1"})"), 2U) << "what it confirms shows that it is back";
}

TEST_F(Watches, ALemfThatComesAndGoesIsAway) {
  for (auto second = 0s; second < 70s; second += 1s) {
    watch->on_lemf_lost("lemf1", "closed");
    watch->on_lemf("lemf1", {}, true);
    watch->look_at_lemfs(kThen + second);
  }
  EXPECT_EQ(entries("security_event", R"({"reason":"lemf_unreachable","destination":"lemf1")"), 1U) << trail();
  EXPECT_EQ(entries("lemf_back", "{"), 0U) << trail();
}

TEST_F(Watches, ALemfIsConnectedOrNot) {
  const auto connected = [&](int value) {
    const auto line = "hi2_df2_lemf_connected{destination=\"lemf1\"} " + std::to_string(value) + "\n";
    return frame->metrics.render().find(line) != std::string::npos;
  };
  watch->expect_lemf("lemf1");
  EXPECT_TRUE(connected(0)) << "it may be refused from the start";
  watch->on_lemf("lemf1", {}, true);
  EXPECT_TRUE(connected(1));
  watch->on_lemf_refused("lemf1", "its password has changed");
  EXPECT_TRUE(connected(0));
}

}  // namespace
