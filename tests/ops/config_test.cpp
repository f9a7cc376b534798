// What a configuration may say, and what is said about one that is wrong.
#include "ops/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ops/support.hpp"

namespace li::ops {
namespace {

using namespace std::chrono_literals;
using test::Folder;
using test::write_file;

struct Settings {
  std::string name;
  std::string level;
  bool strict = false;
  std::int64_t workers = 0;
  std::chrono::milliseconds idle{};
  std::uint64_t body = 0;
  Address listen;
  std::vector<std::string> names;
  std::filesystem::path store;
  std::vector<std::string> peers;
  bool peer_given = false;
};

Settings settings_of(const Config& config) {
  Settings settings;
  const auto root = config.root();
  settings.name = root.text("name", std::nullopt, "the name of this KMS");
  settings.level = root.one_of("level", "info", {"debug", "info"}, "what is logged");
  const auto server = root.table("server", "the HTTPS server");
  settings.peer_given = server.given();
  settings.strict = server.flag("strict", true, "refuse what is odd");
  settings.workers = server.integer("workers", 2, {1, 64}, "threads");
  settings.idle = server.duration("idle", "30s", {"1s", "1h"}, "how long a connection may be silent");
  settings.body = server.size("body", "64KiB", {"1KiB", "1MiB"}, "largest body");
  settings.listen = server.address("listen", "127.0.0.1:8443", "where UEs come to");
  settings.names = server.texts("names", "names in the certificate");
  settings.store = server.path("store", "kms.sqlite", "the database");
  for (const auto& peer : root.tables("peer", "another KMS")) settings.peers.push_back(peer.text("name", std::nullopt, "its name"));
  return settings;
}

Config parsed(const std::string& text) {
  auto config = Config::parse(text, "/etc/hi2/kms.toml");
  if (!config) throw std::runtime_error(config.error().message());
  return *config;
}

TEST(Config, GivesWhatStandsThere) {
  const auto config = parsed(R"(
name = "kms.example"
level = "debug"
[server]
strict = false
workers = 64
idle = "1m30s"
body = "1MiB"
listen = "[2001:db8::1]:443"
names = ["a", "b"]
store = "../lib/kms.sqlite"
[[peer]]
name = "one"
[[peer]]
name = "two"
)");
  const auto settings = settings_of(config);
  EXPECT_EQ(config.problems(), std::vector<std::string>());
  EXPECT_EQ(settings.name, "kms.example");
  EXPECT_EQ(settings.level, "debug");
  EXPECT_FALSE(settings.strict);
  EXPECT_EQ(settings.workers, 64);
  EXPECT_EQ(settings.idle, 90s);
  EXPECT_EQ(settings.body, 1U << 20U);
  EXPECT_EQ(settings.listen, (Address{"2001:db8::1", 443}));
  EXPECT_EQ(settings.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(settings.store, "/etc/hi2/../lib/kms.sqlite");
  EXPECT_EQ(settings.peers, (std::vector<std::string>{"one", "two"}));
}

TEST(Config, GivesDefaultsForTheRest) {
  const auto config = parsed("name = \"kms.example\"\n");
  const auto settings = settings_of(config);
  EXPECT_EQ(config.problems(), std::vector<std::string>());
  EXPECT_EQ(settings.level, "info");
  EXPECT_TRUE(settings.strict);
  EXPECT_EQ(settings.workers, 2);
  EXPECT_EQ(settings.idle, 30s);
  EXPECT_EQ(settings.body, 65536U);
  EXPECT_EQ(settings.listen, (Address{"127.0.0.1", 8443}));
  EXPECT_EQ(settings.store, "/etc/hi2/kms.sqlite");
  EXPECT_FALSE(settings.peer_given);
}

// tests/data/ops/config.tsv: a configuration in one line (; for a line feed), and all that is said about it.
TEST(Config, SaysEverythingThatIsWrong) {
  std::size_t cases = 0;
  for (const auto& row : li::test::read_table("ops/config.tsv")) {
    auto text = row.at(0);
    std::replace(text.begin(), text.end(), ';', '\n');
    const auto config = Config::parse(text, "kms.toml");
    std::string said;
    if (!config) {
      said = config.error().text;
    } else {
      (void)settings_of(*config);
      for (const auto& problem : config->problems()) said += (said.empty() ? "" : " | ") + problem;
    }
    EXPECT_EQ(said, row.at(1)) << text;
    ++cases;
  }
  EXPECT_GT(cases, 20U);
}

TEST(Config, RulesBetweenKeysPointAtTheKey) {
  const auto config = parsed("name = \"a\"\n[server]\n  workers = 3\n");
  (void)settings_of(config);
  config.root().table("server", "").problem("workers", "must be even");
  EXPECT_EQ(config.problems(), std::vector<std::string>{"/etc/hi2/kms.toml:3:13: server.workers: must be even"});
}

TEST(Config, DescribesItself) {
  const auto config = parsed("");
  (void)settings_of(config);
  const auto text = config.description();
  EXPECT_NE(text.find("# the name of this KMS\n#name = \"...\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("# the HTTPS server\n[server]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("# how long a connection may be silent (1s to 1h)\nidle = \"30s\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("# another KMS\n[[peer]]\n"), std::string::npos) << text;
  // It can be read back, but for what has no default.
  const auto again = parsed("name = \"a\"\n" + text.substr(0, text.find("# another KMS")));
  (void)settings_of(again);
  EXPECT_EQ(again.problems(), std::vector<std::string>());
}

struct SecretCase {
  const char* value;
  const char* octets;  // hexadecimal
  const char* said;
};

TEST(Config, SecretsComeFromPrivateFilesAndTheEnvironment) {
  const Folder folder;
  write_file(folder / "key", "0123456789abcdef0123456789ABCDEF\n");
  write_file(folder / "raw", "0123456789abcde\n");
  write_file(folder / "short", "0123");
  write_file(folder / "letters", "0123456789abcdef0123456789abcdeg\n");
  write_file(folder / "open", "0123456789abcdef", 0644);
  setenv("HI2KIT_TEST_SECRET", "0123456789abcdef0123456789abcdef", 1);
  unsetenv("HI2KIT_TEST_NOTHING");
  const SecretCase cases[] = {
      {"file:key", "0123456789ABCDEF0123456789ABCDEF", ""},
      {"file:raw", "3031323334353637383961626364650A", ""},
      {"env:HI2KIT_TEST_SECRET", "0123456789ABCDEF0123456789ABCDEF", ""},
      {"file:short", "", "must have 16 octets"},
      {"file:letters", "", "must have 16 octets"},
      {"file:open", "", "open to others (mode 0644); mend it with: chmod go-rwx"},
      {"file:none", "", "No such file"},
      {"env:HI2KIT_TEST_NOTHING", "", "no environment variable HI2KIT_TEST_NOTHING"},
      {"0123456789abcdef", "", "the secret itself does not belong here"},
  };
  for (const auto& one : cases) {
    const auto config = Config::parse("key = \"" + std::string(one.value) + "\"", folder / "kms.toml");
    const auto secret = config->root().secret_key("key", 16, "the key of the database");
    const std::string said = config->problems().empty() ? "" : config->problems()[0];
    EXPECT_NE(said.find(one.said), std::string::npos) << said;
    EXPECT_EQ(said.empty(), *one.said == '\0') << said;
    if (*one.said == '\0' && std::string(one.value) != "file:raw") {
      EXPECT_EQ(to_hex(secret.value().reveal()), one.octets);
    }
    EXPECT_EQ(said.find("0123456789"), std::string::npos) << said;
  }
  const auto config = Config::parse("a = \"file:raw\"\nb = 3", folder / "kms.toml");
  EXPECT_EQ(as_text(config->root().secret("a", "").value().reveal()), "0123456789abcde\n");
  EXPECT_EQ(as_text(config->root().secret_key("a", 16, "").value().reveal()), "0123456789abcde\n");
  EXPECT_FALSE(config->root().secret("b", ""));
  EXPECT_FALSE(config->root().secret("c", ""));
  EXPECT_EQ(config->problems().size(), 2U) << "each once";
}

TEST(Config, TheFileMustBePrivate) {
  const Folder folder;
  write_file(folder / "kms.toml", "name = \"a\"\n");
  EXPECT_TRUE(Config::load(folder / "kms.toml"));
  chmod((folder / "kms.toml").c_str(), 0640);
  const auto config = Config::load(folder / "kms.toml");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message().find("chmod go-rwx " + (folder / "kms.toml")), std::string::npos) << config.error().message();
  EXPECT_TRUE(Config::load(folder / "kms.toml", 0007));
  EXPECT_FALSE(Config::load(folder / "none.toml"));
}

struct PrivateCase {
  unsigned mode;
  unsigned forbidden;
  const char* said;  // none if it is good
};

TEST(CheckPrivate, SaysTheCommandThatMendsIt) {
  const Folder folder;
  const auto path = folder / "key";
  const PrivateCase cases[] = {
      {0600, 0077, nullptr},
      {0400, 0077, nullptr},
      {0700, 0077, nullptr},
      {0640, 0077, "(mode 0640); mend it with: chmod go-rwx "},
      {0604, 0077, "chmod go-rwx "},
      {0601, 0077, "chmod go-rwx "},
      {0640, 0027, "chmod g-w,o-rwx "},
      {0640, 0007, nullptr},
      {0660, 0027, "chmod g-w,o-rwx "},
  };
  for (const auto& one : cases) {
    write_file(path, "x", one.mode);
    const auto checked = check_private(path, one.forbidden);
    const bool good = one.said == nullptr || (one.mode & one.forbidden) == 0;
    EXPECT_EQ(checked.has_value(), good) << std::oct << one.mode << " " << one.forbidden;
    if (!checked) {
      EXPECT_NE(checked.error().message().find(one.said + path), std::string::npos) << checked.error().message();
    }
  }
}

TEST(CheckPrivate, NeedsARegularFileOfOurs) {
  const Folder folder;
  EXPECT_NE(check_private(folder / ".").error().text.find("no regular file"), std::string::npos);
  EXPECT_EQ(check_private(folder / "none").error().kind, ErrorKind::missing);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_NE(check_private(folder / "pipe").error().text.find("no regular file"), std::string::npos);
  write_file(folder / "key", "x");
  if (chown((folder / "key").c_str(), 12345, 0) != 0) GTEST_SKIP() << "only root can give a file away";
  EXPECT_NE(check_private(folder / "key").error().text.find("belongs to user 12345"), std::string::npos);
}

TEST(ReadPrivate, HasALimit) {
  const Folder folder;
  write_file(folder / "key", std::string(10'000, 'x'));
  EXPECT_EQ(read_private(folder / "key")->size(), 10'000U);
  EXPECT_FALSE(read_private(folder / "key", kNobodyElse, 9999));
}

template <typename T>
std::string shown(const Result<T>& value) {
  if constexpr (std::is_same_v<T, std::chrono::milliseconds>) return value ? std::to_string(value->count()) : "-";
  else if constexpr (std::is_same_v<T, Address>) return value ? value->host + " " + std::to_string(value->port) : "-";
  else return value ? std::to_string(*value) : "-";
}

// tests/data/ops/values.tsv: kind, text, value or a hyphen.
TEST(ConfigValues, AreReadInOneWay) {
  for (const auto& row : li::test::read_table("ops/values.tsv")) {
    const auto& kind = row.at(0);
    const auto text = row.at(1) == "(nothing)" ? std::string() : row.at(1);
    const auto got = kind == "duration" ? shown(parse_duration(text))
                     : kind == "size"   ? shown(parse_size(text))
                                        : shown(parse_address(text));
    EXPECT_EQ(got, row.at(2)) << kind << " " << text;
  }
}

}  // namespace
}  // namespace li::ops
