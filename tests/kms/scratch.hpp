// tests/kms/scratch.hpp: a folder that goes with the test, and a store in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "kms/store.hpp"

namespace li::kms::test {

class Scratch {
 public:
  Scratch();
  ~Scratch() { std::filesystem::remove_all(folder_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  /// Writes a file that only its owner may read.
  std::string write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path folder_;
};

[[nodiscard]] std::string read_file(const std::string& path);

inline const SecretBytes& master_key() {
  static const SecretBytes key{Bytes(32, 0x4D)};
  return key;
}
inline constexpr Time kNow{std::chrono::seconds(1'795'000'000)};

[[nodiscard]] Store::Options store_options(const Scratch& scratch);
/// A new store, opened.
[[nodiscard]] std::unique_ptr<Store> new_store(const Store::Options& options);

}  // namespace li::kms::test
