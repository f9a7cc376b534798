// tests/lemf/lab.hpp: PDUs and records as a mediation function makes them, and a store in a folder that goes with the test.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "lemf/store.hpp"
#include "lemf/store_reader.hpp"
#include "tests/support/certificates.hpp"

namespace li::lemf::test {

constexpr auto kMaster = std::uint8_t{0x4D};
inline SecretBytes master_key() { return SecretBytes{Bytes(32, kMaster)}; }
inline constexpr TimePoint kNow{std::chrono::seconds(1'795'000'000)};
/// When records happened: 2026-11-20 12:00:00.
inline constexpr TimePoint kRecorded{std::chrono::seconds(1'795'176'000)};
/// What the key records of these tests hold; a test greps for them.
inline constexpr std::string_view kSecret = "KEYKEYKEYKEYKEY!";
inline constexpr std::string_view kSalt = "SALTSALTSALTSA";

[[nodiscard]] std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view content);
/// Whether it stands in the database, its log or its index.
[[nodiscard]] bool on_disk(const std::string& store, std::string_view octets);

/// A key record.
[[nodiscard]] RecordBytes key_record(std::string_view liid, std::uint8_t session = 1, std::string_view operator_identifier = "31015");
struct Pdu {
  std::string liid = "LI-1";
  std::uint32_t number = 0;
  std::uint8_t session = 1;  ///< in the record: other octets
  std::optional<std::uint32_t> cin = 7;
  std::string operator_identifier = "31015";
  std::string operator_inside = {};  ///< of the record; empty: the same
};
[[nodiscard]] RecordBytes iri_pdu(const Pdu& wanted);
[[nodiscard]] RecordBytes tri_pdu(const Pdu& wanted, ps::Tri tri, std::string_view time = "20261120120000Z");
[[nodiscard]] Arrival arrived(const RecordBytes& pdu);

struct Shelf {
  li::test::TemporaryFolder folder;
  StoreOptions options;
  std::unique_ptr<Store> store;

  Shelf();
  void open();
  /// Must succeed.
  Outcome put(const RecordBytes& pdu);
  Outcome put(const Pdu& pdu) { return put(iri_pdu(pdu)); }
  [[nodiscard]] StoreReader reader() const;
  [[nodiscard]] std::vector<Arrival> all(const Filter& filter = {}) const;
  [[nodiscard]] std::vector<Gap> gaps(bool closed_too = false) const { return reader().gaps({}, closed_too).value(); }
};

}  // namespace li::lemf::test
