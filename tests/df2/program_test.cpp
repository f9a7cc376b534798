// hi2-df2 as its users meet it: first start, checks, administration.
#include <gtest/gtest.h>

#include <unistd.h>

#include "db/sqlite.hpp"
#include "tests/df2/site.hpp"

namespace {

using namespace li;
using namespace li::df2;
using namespace li::df2::test;
using li::test::output_of;

struct Program : testing::Test {
  Site site;
  std::string run(const std::string& arguments) {
    return output_of(std::string(HI2_DF2_PROGRAM) + " --config " + site.config() + " " + arguments + "; echo [$?]");
  }
};

TEST_F(Program, SaysWhetherEverythingIsGood) {
  EXPECT_EQ(run("check"), site.config() + " is fine\n[0]\n");
  EXPECT_EQ(run("--check-config"), site.config() + " is fine\n[0]\n");
  EXPECT_TRUE(run("warrant check " + site.path("warrants.toml")).starts_with("1 warrants, "));
  const auto other = site.write("other.toml", "[[warrant]]\nliid = \"x y\"\n");
  EXPECT_NE(run("warrant check " + other).find("hi2-df2: " + other + ":2:8: warrant[1].liid: 'x y' has characters that no LIID has"),
            std::string::npos);
  site.write("master.key", std::string(64, '0') + "\n");
  EXPECT_TRUE(run("check").ends_with("[1]\n"));
  EXPECT_TRUE(run("--nonsense").ends_with("[2]\n"));
  EXPECT_TRUE(run("describe").ends_with("level = \"info\"\n[0]\n"));
  EXPECT_NE(run("warrant describe").find("\n[[warrant]]\n"), std::string::npos);
}

TEST_F(Program, SaysOnceThatAPasswordIsMissing) {
  site.write("hi2-df2.toml", read_file(site.config()) + "[[delivery]]\nname = \"lemf2\"\nkind = \"files\"\npassword = \"file:none\"\n");
  const auto said = run("check");
  EXPECT_NE(said.find("delivery[2].password: " + site.path("none") + ": can't be opened: No such file or directory\n"), std::string::npos)
      << said;
  EXPECT_EQ(said.find("delivery[2].password"), said.rfind("delivery[2].password")) << said;
}

TEST_F(Program, TakesNamesInTheWorkingFolder) {
  const auto here = "cd " + site.path("") + " && " HI2_DF2_PROGRAM " ";
  EXPECT_EQ(output_of(here + "check --config hi2-df2.toml; echo [$?]"), "hi2-df2.toml is fine\n[0]\n");
  EXPECT_EQ(output_of(here + "--config none.toml check; echo [$?]"),
            "hi2-df2: none.toml: can't be opened: No such file or directory; --config names another, hi2-df2 describe prints one to begin "
            "with\n[1]\n");
}

TEST_F(Program, InitLeavesWhatIsThere) {
  EXPECT_EQ(run("init"), "everything is there\n[0]\n");
  std::filesystem::remove(site.path("warrants.toml"));
  EXPECT_EQ(run("init"), "made " + site.path("warrants.toml") + "\n[0]\n");
  EXPECT_EQ(run("warrant check " + site.path("warrants.toml")), "0 warrants, 0 of them valid now\n[0]\n");
}

TEST_F(Program, ListsAndErasesWhatWaits) {
  auto text = read_file(site.config());
  const auto port = ":" + std::to_string(site.lemf.port());
  site.write("hi2-df2.toml", text.replace(text.find(port), port.size(), ":1"));
  site.start();
  auto sender = site.sender();
  for (int i = 0; i < 3; ++i) sender.event("call" + std::to_string(i));
  sender.keepalive(1);
  ASSERT_EQ(sender.acknowledged(), 1U);
  // A daemon runs beside.
  EXPECT_EQ(run("spool ls"), "lemf1\tNL-0042\t3 waiting\toldest 2026-11-20T12:00:00Z\n[0]\n");
  ASSERT_TRUE(db::Database::open(site.path("spool.sqlite"), false)
                  .value()
                  .run("UPDATE entries SET sealed = CAST(x'00' || substr(sealed, 2) AS BLOB) WHERE id = 2"));
  EXPECT_EQ(run("spool ls"), "lemf1\tNL-0042\t3 waiting\toldest 2026-11-20T12:00:00Z\t1 can't be opened\n[0]\n");
  EXPECT_NE(run("spool erase NL-0042").find("there is a warrant for this LIID"), std::string::npos);
  site.write("warrants.toml", "");
  ASSERT_TRUE(site.daemon->reload());
  EXPECT_EQ(run("spool erase NL-0042"), "erased: 3 records that no LEMF had confirmed\n[0]\n");
  EXPECT_EQ(run("spool ls"), "[0]\n");
  const auto trail = read_file(site.path("admin.audit"));
  EXPECT_NE(trail.find(R"("command":"spool_erase","user":")"), std::string::npos) << trail;
  EXPECT_NE(trail.find("(" + std::to_string(getuid()) + ")"), std::string::npos) << "no user in the trail";
}

TEST_F(Program, TheSampleHasEveryKeyOfTheDescription) {
  const auto sample = read_file(HI2KIT_SOURCE_DIR "/samples/df2/hi2-df2.toml");
  std::istringstream lines(describe_settings());
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("# ")) continue;
    const auto key = line.starts_with("#") ? line.substr(1, line.find(' ')) : line.substr(0, line.find(' '));
    EXPECT_NE(sample.find(key), std::string::npos) << key;
  }
  site.write("ftps.password", "secret\n");
  const auto settings = load_settings(site.write("sample.toml", sample));
  EXPECT_TRUE(settings) << settings.error().front();
}

}  // namespace
