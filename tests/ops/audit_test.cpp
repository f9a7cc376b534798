// What an AuditLog writes, and what it does when it can't.
#include "ops/audit.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "ops/audit_entry.hpp"
#include "tests/ops/support.hpp"

namespace li::ops {
namespace {

using test::lines_of;
using test::read_file;
using test::Trail;
using test::write_file;

template <typename T>
concept Auditable = requires(const T& value) {
  Field("key", value);
};
static_assert(Auditable<std::string> && Auditable<int> && Auditable<const char*> && Auditable<bool>);
static_assert(!Auditable<SecretBytes> && !Auditable<Bytes> && !Auditable<RecordBytes> && !Auditable<ByteView>);

AuditEntry entry_of(const std::string& line) {
  const auto entry = read_audit_entry(std::string_view(line).substr(0, line.size() - 1));
  EXPECT_TRUE(entry) << entry.error().message() << " in " << line;
  return entry.value_or(AuditEntry{});
}

TEST(AuditLog, EntriesHaveTheDocumentedForm) {
  const Trail trail;
  {
    const auto log = trail.open();
    EXPECT_EQ(log->append({"key_request", {{"target", "sip:a\"b\\c\n@ims\x7F"}, {"answer", "refused"}}}), 2U);
  }
  const auto lines = lines_of(read_file(trail.path));
  ASSERT_EQ(lines.size(), 2U);
  const auto first = entry_of(lines[0]);
  EXPECT_EQ(first.event, "log_created");
  EXPECT_EQ(first.previous, std::string(64, '0'));
  EXPECT_TRUE(lines[1].starts_with(R"({"seq":2,"time":"2026-11-20T12:00:01.204Z","event":"key_request","fields":{)"
                                   R"("target":"sip:a\"b\\c\u000a@ims\u007f","answer":"refused"},"prev":")" +
                                   first.hash + R"(","hash":")"))
      << lines[1];
  const auto second = entry_of(lines[1]);
  EXPECT_EQ(second.fields, (Fields{{"target", "sip:a\"b\\c\n@ims\x7F"}, {"answer", "refused"}}));
  EXPECT_EQ(second.number, 2U);
  struct stat info {};
  ASSERT_EQ(stat(trail.path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

int run(const std::string& command) { return std::system(command.c_str()); }

std::string output_of(const std::string& command) {
  std::string text;
  auto* const pipe = popen(command.c_str(), "r");
  char piece[4096];
  while (const auto got = std::fread(piece, 1, sizeof piece, pipe)) text.append(piece, got);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

// OpenSSL's command line knows nothing of ours but docs/audit.md.
TEST(AuditLog, HashAndSignatureAreAsOpensslComputesThem) {
  const Trail trail;
  trail.write(1);
  write_file(trail.folder / "public.pem", trail.key.public_key().to_pem());
  auto previous = std::string(64, '0');
  for (const auto& line : lines_of(read_file(trail.path))) {
    const auto hash_at = line.find(R"(,"hash":")");
    const auto signature_at = line.find(R"(,"sig":")");
    const auto hash = line.substr(hash_at + 9, 64);
    write_file(trail.folder / "hashed", line.substr(0, hash_at));
    write_file(trail.folder / "signed", line.substr(0, signature_at));
    const auto signature = from_hex(line.substr(signature_at + 8, 128));
    ASSERT_TRUE(signature);
    write_file(trail.folder / "signature", as_text(*signature));
    EXPECT_TRUE(output_of("openssl dgst -sha256 -r " + (trail.folder / "hashed")).starts_with(hash));
    EXPECT_EQ(run("openssl pkeyutl -verify -pubin -inkey " + (trail.folder / "public.pem") + " -rawin -in " + (trail.folder / "signed") +
                  " -sigfile " + (trail.folder / "signature") + " >/dev/null"),
              0);
    EXPECT_NE(line.find(R"("prev":")" + previous), std::string::npos);
    previous = hash;
  }
}

TEST(AuditLog, GoesOnWhereItEnded) {
  const Trail trail;
  trail.write(3);
  trail.write(3);
  const auto report = trail.verify();
  EXPECT_FALSE(report.problem);
  EXPECT_EQ(report.entries, 7U);
  EXPECT_TRUE(report.truncation_checked);
  EXPECT_EQ(report.anchored, 7U);
}

TEST(AuditLog, CallsThatAreWrongAreRefused) {
  const Trail trail;
  const auto log = trail.open();
  EXPECT_FALSE(log->append({"", {}}));
  EXPECT_FALSE(log->append({"Key", {}}));
  EXPECT_FALSE(log->append({"key", {{"a b", "c"}}}));
  EXPECT_FALSE(log->append({"key", {{"a", "b"}, {"a", "c"}}}));
  EXPECT_FALSE(log->append({"key", Fields(33, Field("a", "b"))}));
  EXPECT_EQ(log->append({"key", {}}), 2U);
}

TEST(AuditLog, FieldsMayBeNamedAsMembersAre) {
  const Trail trail;
  ASSERT_TRUE(trail.open()->append({"event", {{"seq", 1}, {"hash", "x"}, {"sig", ",\"sig\":\""}, {"prev", "}"}}}));
  EXPECT_FALSE(trail.verify().problem);
}

TEST(AuditLog, ValuesOfAnySizeAndOctetsFit) {
  const Trail trail;
  Fields fields;
  for (int i = 0; i < 30; ++i) fields.emplace_back("f" + std::to_string(i), std::string(100'000, '\x01'));
  fields.emplace_back("latin", "Z\xFCrich");
  fields.emplace_back("accents", std::string(4095, 'x') + "\xC3\xA9");
  ASSERT_TRUE(trail.open()->append({"key_request", fields}));
  EXPECT_FALSE(trail.verify().problem);
  const auto entry = entry_of(lines_of(read_file(trail.path))[1]);
  EXPECT_EQ(entry.fields[0].value, std::string(4096, '\x01') + "... of 100000 octets");
  EXPECT_EQ(entry.fields[30].value, "hex:5afc72696368");
  EXPECT_EQ(entry.fields[31].value, std::string(4095, 'x') + "... of 4097 octets");
}

TEST(AuditLog, ATornLastLineIsTakenAwayAndTold) {
  for (const std::size_t left : {1U, 20U, 150U}) {
    const Trail trail;
    trail.write(2);
    auto text = read_file(trail.path);
    const auto line = lines_of(text).back();
    write_file(trail.path, text + line.substr(0, left));
    trail.write(1);
    const auto report = trail.verify();
    EXPECT_FALSE(report.problem) << report.problem->text;
    EXPECT_EQ(report.entries, 5U);
    const auto entry = entry_of(lines_of(read_file(trail.path))[3]);
    EXPECT_EQ(entry.event, "torn_tail");
    EXPECT_EQ(entry.fields[0], Field("octets", left));
    EXPECT_EQ(entry.fields[2], Field("text", line.substr(0, left)));
  }
}

// What a crash in the first write leaves: an anchor of nothing, and half a line.
TEST(AuditLog, ATrailWhoseFirstLineIsTornBeginsAnew) {
  const Trail trail;
  std::string anchor;
  {
    const auto log = trail.open();
    anchor = read_file(trail.anchor);
  }
  write_file(trail.anchor, anchor);
  write_file(trail.path, read_file(trail.path).substr(0, 100));
  trail.write(1);
  const auto lines = lines_of(read_file(trail.path));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(entry_of(lines[0]).event, "log_created");
  EXPECT_EQ(entry_of(lines[1]).event, "torn_tail");
  EXPECT_FALSE(trail.verify().problem);
}

struct Damage {
  const char* name;
  void (*damage)(const Trail&);
  const char* said;
};

class BrokenTrail : public testing::TestWithParam<Damage> {};
INSTANTIATE_TEST_SUITE_P(
    All, BrokenTrail,
    testing::Values(Damage{"Shorter", [](const Trail& trail) { write_file(trail.path, lines_of(read_file(trail.path))[0]); }, "was cut"},
                    Damage{"Empty", [](const Trail& trail) { write_file(trail.path, ""); }, "was cut"},
                    Damage{"WithoutAnchor", [](const Trail& trail) { std::filesystem::remove(trail.anchor); }, "anchor of"},
                    Damage{"AnchorChanged",
                           [](const Trail& trail) {
                             auto text = read_file(trail.anchor);
                             text[9] = '2';
                             write_file(trail.anchor, text);
                           },
                           "signature is not of this key"},
                    Damage{"AnchorCut", [](const Trail& trail) { write_file(trail.anchor, read_file(trail.anchor).substr(0, 40)); },
                           "not an audit anchor"},
                    Damage{"LastEntryChanged",
                           [](const Trail& trail) {
                             auto text = read_file(trail.path);
                             text[text.rfind("df2")] = 'D';
                             write_file(trail.path, text);
                           },
                           "changed"},
                    Damage{"LineBehind", [](const Trail& trail) { write_file(trail.path, read_file(trail.path) + "{}\n"); }, "changed"},
                    Damage{"Readable", [](const Trail& trail) { chmod(trail.path.c_str(), 0644); }, "open to others"},
                    Damage{"KeyReadable", [](const Trail& trail) { chmod((trail.folder / "audit.key").c_str(), 0640); }, "open to others"},
                    Damage{"OtherKey",
                           [](const Trail& trail) {
                             write_file(trail.folder / "audit.key", as_text(crypto::PrivateKey::new_ed25519().to_pem().reveal()));
                           },
                           "not of this key"},
                    Damage{"RsaKey",
                           [](const Trail& trail) {
                             write_file(trail.folder / "audit.key", as_text(crypto::PrivateKey::new_rsa(2048).to_pem().reveal()));
                           },
                           "no Ed25519 key"},
                    Damage{"NoKey", [](const Trail& trail) { write_file(trail.folder / "audit.key", "-"); }, "no private key"}),
    [](const auto& one) { return one.param.name; });

TEST_P(BrokenTrail, IsNotGoneOnWith) {
  const Trail trail;
  trail.write(3);
  GetParam().damage(trail);
  const auto before = read_file(trail.path);
  const auto log = AuditLog::open(trail.options());
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message().find(GetParam().said), std::string::npos) << log.error().message();
  EXPECT_EQ(read_file(trail.path), before);
}

TEST(AuditLog, TwoCanNotWriteOneTrail) {
  const Trail trail;
  const auto log = trail.open();
  const auto second = AuditLog::open(trail.options());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text.find("another program"), std::string::npos);
}

/// No file may grow beyond `size` while this lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t size) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{size, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;
  ~FileLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(AuditLog, AFullDiskIsAnErrorAndLeavesWholeEntries) {
  const Trail trail;
  const auto log = trail.open();
  ASSERT_TRUE(log->append({"before", {}}));
  const auto size = std::filesystem::file_size(trail.path);
  for (const rlim_t room : {0U, 1U, 100U}) {
    const FileLimit limit(size + room);
    const auto refused = log->append({"refused", {{"target", "sip:alice@ims.example"}}});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message().find("can't be written"), std::string::npos) << refused.error().message();
    EXPECT_EQ(std::filesystem::file_size(trail.path), size);
  }
  EXPECT_EQ(log->append({"after", {}}), 3U);
  ASSERT_TRUE(log->close());
  EXPECT_FALSE(trail.verify().problem);
  EXPECT_EQ(trail.verify().entries, 3U);
}

void change(const Trail& trail, const std::string& how) {
  const auto elsewhere = trail.folder / "elsewhere";
  if (how == "cut") std::filesystem::resize_file(trail.path, 10);
  if (how == "removed") std::filesystem::remove(trail.path);
  if (how == "moved" || how == "replaced") std::filesystem::rename(trail.path, elsewhere);
  if (how == "replaced") std::filesystem::copy_file(elsewhere, trail.path);
}

TEST(AuditLog, NothingIsWrittenBehindWhatSomebodyElseChanged) {
  for (const std::string how : {"cut", "removed", "moved", "replaced"}) {
    const Trail trail;
    const auto log = trail.open();
    ASSERT_TRUE(log->append({"before", {}}));
    change(trail, how);
    for (int i = 0; i < 2; ++i) {
      const auto refused = log->append({"after", {}});
      ASSERT_FALSE(refused) << how;
      EXPECT_NE(refused.error().text.find("changed, moved or removed"), std::string::npos) << refused.error().message();
    }
  }
}

TEST(AuditLog, ItsStateTellsOfSuchAChangeWithoutAnEntry) {
  for (const std::string how : {"cut", "removed", "moved", "replaced"}) {
    for (const bool ticks : {true, false}) {
      const Trail trail;
      const auto log = trail.open();
      EXPECT_FALSE(log->state().broken);
      change(trail, how);
      if (ticks) log->tick();
      if (ticks && how == "moved") std::filesystem::rename(trail.folder / "elsewhere", trail.path);
      EXPECT_TRUE(log->state().broken) << how;
      EXPECT_FALSE(log->append({"after", {}})) << how;
    }
  }
}

TEST(AuditLog, IsClosedForGood) {
  const Trail trail;
  const auto log = trail.open();
  EXPECT_TRUE(log->close());
  EXPECT_TRUE(log->close());
  EXPECT_FALSE(log->append({"late", {}}));
  log->tick();
  EXPECT_TRUE(AuditLog::open(trail.options()));
}

std::uint64_t anchored(const Trail& trail) { return trail.verify().anchored; }

TEST(AuditAnchor, IsWrittenAfterSoManyEntriesAndSoMuchTime) {
  const Trail trail;
  auto options = trail.options();
  options.anchor_every = 3;
  const auto log = std::move(*AuditLog::open(options));
  EXPECT_EQ(anchored(trail), 0U);  // log_created waits for its turn
  ASSERT_TRUE(log->append({"two", {}}));
  EXPECT_EQ(anchored(trail), 0U);
  ASSERT_TRUE(log->append({"three", {}}));
  EXPECT_EQ(anchored(trail), 3U);
  ASSERT_TRUE(log->append({"four", {}}));
  log->tick();
  EXPECT_EQ(anchored(trail), 3U);
  *trail.now += std::chrono::seconds(60);
  log->tick();
  EXPECT_EQ(anchored(trail), 4U);
  *trail.now += std::chrono::seconds(60);
  ASSERT_TRUE(log->append({"five", {}}));
  EXPECT_EQ(anchored(trail), 5U);
  ASSERT_TRUE(log->append({"six", {}}));
  ASSERT_TRUE(log->close());
  EXPECT_EQ(anchored(trail), 6U);
}

TEST(AuditAnchor, FailureIsToldAndDoesNotStopTheTrail) {
  const Trail trail;
  auto options = trail.options();
  std::filesystem::create_directory(trail.folder / "second");
  options.anchor = trail.folder / "second/audit.anchor";
  options.anchor_every = 2;
  std::vector<std::string> told;
  options.on_anchor_failure = [&](const Error& error) { told.push_back(error.message()); };
  const auto log = std::move(*AuditLog::open(options));
  std::filesystem::remove_all(trail.folder / "second");
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(log->append({"entry", {}}));
  EXPECT_EQ(told.size(), 2U);
  EXPECT_TRUE(log->state().anchor_failed);
  *trail.now += std::chrono::minutes(5);
  EXPECT_EQ(log->state().anchor_age, std::chrono::minutes(5));
  std::filesystem::create_directory(trail.folder / "second");
  log->tick();
  EXPECT_FALSE(log->state().anchor_failed);
  EXPECT_EQ(log->state().anchor_age, std::chrono::minutes(0));
  std::filesystem::remove_all(trail.folder / "second");
  EXPECT_FALSE(log->close());
  EXPECT_FALSE(trail.verify(false).problem);
}

TEST(AuditLog, NeedsItsAnchorsFolder) {
  const Trail trail;
  auto options = trail.options();
  options.anchor = trail.folder / "nowhere/audit.anchor";
  const auto log = AuditLog::open(options);
  ASSERT_FALSE(log);
  EXPECT_NE(log.error().message().find("nowhere"), std::string::npos);
}

TEST(AuditLog, ManyThreadsWriteOneChain) {
  const Trail trail;
  constexpr int kThreads = 8;
  constexpr int kEach = 40;
  {
    auto options = trail.options();
    options.anchor_every = 7;
    const auto log = std::move(*AuditLog::open(options));
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        std::uint64_t last = 0;
        for (int i = 0; i < kEach; ++i) {
          const auto number = log->append({"work", {{"thread", thread}, {"i", i}}});
          ASSERT_TRUE(number);
          ASSERT_GT(*number, last);
          last = *number;
          log->tick();
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  const auto report = trail.verify();
  EXPECT_FALSE(report.problem) << report.problem->text;
  EXPECT_EQ(report.entries, 1U + kThreads * kEach);
  EXPECT_EQ(report.anchored, report.entries);
}

// What one thread is told is true for it, whatever happens to the others.
TEST(AuditLog, ThreadsOnAFullDiskAreToldTheTruth) {
  const Trail trail;
  std::atomic<std::uint64_t> good = 0;
  std::atomic<std::uint64_t> refused = 0;
  {
    const auto log = trail.open();
    const FileLimit limit(20'000);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20; ++i) ++(log->append({"work", {{"text", "some text that takes some room"}}}) ? good : refused);
      });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_GT(refused, 0U);
  const auto report = trail.verify();
  EXPECT_FALSE(report.problem) << report.problem->text;
  EXPECT_EQ(report.entries, 1U + good);
}

TEST(AuditLog, ThreadsMeetItsEnd) {
  const Trail trail;
  std::atomic<std::uint64_t> good = 0;
  {
    const auto log = trail.open();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        while (log->append({"work", {}})) ++good;
      });
    }
    while (good < 10) std::this_thread::yield();
    EXPECT_TRUE(log->close());
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(trail.verify().entries, 1U + good);
}

}  // namespace
}  // namespace li::ops
