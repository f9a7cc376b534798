// A reload changes all or nothing, says what needs a restart, and is in the audit trail.
#include <gtest/gtest.h>

#include <thread>

#include "crypto/hash.hpp"
#include "tests/kms/site.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using li::test::output_of;

std::string sha256_of(const std::string& path) { return to_hex(crypto::digest(crypto::Hash::sha256, as_bytes(read_file(path)))); }

std::string joined(const Problems& problems) {
  std::string all;
  for (const auto& line : problems) all += line + "\n";
  return all;
}

std::string serial(const Site& site) {
  return output_of("openssl s_client -connect 127.0.0.1:" + std::to_string(site.daemon->port(Daemon::Role::ue)) +
                   " </dev/null 2>/dev/null | openssl x509 -noout -serial");
}

TEST(DaemonReload, ABadFileOfOneListenerLeavesTheOthersAlone) {
  Site site;
  site.certificate = site.scratch.write("ue.pem", read_file(site.server().certificate_file));
  site.crl = site.scratch.write("ca.crl", read_file(authority().crl()));
  site.write();
  site.start();
  const auto before = serial(site);
  ASSERT_TRUE(before.starts_with("serial=")) << before;
  // The same key in another certificate: good; but the CRL of the other listeners is none.
  const auto made =
      output_of("openssl req -x509 -new -key " + site.server().key_file + " -subj /CN=new -days 2 -out " + site.scratch.path("new.pem"));
  ASSERT_TRUE(std::filesystem::exists(site.scratch.path("new.pem"))) << made;
  site.scratch.write("ue.pem", read_file(site.scratch.path("new.pem")));
  site.scratch.write("ca.crl", "no CRL");
  const auto reloaded = site.daemon->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_NE(joined(reloaded.error()).find("ca.crl"), std::string::npos) << joined(reloaded.error());
  EXPECT_EQ(serial(site), before);
  site.scratch.write("ca.crl", read_file(authority().crl()));
  EXPECT_TRUE(site.daemon->reload());
  EXPECT_NE(serial(site), before);
}

struct Change {
  const char* what;
  const char* from;
  std::string to;
  const char* problem;
};

TEST(DaemonReload, WhatCanNotChangeIsRefusedByName) {
  Site site;
  site.scratch.write("pair.key", std::string(64, '7') + "\n");
  const auto peer = std::string(
      "[[peer]]\nidentity = \"sip:kms.home2.example\"\ndomains = [\"home2.example\"]\nnames = [\"kms.home2.example\"]\nkey_id = \"pair\"\n"
      "key = \"file:pair.key\"\naddress = \"127.0.0.1:1\"\nserver_name = \"kms.home2.example\"\n");
  site.peers = "[audit]\nrefusals_per_second = 20\n" + peer;
  site.ue_more = "max_per_address = 2\n";
  site.write();
  site.start();
  const auto config = read_file(site.config());
  const auto& old = site.server().certificate_file;
  site.scratch.write("other.pem", read_file(old));
  const Change changes[] = {
      {"a certificate's path", old.c_str(), "other.pem", "ue.certificate: a change needs a restart"},
      {"a CA's path", authority().ca_file().c_str(), old, "xk.ca: a change needs a restart"},
      {"a listener", "[bsf]\nlisten = \"127.0.0.1:0\"", "[bsf]\nlisten = \"127.0.0.1:1\"", "bsf.listen: a change needs a restart"},
      {"a limit", "max_per_address = 2", "max_per_address = 3", "ue.max_per_address: a change needs a restart"},
      {"a client", "clients = [\"df2.li.example\"]", "clients = [\"df2.li.example\", \"new.example\"]",
       "xk.clients: a new name needs a restart: new.example"},
      {"a BSF", "clients = [\"bsf.example\"]", "clients = [\"bsf2.example\"]", "bsf.clients: a change needs a restart"},
      {"a peer", "names = [\"kms.home2.example\"]", "names = [\"kms.home3.example\"]",
       "peer.names: a new name needs a restart: kms.home3.example"},
      {"the age of a TPK", "rotate_after = \"7d\"", "rotate_after = \"8d\"", "tpk.rotate_after: a change needs a restart"},
      {"how long it is kept", "li_retention = \"30d\"", "li_retention = \"31d\"", "tpk.li_retention: a change needs a restart"},
      {"the audit", "refusals_per_second = 20", "refusals_per_second = 21", "audit.refusals_per_second: a change needs a restart"},
  };
  for (const auto& change : changes) {
    auto text = config;
    const auto at = text.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.what;
    site.scratch.write("hi2-kms.toml", text.replace(at, std::string_view(change.from).size(), change.to));
    const auto reloaded = site.daemon->reload();
    ASSERT_FALSE(reloaded) << change.what;
    EXPECT_NE(joined(reloaded.error()).find(change.problem), std::string::npos) << change.what << ": " << joined(reloaded.error());
  }
  site.scratch.write("hi2-kms.toml", config);
  EXPECT_TRUE(site.daemon->reload());
}

// All else is in force then: that is no reload that changed nothing.
TEST(DaemonReload, ACertificateThatGoesBadInMidReloadStays) {
  std::atomic<std::thread::id> reloads;  // outlives the daemon, as the clock must
  Site site;
  site.crl = site.scratch.path("mid.crl");
  site.scratch.write("mid.crl", read_file(authority().crl()));
  site.write();
  auto around = site.around();
  around.clock = [&, clock = around.clock] {  // asked for the first time for the entry in the trail
    if (reloads == std::this_thread::get_id()) site.scratch.write("mid.crl", "no CRL");
    return clock();
  };
  auto started = Daemon::start(site.config(), around);
  ASSERT_TRUE(started) << started.error().front();
  site.daemon = std::move(*started);
  reloads = std::this_thread::get_id();
  EXPECT_TRUE(site.daemon->reload());
  reloads = std::thread::id();
  EXPECT_EQ(site.entries({R"("event":"reloaded")"}), 1);
  EXPECT_EQ(site.entries({R"("reason":"certificates_kept","listener":"xk")"}), 1);
}

TEST(DaemonReload, TheTrailSaysWhoAndWhat) {
  Site site;
  site.start();
  const auto config = R"("config_sha256":")" + sha256_of(site.config());
  EXPECT_EQ(
      site.entries({R"("event":"started")", config, R"("li_list_sha256":")" + sha256_of(site.scratch.path("li.list")), R"("user":")"}), 1);
  site.scratch.write("li.list", "# nobody\n");
  ASSERT_TRUE(site.daemon->reload({{"user", "alice (1000)"}, {"process", 7}}));
  EXPECT_EQ(site.entries({R"("event":"reloaded")", "alice (1000)", R"("process":"7")", config,
                          R"("li_list_sha256":")" + sha256_of(site.scratch.path("li.list"))}),
            1);
  site.scratch.write("li.list", "nonsense\n");
  EXPECT_FALSE(site.daemon->reload({{"user", "alice (1000)"}}));
  EXPECT_EQ(site.entries({R"("event":"reload_failed")", "alice (1000)", "line 1"}), 1);
}

}  // namespace
