// The configuration: certificates of each connection.
#include "hi2-callsim/settings.hpp"

#include <gtest/gtest.h>

#include "tests/kms/scratch.hpp"

namespace li::callsim {
namespace {

constexpr auto kTls = "certificate = 'own.pem'\nkey = 'own.key'\nca = 'ca.pem'\ncrl = 'ca.crl'\n";

TEST(CallsimSettings, LookAtRevocationOnX2AndXk) {
  kms::test::Scratch scratch;
  const auto config = scratch.write("callsim.toml", "[x2]\n" + std::string(kTls) + "[xk_stub]\n" + kTls + "[xk_stub.kms]\n" + kTls);
  const auto settings = load_settings(config);
  ASSERT_TRUE(settings) << settings.error().front();
  for (const auto* tls : {&settings->x2.tls, &settings->stub.server, &settings->stub.client}) {
    EXPECT_EQ(tls->crl_file, scratch.path("ca.crl"));
    EXPECT_EQ(tls->peers, net::TlsPeers::mutual);
  }
  EXPECT_NE(describe_settings().find("\ncrl = \"\""), std::string::npos) << describe_settings();
}

TEST(CallsimSettings, SayWhatIsMissing) {
  kms::test::Scratch scratch;
  const auto config = scratch.write("callsim.toml", "[x2]\n[[kms]]\nidentity = 'sip:kms'\naddress = 'a:1'\nserver_name = 'a'\n");
  const auto settings = load_settings(config);
  ASSERT_FALSE(settings);
  std::string all;
  for (const auto& line : settings.error()) all += line + "\n";
  for (const auto* text : {"kms[1].ca: is missing", "x2.certificate: is missing", "x2.key: is missing", "x2.ca: is missing"})
    EXPECT_NE(all.find(text), std::string::npos) << all;
}

}  // namespace
}  // namespace li::callsim
