// tests/delivery/lab.hpp: a spool in a folder that goes with the test, and what tests put into it.
#pragma once

#include <filesystem>

#include "db/sqlite.hpp"
#include "delivery/sqlite_spool.hpp"

namespace li::delivery::test {

inline constexpr TimePoint kNow{std::chrono::milliseconds(1'795'000'000'204)};

inline const SecretBytes& master_key() {
  static const SecretBytes key{Bytes(32, 0x4D)};
  return key;
}

class Scratch {
 public:
  Scratch();
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

/// All octets of a file; none when it is not there.
[[nodiscard]] std::string read_file(const std::string& path);

/// Confirmations wait until they are asked for: tests decide when they are written.
[[nodiscard]] SqliteSpool::Options spool_options(const Scratch& scratch);
[[nodiscard]] std::unique_ptr<SqliteSpool> open_spool(const SqliteSpool::Options& options,
                                                      SqliteSpool::Role role = SqliteSpool::Role::daemon);

/// The value, or an exception with what went wrong.
template <typename T>
T good(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

[[nodiscard]] Entry entry(const std::string& destination, const std::string& liid, const std::string& octets);
/// One batch with these entries.
void put(Spool& spool, const std::vector<Entry>& entries);
/// What waits for a destination, as texts.
[[nodiscard]] std::vector<std::string> waiting(Spool& spool, const std::string& destination, std::int64_t after = 0);
[[nodiscard]] std::vector<std::int64_t> ids(Spool& spool, const std::string& destination);
[[nodiscard]] NumberContext context(const std::string& liid, std::optional<std::uint32_t> cin = std::nullopt);

}  // namespace li::delivery::test
