#include "tests/delivery/lab.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace li::delivery::test {

using namespace std::chrono_literals;

Scratch::Scratch() {
  std::string name = std::filesystem::temp_directory_path() / "hi2kit-delivery-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
  folder_ = name;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

SqliteSpool::Options spool_options(const Scratch& scratch) {
  SqliteSpool::Options options;
  options.path = scratch.path("spool.sqlite");
  options.confirm_delay = 1h;
  options.overwrite_delay = 1h;
  return options;
}

std::unique_ptr<SqliteSpool> open_spool(const SqliteSpool::Options& options, SqliteSpool::Role role) {
  if (!std::filesystem::exists(options.path)) good(SqliteSpool::create(options, master_key()));
  return good(SqliteSpool::open(options, master_key(), role));
}

Entry entry(const std::string& destination, const std::string& liid, const std::string& octets) {
  return {destination, to_bytes(liid), to_record_bytes(as_bytes(octets)), kNow};
}

void put(Spool& spool, const std::vector<Entry>& entries) {
  const auto batch = good(spool.begin());
  for (const auto& one : entries) good(batch->append(one));
  good(batch->commit());
}

std::vector<std::string> waiting(Spool& spool, const std::string& destination, std::int64_t after) {
  std::vector<std::string> texts;
  for (const auto& one : good(spool.read(destination, after, 1'000'000, SIZE_MAX))) texts.emplace_back(as_text(one.octets));
  return texts;
}

std::vector<std::int64_t> ids(Spool& spool, const std::string& destination) {
  std::vector<std::int64_t> found;
  for (const auto& one : good(spool.read(destination, 0, 1'000'000, SIZE_MAX))) found.push_back(one.id);
  return found;
}

NumberContext context(const std::string& liid, std::optional<std::uint32_t> cin) {
  return {to_bytes(liid), to_bytes("31015"), std::nullopt, cin, std::nullopt, ps::PayloadKind::iri, "lemf-1"};
}

}  // namespace li::delivery::test
