// hi2-kms as its users meet it: first start, administration, refusals, stop.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sstream>
#include <thread>

#include "kms/query.hpp"
#include "tests/kms/site.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;
using li::test::output_of;

struct Program : testing::Test {
  Site site;
  std::string run(const std::string& arguments) {
    return output_of(std::string(HI2_KMS_PROGRAM) + " --config " + site.config() + " " + arguments + "; echo [$?]");
  }
};

TEST_F(Program, SaysWhetherTheConfigurationIsGood) {
  EXPECT_EQ(run("--check-config"), site.config() + " is fine\n[0]\n");
  site.scratch.write("li.list", "nobody\n");
  std::filesystem::permissions(site.scratch.path("audit.key"), std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  const auto both = run("--check-config");
  EXPECT_NE(both.find("audit.key: is open to others (mode 0640)"), std::string::npos) << both;
  EXPECT_NE(both.find("li.list: line 1: an entry has four columns"), std::string::npos) << both;
  site.write();
  for (const auto* file : {"kms.sqlite", "audit.key", "li.list"}) {
    std::filesystem::rename(site.scratch.path(file), site.scratch.path("away"));
    const auto missing = run("--check-config");
    EXPECT_NE(missing.find(std::string(file) + ": can't be opened"), std::string::npos) << missing;
    std::filesystem::rename(site.scratch.path("away"), site.scratch.path(file));
  }
  site.crl = site.scratch.path("missing.crl");
  site.certificate = site.scratch.path("missing.pem");
  site.write();
  const auto tls = run("--check-config");
  EXPECT_NE(tls.find("missing.crl"), std::string::npos) << tls;
  EXPECT_NE(tls.find("missing.pem"), std::string::npos) << tls;
  site.crl.clear();
  site.certificate.clear();
  site.write();
  site.scratch.write("li.list", "sip:alice@home1.example 2026-01-01T00:00:00Z 2028-01-01T00:00:00Z df3.li.example\n");
  EXPECT_NE(run("--check-config").find("the client df3.li.example, which is not one of xk.clients"), std::string::npos);
  site.scratch.write("master.key", std::string(64, '0') + "\n");
  EXPECT_NE(run("--check-config").find("the master key is not the one"), std::string::npos);
  site.scratch.write("hi2-kms.toml", read_file(site.config()) + "\n[tpk]\n");
  EXPECT_TRUE(run("--check-config").ends_with("[1]\n"));
  EXPECT_TRUE(run("--nonsense").ends_with("[2]\n"));
}

TEST_F(Program, TheSampleHasEveryKeyOfTheDescription) {
  const auto sample = read_file(HI2KIT_SOURCE_DIR "/samples/kms/hi2-kms.toml");
  std::istringstream lines(describe_settings());
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with("# ")) continue;
    const auto key = line.starts_with("#") ? line.substr(1, line.find(' ')) : line.substr(0, line.find(' '));
    EXPECT_NE(sample.find(key), std::string::npos) << key;
  }
  Scratch folder;
  folder.write("master.key", std::string(64, '1'));
  const auto settings = load_settings(folder.write("hi2-kms.toml", sample));
  ASSERT_TRUE(settings) << settings.error().front();
  std::string all;
  std::istringstream again(sample);
  for (std::string line; std::getline(again, line);) {
    if (line.starts_with("#") && line.size() > 1 && line[1] != ' ') line.erase(0, 1);
    all += line + "\n";
  }
  folder.write("home2.key", std::string(64, '2'));
  const auto everything = load_settings(folder.write("all.toml", all));
  EXPECT_TRUE(everything) << everything.error().front();
  EXPECT_TRUE(LiList::parse(read_file(HI2KIT_SOURCE_DIR "/samples/kms/li.list")));
}

TEST_F(Program, AdministersAndAuditsWithTheUser) {
  EXPECT_EQ(run("subscriber add alice sip:alice@home1.example tel:+31201234567"), "[0]\n");
  EXPECT_EQ(run("subscriber add eve sip:alice@home1.example"), "hi2-kms: identity 'sip:alice@home1.example' exists already\n[1]\n");
  const auto key = site.scratch.write("ks_naf", std::string(64, 'a') + "\n");
  EXPECT_EQ(run("key add alice btid-1 --file " + key), "a key of 32 octets, read as hexadecimal digits\n[0]\n");
  const auto raw = site.scratch.write("raw", std::string(31, '\xAA') + "\n");
  EXPECT_EQ(run("key add alice btid-2 --lifetime 1h < " + raw), "a key of 32 octets, read as octets\n[0]\n");
  EXPECT_EQ(run("key add alice btid-3 < " + site.scratch.write("long", std::string(1025, 'x'))),
            "hi2-kms: standard input: more than 1024 octets are no key\n[1]\n");
  std::filesystem::permissions(key, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_TRUE(run("key add alice btid-3 --file " + key).ends_with("[1]\n"));
  EXPECT_EQ(run("subscriber ls"), "alice\tsip:alice@home1.example tel:+31201234567\t2 keys, 0 certificates\n[0]\n");
  EXPECT_EQ(run("group add sip:sales@home1.example sip:alice@home1.example"), "[0]\n");
  EXPECT_EQ(run("group ls"), "sip:sales@home1.example\tsip:alice@home1.example\n[0]\n");
  EXPECT_TRUE(run("tpk rotate").starts_with("tpk-"));
  EXPECT_NE(run("tpk ls").find("\tactive\n"), std::string::npos);
  EXPECT_EQ(run("tpk purge"), "erased: 0 TPKs, 0 keys of subscribers, 0 cached\n[0]\n");
  EXPECT_EQ(run("key rm btid-1"), "[0]\n");
  EXPECT_EQ(run("subscriber rm alice"), "[0]\n");
  EXPECT_EQ(run("li check " + site.scratch.path("li.list")), "4 entries, 4 of them now\n[0]\n");
  const auto verified = ops::verify_audit(site.scratch.path("admin.audit"), {}, site.scratch.path("admin.anchor"));
  ASSERT_TRUE(verified);
  EXPECT_FALSE(verified->problem);
  const auto trail = read_file(site.scratch.path("admin.audit"));
  EXPECT_NE(trail.find(R"("command":"key_add")"), std::string::npos);
  EXPECT_NE(trail.find("(" + std::to_string(getuid()) + ")"), std::string::npos) << "no user in the trail";
  EXPECT_NE(trail.find("admin_failed"), std::string::npos);
  EXPECT_EQ(trail.find(std::string(64, 'a')), std::string::npos);
}

TEST_F(Program, InitLeavesWhatIsThere) {
  EXPECT_EQ(run("init"), "everything is there\n[0]\n");
  std::filesystem::remove(site.scratch.path("li.list"));
  EXPECT_EQ(run("init"), "made " + site.scratch.path("li.list") + "\n[0]\n");
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(site.scratch.path("li.list")).permissions()), 0600U);
  const auto trail = read_file(site.scratch.path("admin.audit"));
  EXPECT_NE(trail.find(R"("command":"init","user":")"), std::string::npos) << trail;
  EXPECT_NE(trail.find(R"("made":")" + site.scratch.path("li.list")), std::string::npos) << trail;
}

TEST_F(Program, ServesUntilItIsToldToStop) {
  const auto log = site.scratch.path("log");
  const auto child = fork();
  if (child == 0) {
    if (freopen(log.c_str(), "w", stderr) == nullptr) _exit(9);
    execl(HI2_KMS_PROGRAM, "hi2-kms", "--config", site.config().c_str(), static_cast<char*>(nullptr));
    _exit(9);
  }
  const auto wait_for = [&](const std::string& text) {
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (read_file(log).find(text) == std::string::npos && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(5ms);
    EXPECT_NE(read_file(log).find(text), std::string::npos) << read_file(log);
  };
  wait_for("listener=metrics");
  kill(child, SIGHUP);
  wait_for("reloaded");
  kill(child, SIGTERM);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(site.entries({R"("event":"stopped")"}), 1);
  EXPECT_EQ(site.entries({R"("event":"reloaded")", "(" + std::to_string(getuid()) + ")", R"("process":")" + std::to_string(getpid())}), 1);
}

TEST(Query, FindsParameters) {
  EXPECT_EQ(path_of("/keys?a=b"), "/keys");
  EXPECT_EQ(parameter_of("/k?x=1&key_id=abc%3D%40b&y", "key_id"), "abc=@b");
  EXPECT_EQ(parameter_of("/k?x=1&y", "y"), "");
  for (const auto* target : {"/k", "/k?", "/k?xx=1", "/k?x=%", "/k?x=%4", "/k?x=%zz"}) EXPECT_FALSE(parameter_of(target, "x")) << target;
}

}  // namespace
