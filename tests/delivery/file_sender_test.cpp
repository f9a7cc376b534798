#include "delivery/file_sender.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <regex>

#include "tests/delivery/ftp_server.hpp"

namespace {

using namespace li;
using namespace li::delivery;
using namespace li::delivery::test;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

TEST(FileName, MethodA) {
  EXPECT_EQ(file_name_a(as_bytes("NL-0042"), 0, '1'), "NL-0042_0.1");
  EXPECT_EQ(file_name_a(as_bytes("a_b.c"), UINT64_MAX, '8'), "a_b.c_18446744073709551615.8");
  EXPECT_EQ(file_name_a(as_bytes("NL/42"), 7, '1'), "4E4C2F3432_7.1") << "no such character in a name";
  EXPECT_EQ(file_name_a(as_bytes("../x"), 7, '1'), "2E2E2F78_7.1");
  EXPECT_EQ(file_name_a(as_bytes(".x"), 7, '1'), "2E78_7.1");
  const auto parsed = parse_file_name("a_b.c_18446744073709551615.8");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->liid, "a_b.c");
  EXPECT_EQ(parsed->number, UINT64_MAX);
  EXPECT_EQ(parsed->type, '8');
  for (const auto* bad : {"", "x", "NL-0042_0.3", "NL-0042_0.11", "NL-0042_.1", "_0.1", "NL-0042_x.1", "NL-0042_0.1.part", "NL 42_0.1",
                          "NL_18446744073709551616.1", "NL.0_1"})
    EXPECT_FALSE(parse_file_name(bad)) << bad;
}

TEST(FileName, MethodB) {
  const FileNaming naming{FileMethod::b, "AB", "XY", '1'};
  const TimePoint time = std::chrono::sys_days(std::chrono::year(2000) / 4 / 10) + 14h + 8min + 44s + 999ms;
  // The example of the standard's text.
  EXPECT_EQ(file_name_b(naming, time, 0), "ABXY00041014084400001");
  EXPECT_EQ(file_name_b(naming, time, 36 * 36 * 36 * 36ULL + 35), "ABXY000410140844000Z1") << "the last four places";
  EXPECT_EQ(parse_file_name("ABXY00041014084400001")->method, FileMethod::b);
  for (const auto* bad : {"ABXY00041014084400003", "A1XY00041014084400001", "ABXY0004101408440000", "ABXY0004101408440a001"})
    EXPECT_FALSE(parse_file_name(bad)) << bad;
}

TEST(FileName, SettingsAreChecked) {
  EXPECT_TRUE(check({FileMethod::a, "", "", '1'}));
  EXPECT_TRUE(check({FileMethod::b, "AB", "XY", '7'}));
  EXPECT_FALSE(check({FileMethod::a, "", "", '3'}));
  EXPECT_FALSE(check({FileMethod::b, "A", "XY", '1'}));
  EXPECT_FALSE(check({FileMethod::b, "AB", "X2", '1'}));
}

const li::test::Authority& authority() {
  static li::test::Authority one;
  return one;
}
const li::test::Identity& server_identity() {
  static const auto one = const_cast<li::test::Authority&>(authority()).issue(std::string("DNS:") + kFtpName);
  return one;
}
const li::test::Identity& client_identity() {
  static const auto one = const_cast<li::test::Authority&>(authority()).issue("DNS:df2.example");
  return one;
}

struct FileSenderTest : testing::Test {
  Scratch scratch;
  std::unique_ptr<SqliteSpool> spool = open_spool(spool_options(scratch));
  FtpServer server{authority(), server_identity()};
  FileSenderSettings settings = usual();
  std::mutex mutex;
  std::condition_variable changed;
  Texts events;
  std::unique_ptr<FileSender> sender;

  FileSenderSettings usual() {
    FileSenderSettings made;
    made.destination = "lemf-1";
    made.target.host = "127.0.0.1";
    made.target.port = server.port();
    made.target.server_name = kFtpName;
    made.target.user = kFtpUser;
    made.target.password = SecretBytes(as_bytes(kFtpPassword));
    made.target.tls = authority().settings(client_identity());
    made.close_after = 20ms;
    made.retry = 20ms;
    return made;
  }
  void note(const std::string& event) {
    {
      const std::scoped_lock hold(mutex);
      events.push_back(event);
    }
    changed.notify_all();
  }
  void start() {
    FileSenderEvents tell;
    tell.on_connected = [this] { note("connected"); };
    tell.on_refused = [this](const std::string& why) { note("refused: " + why); };
    tell.on_lost = [this](const std::string& why) { note("lost: " + why); };
    tell.on_fault = [this](const std::string& why) { note("fault: " + why); };
    tell.on_delivered = [this](const std::string& name, const std::vector<TimePoint>& of) { note(name + " " + std::to_string(of.size())); };
    sender = std::make_unique<FileSender>(std::move(settings), *spool, std::move(tell));
  }
  /// Waits for an event that begins so.
  void await(const std::string& event) {
    std::unique_lock hold(mutex);
    const auto there = [&] { return std::any_of(events.begin(), events.end(), [&](const auto& one) { return one.starts_with(event); }); };
    ASSERT_TRUE(changed.wait_for(hold, 20s, there)) << event << "\n" << testing::PrintToString(events) << server.log().substr(0, 5'000);
  }
  std::string content(const std::string& name) { return read_file(server.drop(name)); }
};

TEST_F(FileSenderTest, MethodAHasOneLiidInAFile) {
  server.start();
  put(*spool, {entry("lemf-1", "LI-1", "one,"), entry("lemf-1", "LI-2", "two,"), entry("lemf-1", "LI-1", "three,"),
               entry("lemf-2", "LI-1", "not for us")});
  start();
  await("LI-2_0.1 1");
  EXPECT_EQ(events, Texts({"connected", "LI-1_0.1 2", "LI-2_0.1 1"}));
  EXPECT_EQ(server.files(), Texts({"LI-1_0.1", "LI-2_0.1"}));
  EXPECT_EQ(content("LI-1_0.1"), "one,three,");
  EXPECT_EQ(content("LI-2_0.1"), "two,");
  EXPECT_TRUE(waiting(*spool, "lemf-1").empty());
  EXPECT_EQ(waiting(*spool, "lemf-2").size(), 1U);
  put(*spool, {entry("lemf-1", "LI-1", "four")});
  sender->wake();
  await("LI-1_1.1 1");
  EXPECT_EQ(content("LI-1_1.1"), "four");
  EXPECT_EQ(sender->status().files, 3U);
  EXPECT_EQ(sender->status().confirmed, 4U);
  EXPECT_TRUE(sender->status().connected);
  EXPECT_NE(server.log().find("PROT P"), std::string::npos) << "data goes over TLS too";
  EXPECT_NE(server.log().find(R"(OK RENAME: Client "127.0.0.1", "/LI-1_0.1.part /LI-1_0.1")"), std::string::npos);
}

TEST_F(FileSenderTest, EachLoginHasAFolderOfItsOwn) {
  server.start();
  std::ofstream(server.drop("LI-1_0.1")) << "of another sender";
  settings.target.user = kOtherFtpUser;
  put(*spool, {entry("lemf-1", "LI-1", "one")});
  start();
  await("LI-1_0.1 1");
  EXPECT_EQ(content("LI-1_0.1"), "of another sender");
  EXPECT_EQ(read_file(server.drop("LI-1_0.1", kOtherFtpUser)), "one");
}

TEST_F(FileSenderTest, MethodBHasSeveralLiidsInAFile) {
  server.start();
  settings.naming = {FileMethod::b, "AB", "XY", '1'};
  settings.target.directory = "incoming";
  std::filesystem::create_directory(server.drop("incoming"));
  std::filesystem::permissions(server.drop("incoming"), std::filesystem::perms::all);
  put(*spool, {entry("lemf-1", "LI-1", "one,"), entry("lemf-1", "LI-2", "two")});
  start();
  await("ABXY");
  const auto name = events.back().substr(0, 21);
  EXPECT_TRUE(std::regex_match(name, std::regex("ABXY[0-9]{12}00011"))) << name;
  EXPECT_EQ(content("incoming/" + name), "one,two");
}

TEST_F(FileSenderTest, AFileIsClosedBySize) {
  server.start();
  settings.close_after = 0ms;
  settings.close_at = 10;
  start();
  put(*spool, {entry("lemf-1", "LI-1", "12345")});
  sender->wake();
  put(*spool, {entry("lemf-1", "LI-1", "67890"), entry("lemf-1", "LI-1", "x"), entry("lemf-1", "LI-1", "a record larger than a file")});
  sender->wake();
  await("LI-1_2.1");
  EXPECT_EQ(content("LI-1_0.1"), "1234567890");
  EXPECT_EQ(content("LI-1_1.1"), "x");
  EXPECT_EQ(content("LI-1_2.1"), "a record larger than a file");
}

TEST_F(FileSenderTest, ASecondAttemptSendsTheSameFile) {
  put(*spool, {entry("lemf-1", "LI-1", "one,"), entry("lemf-1", "LI-1", "two,")});
  start();
  await("lost: FTPS: ");
  sender.reset();
  put(*spool, {entry("lemf-1", "LI-1", "three,")});
  server.start();
  std::ofstream(server.drop("LI-1_0.1.part")) << "half of it, and longer than the whole";
  std::filesystem::permissions(server.drop("LI-1_0.1.part"), std::filesystem::perms::all);
  settings = usual();
  start();
  await("LI-1_1.1 1");
  EXPECT_EQ(content("LI-1_0.1"), "one,two,");
  EXPECT_EQ(content("LI-1_1.1"), "three,");
}

TEST_F(FileSenderTest, AFileWhoseRenameWasNotAnsweredIsNotSentTwice) {
  put(*spool, {entry("lemf-1", "LI-1", "one,"), entry("lemf-1", "LI-1", "two,")});
  good(spool->begin_upload("lemf-1", {"LI-1_0.1", ids(*spool, "lemf-1")}));
  server.start();
  std::ofstream(server.drop("LI-1_0.1")) << "one,two,";
  start();
  await("LI-1_0.1 2");
  EXPECT_EQ(server.log().find("STOR"), std::string::npos);
  EXPECT_TRUE(waiting(*spool, "lemf-1").empty());
}

TEST_F(FileSenderTest, NobodysFileIsOverwritten) {
  put(*spool, {entry("lemf-1", "LI-1", "one")});
  EXPECT_EQ(good(spool->next_file_number("lemf-1", as_bytes("LI-1"))), 0U);
  good(spool->begin_upload("lemf-1", {"LI-1_0.1", ids(*spool, "lemf-1")}));
  server.start();
  std::ofstream(server.drop("LI-1_0.1")) << "of another size";
  std::ofstream(server.drop("LI-1_1.1")) << "was there before";
  start();
  await("LI-1_2.1 1");
  EXPECT_EQ(content("LI-1_0.1"), "of another size");
  EXPECT_EQ(content("LI-1_1.1"), "was there before");
  EXPECT_EQ(content("LI-1_2.1"), "one");
}

TEST_F(FileSenderTest, ALemfThatWasAwayGetsEverything) {
  put(*spool, {entry("lemf-1", "LI-1", "one")});
  start();
  await("lost: ");
  EXPECT_FALSE(sender->status().connected);
  server.start();
  await("LI-1_0.1 1");
  for (const auto& one : events) EXPECT_EQ(std::count(events.begin(), events.end(), one), 1) << one << ": told once";
}

struct Refusal {
  const char* name;
  const char* event;
  std::function<void(FileSenderTest&)> spoil;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

struct FileSenderRefused : FileSenderTest, testing::WithParamInterface<Refusal> {};

TEST_P(FileSenderRefused, NothingGoesOutAndTheFileStays) {
  put(*spool, {entry("lemf-1", "LI-1", "secret")});
  if (std::string(GetParam().name) != "Plain") server.start();
  GetParam().spoil(*this);
  start();
  await(GetParam().event);
  sender.reset();
  EXPECT_TRUE(server.files().empty());
  EXPECT_EQ(waiting(*spool, "lemf-1"), Texts({"secret"}));
  EXPECT_EQ(server.log().find("STOR"), std::string::npos);
}

li::test::Authority& other_authority() {
  static li::test::Authority one("Another CA");
  return one;
}

const Refusal kRefusals[] = {
    {"Plain",
     "refused: ", [](FileSenderTest& test) { test.server.start("ssl_enable=NO\nforce_local_logins_ssl=NO\nforce_local_data_ssl=NO\n"); }},
    {"ServersName", "refused: ", [](FileSenderTest& test) { test.settings.target.server_name = "other.lemf.example"; }},
    {"ServersCa", "refused: ", [](FileSenderTest& test) { test.settings.target.tls.ca_file = other_authority().ca_file(); }},
    {"ServerRevoked", "refused: ",
     [](FileSenderTest& test) {
       li::test::Authority& revoking = const_cast<li::test::Authority&>(authority());
       test.server.stop();
       revoking.revoke(server_identity());
       test.settings.target.tls.crl_file = revoking.crl();
       test.server.start();
     }},
    {"OurCertificate", "refused: ",
     [](FileSenderTest& test) {
       const auto ours = other_authority().issue("DNS:df2.example");
       test.settings.target.tls.certificate_file = ours.certificate_file;
       test.settings.target.tls.key_file = ours.key_file;
     }},
    {"Password", "refused: ", [](FileSenderTest& test) { test.settings.target.password = SecretBytes(as_bytes("guess")); }},
    {"Directory", "lost: ", [](FileSenderTest& test) { test.settings.target.directory = "nowhere"; }},
};
INSTANTIATE_TEST_SUITE_P(FileSender, FileSenderRefused, testing::ValuesIn(kRefusals), [](const auto& of) { return of.param.name; });

}  // namespace
