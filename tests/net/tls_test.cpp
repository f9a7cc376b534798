#include "net/tls.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "net/world.hpp"

namespace li::test {
namespace {

namespace fs = std::filesystem;
using net::HttpClient;
using net::TlsContext;

std::string why_not(const net::TlsSettings& settings) {
  const auto context = TlsContext::load(settings);
  return context ? "loaded" : fs::path(context.error().path).filename().string() + ": " + context.error().text;
}

TEST(TlsContext, RefusesAKeyFileForOthers) {
  const auto identity = world().authority.issue("DNS:x");
  for (const auto extra : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write, fs::perms::others_exec}) {
    fs::permissions(identity.key_file, fs::perms::owner_read | extra);
    EXPECT_NE(why_not(world().authority.settings(identity)).find("it must be for its owner alone"), std::string::npos);
  }
  fs::permissions(identity.key_file, fs::perms::owner_read);
  EXPECT_EQ(why_not(world().authority.settings(identity)), "loaded");
}

TEST(TlsContext, RefusesAKeyFileOfSomebodyElse) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const auto identity = world().authority.issue("DNS:x");
  ASSERT_EQ(::chown(identity.key_file.c_str(), 4711, 4711), 0);
  EXPECT_NE(why_not(world().authority.settings(identity)).find("a key file of user 4711"), std::string::npos);
  ASSERT_EQ(::chown(identity.key_file.c_str(), 0, 0), 0);
  EXPECT_EQ(why_not(world().authority.settings(identity)), "loaded");
}

TEST(TlsContext, SaysWhichFileIsWrong) {
  const TemporaryFolder folder;
  const auto file = [&](const char* name, const std::string& text) {
    const auto path = (folder.path() / name).string();
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
  };
  const auto good = world().authority.settings(world().server);
  const auto with = [&](auto member, const std::string& value) {
    auto settings = good;
    settings.*member = value;
    return settings;
  };
  using Settings = net::TlsSettings;
  EXPECT_EQ(why_not(with(&Settings::certificate_file, "/none/here.pem")), "here.pem: No such file or directory");
  EXPECT_EQ(why_not(with(&Settings::certificate_file, folder.path())), folder.path().filename().string() + ": not a file");
  EXPECT_EQ(why_not(with(&Settings::certificate_file, file("a.pem", "hello"))), "a.pem: no certificate in PEM form");
  EXPECT_EQ(why_not(with(&Settings::ca_file, file("b.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))),
            "b.pem: a certificate in it can't be read");
  EXPECT_EQ(why_not(with(&Settings::key_file, file("c.key", "hello"))), "c.key: no key in PEM form without a passphrase");
  EXPECT_EQ(why_not(with(&Settings::key_file, world().client.key_file)),
            fs::path(world().client.key_file).filename().string() + ": the key does not belong to the certificate");
  EXPECT_EQ(why_not(with(&Settings::crl_file, world().authority.ca_file())), "ca.pem: no CRL in PEM form");
  EXPECT_EQ(why_not(with(&Settings::crl_file, "/none/crl.pem")), "crl.pem: No such file or directory");
  EXPECT_EQ(why_not(with(&Settings::ca_file, "")), ": mutual TLS needs a certificate and a CA");
  EXPECT_EQ(why_not({}), ": mutual TLS needs a certificate and a CA");

  const auto sealed = file("sealed.key", output_of("openssl ec -aes256 -passout pass:x -in " + world().server.key_file));
  EXPECT_EQ(why_not(with(&Settings::key_file, sealed)), "sealed.key: no key in PEM form without a passphrase");
}

TEST(TlsContext, KnowsWhenItsCertificateEnds) {
  const auto identity = world().authority.issue({"DNS:x", {}, "20400229120001Z"});
  using namespace std::chrono;
  EXPECT_EQ(load(world().authority.settings(identity))->certificate_expiry(), sys_days(year(2040) / 2 / 29) + 12h + 1s);
}

TEST(TlsContext, ACertificateMayLastForEver) {
  const auto client_identity = world().authority.issue({std::string("DNS:") + kClientName, {}, "99991231235959Z"});
  const auto server = serve(listener(server_context()));
  HttpClient client(to_server(server->port(), load(world().authority.settings(client_identity))));
  EXPECT_TRUE(post(client));
}

TEST(TlsContext, AClientNeedsANameToLookFor) {
  net::ClientSettings settings = to_server(1, client_context());
  settings.server_name.clear();
  EXPECT_THROW(HttpClient{settings}, std::invalid_argument);
}

TEST(TlsContext, ReloadingDropsNoConnection) {
  const TemporaryFolder folder;
  const auto copy = [&](const Identity& identity) {
    fs::copy_file(identity.certificate_file, folder.path() / "server.pem", fs::copy_options::overwrite_existing);
    fs::copy_file(identity.key_file, folder.path() / "server.key", fs::copy_options::overwrite_existing);
  };
  copy(world().server);
  const auto context = load(world().authority.settings({(folder.path() / "server.pem").string(), (folder.path() / "server.key").string()}));
  const auto server = serve(listener(context));
  HttpClient old_client(to_server(server->port(), client_context()));
  EXPECT_EQ(text_of(post(old_client)), "1 POST /path hello");

  copy(world().authority.issue({"DNS:new.example", {}, "20400101000000Z"}));
  ASSERT_TRUE(context->reload());
  EXPECT_EQ(text_of(post(old_client)), "1 POST /path hello");
  HttpClient new_client(to_server(server->port(), client_context()));
  EXPECT_EQ(text_of(post(new_client)), "error: TLS refused: the server's certificate: wrong_name");

  const auto expiry = context->certificate_expiry();
  fs::remove(folder.path() / "server.pem");
  EXPECT_FALSE(context->reload());
  EXPECT_EQ(context->certificate_expiry(), expiry);
  EXPECT_EQ(text_of(post(old_client)), "1 POST /path hello");
}

TEST(TlsContext, KnowsWhenTheFirstOfItsListsEnds) {
  const auto instant = [](int year) { return std::chrono::sys_days(std::chrono::year(year) / 1 / 1); };
  Authority authority, other("Other CA");
  const TemporaryFolder folder;
  const auto list = folder.path() / "crl.pem";
  fs::copy_file(authority.crl("20400101000000Z"), list);
  std::ofstream(list, std::ios::app) << std::ifstream(other.crl("20390101000000Z")).rdbuf();
  auto settings = authority.settings(authority.issue(std::string("DNS:") + kServerName));
  EXPECT_FALSE(load(settings)->crl_expiry());
  settings.crl_file = list;
  const auto context = load(settings);
  EXPECT_EQ(context->crl_expiry(), instant(2039));
  fs::copy_file(authority.crl("20410101000000Z"), list, fs::copy_options::overwrite_existing);
  ASSERT_TRUE(context->reload());
  EXPECT_EQ(context->crl_expiry(), instant(2041));
}

TEST(TlsContext, ReloadingAListEndsTheConnectionsOfTheRevoked) {
  Authority authority;
  const auto good = authority.issue(std::string("DNS:") + kClientName);
  const auto bad = authority.issue(std::string("DNS:") + kClientName);
  const TemporaryFolder folder;
  const auto list = folder.path() / "crl.pem";
  fs::copy_file(authority.crl(), list);
  auto settings = authority.settings(authority.issue(std::string("DNS:") + kServerName));
  settings.crl_file = list;
  const auto context = load(settings);
  Refusals refusals;
  const auto server = serve(listener(context), &refusals);
  HttpClient first(to_server(server->port(), load(authority.settings(good))));
  HttpClient second(to_server(server->port(), load(authority.settings(bad))));
  EXPECT_TRUE(post(first));
  EXPECT_TRUE(post(second));

  authority.revoke(bad);
  fs::copy_file(authority.crl(), list, fs::copy_options::overwrite_existing);
  ASSERT_TRUE(context->reload());
  EXPECT_EQ(text_of(post(first)), "1 POST /path hello");
  EXPECT_EQ(text_of(post(second)), "error: connection lost: the server closed the connection");
  EXPECT_EQ(refusals.first(), "revoked");
}

}  // namespace
}  // namespace li::test
