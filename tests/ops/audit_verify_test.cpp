// Whatever is done to a trail is found.
#include "ops/audit_verify.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/ops/support.hpp"

namespace li::ops {
namespace {

using test::lines_of;
using test::read_file;
using test::Trail;
using test::write_file;

std::string joined(const std::vector<std::string>& lines) { return std::accumulate(lines.begin(), lines.end(), std::string()); }

struct WrittenTrail : Trail {
  explicit WrittenTrail(int more) { write(more); }
};

const Trail& trail_of_three() {
  static const WrittenTrail trail(2);
  return trail;
}

const Trail& trail_of_six() {
  static const WrittenTrail trail(5);
  return trail;
}

/// A trail that was tampered with, beside the one it is made of.
class Tampered {
 public:
  explicit Tampered(const Trail& trail = trail_of_six()) : trail_(trail), text_(read_file(trail.path)), lines_(lines_of(text_)) {}

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  AuditReport verify(const std::string& text, bool with_anchor) const {
    const auto path = trail_.folder / "tampered.log";
    write_file(path, text);
    const auto key = trail_.key.public_key();
    return *verify_audit(path, std::span(&key, 1), with_anchor ? std::optional(trail_.anchor) : std::nullopt);
  }
  void expect(const std::string& text, bool with_anchor, AuditFault fault, std::uint64_t line, const std::string& said) const {
    const auto report = verify(text, with_anchor);
    ASSERT_TRUE(report.problem) << said;
    EXPECT_STREQ(to_string(report.problem->fault), to_string(fault)) << report.problem->text;
    EXPECT_EQ(report.problem->line, line) << report.problem->text;
    EXPECT_NE(report.problem->text.find(said), std::string::npos) << report.problem->text;
    EXPECT_EQ(report.truncation_checked, with_anchor);
  }

 private:
  const Trail& trail_;
  std::string text_;
  std::vector<std::string> lines_;
};

TEST(AuditVerify, EverySingleOctetThatIsChangedIsFound) {
  constexpr int kChanges[] = {0x01, 0x20, 0x80, 0x07};
  const Tampered trail(trail_of_three());
  for (std::size_t at = 0; at < trail.text().size(); ++at) {
    auto text = trail.text();
    text[at] = static_cast<char>(text[at] ^ kChanges[at % 4]);
    const auto report = trail.verify(text, false);
    ASSERT_TRUE(report.problem) << "octet " << at;
    const auto line =
        static_cast<std::uint64_t>(std::count(trail.text().begin(), trail.text().begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1);
    EXPECT_EQ(report.problem->line, line) << "octet " << at;
  }
}

TEST(AuditVerify, EveryOctetThatIsMissingOrAddedIsFound) {
  const Tampered trail(trail_of_three());
  for (std::size_t at = 0; at < trail.text().size(); ++at) {
    EXPECT_TRUE(trail.verify(std::string(trail.text()).erase(at, 1), false).problem) << at;
    EXPECT_TRUE(trail.verify(std::string(trail.text()).insert(at, 1, ' '), false).problem) << at;
  }
}

TEST(AuditVerify, EveryLineThatIsRemovedIsFound) {
  const Tampered trail;
  const auto& lines = trail.lines();
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    auto fewer = lines;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    trail.expect(joined(fewer), false, AuditFault::removed, i + 1, "entry " + std::to_string(i + 1) + " is missing");
  }
  trail.expect(lines[0] + lines[1] + lines[5], false, AuditFault::removed, 3, "entries 3 to 5 are missing");
}

TEST(AuditVerify, LinesThatChangedPlacesAreFound) {
  const Tampered trail;
  for (std::size_t i = 0; i < trail.lines().size(); ++i) {
    for (std::size_t j = i + 1; j < trail.lines().size(); ++j) {
      auto lines = trail.lines();
      std::swap(lines[i], lines[j]);
      trail.expect(joined(lines), false, AuditFault::reordered, i + 1,
                   "entry " + std::to_string(i + 1) + " belongs here and stands in line " + std::to_string(j + 1));
    }
  }
}

TEST(AuditVerify, ALineThatComesTwiceIsFound) {
  const Tampered trail;
  const auto& lines = trail.lines();
  trail.expect(lines[0] + lines[1] + lines[1] + lines[2], false, AuditFault::repeated, 3, "entry 2 stands above already");
}

TEST(AuditVerify, LinesThatAreCutOffAtTheEndAreFoundWithAnAnchorOnly) {
  const Tampered trail;
  auto lines = trail.lines();
  for (lines.pop_back(); !lines.empty(); lines.pop_back()) {
    const auto left = std::to_string(lines.size());
    trail.expect(joined(lines), true, AuditFault::truncated, lines.size() + 1, "knows 6 entries, and here are " + left);
    const auto report = trail.verify(joined(lines), false);
    EXPECT_FALSE(report.problem);
    EXPECT_FALSE(report.truncation_checked);
    EXPECT_EQ(report.entries, lines.size());
  }
  EXPECT_TRUE(trail.verify("", true).problem);
  EXPECT_TRUE(trail.verify("", false).problem);
}

TEST(AuditVerify, ATornTailIsToldAndIsTruncationIfTheAnchorSaysSo) {
  const Tampered trail;
  const auto last = trail.lines().back().size();
  for (std::size_t cut = 1; cut < last; ++cut) {
    const auto text = trail.text().substr(0, trail.text().size() - cut);
    trail.expect(text, false, AuditFault::torn, 6, "no line feed");
    trail.expect(text, true, AuditFault::truncated, 6, "knows 6 entries");
  }
  trail.expect(trail.text() + "{\"seq\":7", true, AuditFault::torn, 7, "no line feed");
}

TEST(AuditVerify, AnEntryOfAnotherKeyIsFound) {
  const Tampered trail;
  const Trail other;
  other.write(0);
  trail.expect(read_file(other.path), false, AuditFault::bad_signature, 1, "not of this key");
}

// The same key, the same numbers: entries of a trail that was put back to an older state and went on from there.
TEST(AuditVerify, AForkIsFound) {
  const Trail trail;
  trail.write(2);
  const auto text = read_file(trail.path);
  const auto anchor = read_file(trail.anchor);
  trail.write(2);
  const auto one = lines_of(read_file(trail.path));
  write_file(trail.path, text);
  write_file(trail.anchor, anchor);
  *trail.now += std::chrono::seconds(1);
  trail.write(2);
  const auto other = lines_of(read_file(trail.path));
  write_file(trail.path, joined(one));
  auto report = trail.verify();
  ASSERT_TRUE(report.problem);
  EXPECT_EQ(report.problem->fault, AuditFault::forked);
  EXPECT_EQ(report.problem->line, 5U);
  write_file(trail.path, text + one[3] + other[4]);
  report = trail.verify(false);
  ASSERT_TRUE(report.problem);
  EXPECT_EQ(report.problem->fault, AuditFault::forked);
}

TEST(AuditVerify, EveryOctetOfTheAnchorMatters) {
  const Tampered trail;
  const auto anchor = read_file(trail_of_six().anchor);
  const auto changed = trail_of_six().folder / "changed.anchor";
  const auto key = trail_of_six().key.public_key();
  for (std::size_t at = 0; at < anchor.size(); ++at) {
    auto text = anchor;
    text[at] = static_cast<char>(text[at] ^ 1);
    write_file(changed, text);
    const auto report = verify_audit(trail_of_six().path, std::span(&key, 1), changed);
    ASSERT_TRUE(report && report->problem) << at;
    EXPECT_EQ(report->problem->fault, AuditFault::bad_anchor) << at;
  }
  const auto report = verify_audit(trail_of_six().path, std::span(&key, 1), trail_of_six().folder / "none");
  EXPECT_EQ(report->problem->fault, AuditFault::bad_anchor);
}

TEST(AuditVerify, AnOldAnchorStillHoldsTheBeginning) {
  const Trail trail;
  trail.write(2);
  const auto anchor = read_file(trail.anchor);
  trail.write(3);
  write_file(trail.anchor, anchor);
  const auto report = trail.verify();
  EXPECT_FALSE(report.problem);
  EXPECT_EQ(report.entries, 6U);
  EXPECT_EQ(report.anchored, 3U);
}

TEST(AuditVerify, WithoutAKeyTheOneThatTheTrailNamesIsTaken) {
  const auto report = verify_audit(trail_of_six().path, {}, trail_of_six().anchor);
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->problem);
  EXPECT_NE(trail_of_six().key.public_key().to_pem().find(report->key), std::string::npos);
  EXPECT_TRUE(report->truncation_checked);
  const auto without_first = trail_of_six().folder / "without_first.log";
  write_file(without_first, lines_of(read_file(trail_of_six().path))[1]);
  EXPECT_EQ(verify_audit(without_first, {}, {})->problem->fault, AuditFault::no_key);
}

TEST(AuditVerify, OneOfSeveralKeysIsEnough) {
  const std::vector keys{crypto::PrivateKey::new_ed25519().public_key(), trail_of_six().key.public_key()};
  EXPECT_FALSE(verify_audit(trail_of_six().path, keys, trail_of_six().anchor)->problem);
}

TEST(AuditVerify, LinesLongerThanAnyEntryAreReadInLittleMemory) {
  const Tampered trail;
  trail.expect(trail.lines()[0] + std::string(3'000'000, 'x') + "\n" + trail.lines()[1], false, AuditFault::changed, 2, "longer than");
}

// Made by make.py with the openssl program from docs/audit.md.
TEST(AuditVerify, ATrailOfAnotherMakingIsGood) {
  const auto file = [](const std::string& name) { return li::test::data_path("ops/" + name).string(); };
  const auto key = crypto::PublicKey::from_pem(read_file(file("audit-public.pem")));
  ASSERT_TRUE(key);
  const auto report = verify_audit(file("audit.log"), std::span(&*key, 1), file("audit.anchor"));
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->problem) << report->problem->text;
  EXPECT_EQ(report->entries, 5U);
  EXPECT_EQ(report->anchored, 5U);
}

TEST(AuditVerify, AFileThatCanNotBeReadIsAnError) {
  EXPECT_FALSE(verify_audit(trail_of_six().folder / "none", {}, {}));
  EXPECT_FALSE(verify_audit(trail_of_six().folder / ".", {}, {}));
}

}  // namespace
}  // namespace li::ops
