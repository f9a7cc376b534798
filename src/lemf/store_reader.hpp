// lemf/store_reader.hpp: the items of a store, for looking at them while the daemon writes.
//
// Source:  docs/lemf.md.
// Units:   times are UTC; those of records as the records have them.
// Errors:  a wrong master key, a store that can't be read.
// Owns:    its own connection, which changes nothing. One thread at a time.
#pragma once

#include <functional>
#include <memory>

#include "lemf/arrival.hpp"

namespace li::lemf {

struct Filter {
  std::optional<Bytes> liid = {};
  std::string since = {}, until = {};  ///< of the record's time, or the beginning of one: "2026-11-20 12:00"; empty: any
  std::string event = {};
  std::optional<Bytes> correlation = {};
  std::int64_t id = 0;  ///< this one only
};

struct Item {
  std::int64_t id = 0;  ///< rises in the order of arrival
  Arrival arrival;
  bool conflict = false;  ///< its number was here with other octets
};

struct Gap {
  Bytes liid;
  std::string context;
  std::uint64_t first = 0, last = 0;
  std::uint64_t missing = 0;  ///< of them, still
  TimePoint noticed{};
  std::optional<TimePoint> closed;
};

class StoreReader {
 public:
  [[nodiscard]] static Result<StoreReader> open(const std::string& path, const SecretBytes& master);
  ~StoreReader();
  StoreReader(StoreReader&&) noexcept;
  StoreReader& operator=(StoreReader&&) noexcept;

  /// In the order of arrival, until `use` gives false. Numbers of contexts are in arrival.numbering. ErrorKind::missing: an LIID was erased
  /// meanwhile, and some of its items may not have been given.
  [[nodiscard]] Result<void> each(const Filter& filter, const std::function<bool(const Item&)>& use);
  [[nodiscard]] Result<std::vector<Gap>> gaps(const Filter& filter, bool closed_too = false);

 private:
  struct Impl;
  explicit StoreReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::lemf
