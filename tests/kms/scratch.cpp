#include "tests/kms/scratch.hpp"

#include <cstdlib>
#include <stdexcept>

namespace li::kms::test {

Scratch::Scratch() {
  std::string name = std::filesystem::temp_directory_path() / "hi2kit-kms-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
  folder_ = name;
}

std::string Scratch::write(const std::string& name, std::string_view text) const {
  const auto file = path(name);
  std::ofstream(file, std::ios::binary) << text;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return file;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Store::Options store_options(const Scratch& scratch) { return {scratch.path("kms.sqlite"), std::chrono::hours(24), 1000, crypto::random}; }

std::unique_ptr<Store> new_store(const Store::Options& options) {
  if (auto made = Store::create(options, master_key()); !made) throw std::runtime_error(made.error().message());
  auto store = Store::open(options, master_key());
  if (!store) throw std::runtime_error(store.error().message());
  return std::move(*store);
}

}  // namespace li::kms::test
