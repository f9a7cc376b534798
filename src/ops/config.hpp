// ops/config.hpp: the configuration of a daemon: one TOML file, read by typed getters that know what they may find.
//
// Source:  TOML 1.0.
// Units:   durations are milliseconds, sizes octets.
// Errors:  a getter never fails: it notes what is wrong, with file, line and column, and gives its default. When all has been read,
//          problems() lists everything at once, keys that nobody asked for included.
// Owns:    a Config owns the file's content; sections share it.
//
//   auto config = Config::load("/etc/hi2/kms.toml");
//   auto server = config->root().table("server", "the HTTPS server");
//   settings.listen = server.address("listen", "127.0.0.1:8443", "where UEs come to");
//   settings.idle = server.duration("idle", "30s", {"1s", "1h"}, "how long a connection may be silent");
//   if (auto problems = config->problems(); !problems.empty()) ...
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "ops/private_file.hpp"

namespace li::ops {

struct Address {
  std::string host;  ///< name or address, without brackets
  std::uint16_t port = 0;
  bool operator==(const Address&) const = default;
};

/// "250ms", "30s", "5m", "2h", "90d", "1w", and sums of them as in "1h30m".
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "512", "64kB", "16MiB".
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
/// "kms.example:8443", "192.0.2.1:8443", "[2001:db8::1]:8443".
[[nodiscard]] Result<Address> parse_address(std::string_view text);

class ConfigSection {
 public:
  using Doc = std::string_view;
  struct Integers {
    std::int64_t low;
    std::int64_t high;
  };
  struct Durations {
    std::string_view low;
    std::string_view high;
  };
  struct Sizes {
    std::string_view low;
    std::string_view high;
  };

  // A key is the name in this section. Without a default the key must be there.
  std::string text(std::string_view key, std::optional<std::string_view> fallback, Doc doc) const;
  std::string one_of(std::string_view key, std::string_view fallback, const std::vector<std::string_view>& allowed, Doc doc) const;
  bool flag(std::string_view key, bool fallback, Doc doc) const;
  std::int64_t integer(std::string_view key, std::int64_t fallback, Integers bounds, Doc doc) const;
  std::chrono::milliseconds duration(std::string_view key, std::string_view fallback, Durations bounds, Doc doc) const;
  std::uint64_t size(std::string_view key, std::string_view fallback, Sizes bounds, Doc doc) const;
  Address address(std::string_view key, std::optional<std::string_view> fallback, Doc doc) const;
  std::vector<std::string> texts(std::string_view key, Doc doc) const;
  /// Relative to the folder of the configuration file. Whether the file is there is not looked at.
  std::filesystem::path path(std::string_view key, std::optional<std::string_view> fallback, Doc doc) const;
  /// Says where the secret is: "file:PATH" (private to us) or "env:NAME"; its octets as they are. Nothing where it can't
  /// be had, which is a problem, as is no key.
  std::optional<SecretBytes> secret(std::string_view key, Doc doc) const;
  /// The same for a key of so many octets: the octets themselves, or twice as many hexadecimal digits and a line feed or none.
  std::optional<SecretBytes> secret_key(std::string_view key, std::size_t octets, Doc doc) const;

  /// [key]; one that is not there gives a section without keys.
  [[nodiscard]] ConfigSection table(std::string_view key, Doc doc) const;
  /// [[key]], one section each.
  [[nodiscard]] std::vector<ConfigSection> tables(std::string_view key, Doc doc) const;
  /// Whether the table stands in the file.
  [[nodiscard]] bool given() const;
  /// For rules between keys: notes a problem where the key stands.
  void problem(std::string_view key, std::string_view text) const;

  struct Place;
  explicit ConfigSection(std::shared_ptr<const Place> place) : place_(std::move(place)) {}

 private:
  std::shared_ptr<const Place> place_;
};

class Config {
 public:
  /// Reads a file that must be private to us.
  [[nodiscard]] static Result<Config> load(const std::filesystem::path& path, unsigned forbidden = kNobodyElse);
  /// `path` is for messages and relative paths.
  [[nodiscard]] static Result<Config> parse(std::string_view text, const std::filesystem::path& path);

  [[nodiscard]] ConfigSection root() const;
  /// "kms.toml:12:3: server.idle: ...", in the order of the file.
  [[nodiscard]] std::vector<std::string> problems() const;
  /// Every key that was asked for, with what it is, its bounds and its default: a TOML file to begin with.
  [[nodiscard]] std::string description() const;

  struct Content;
  explicit Config(std::shared_ptr<Content> content) : content_(std::move(content)) {}

 private:
  std::shared_ptr<Content> content_;
};

}  // namespace li::ops
