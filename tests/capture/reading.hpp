// tests/capture/reading.hpp: what a RecordReader makes of octets, as lines of text.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "capture/reader.hpp"
#include "tests/data/data.hpp"

namespace li::test {

/// A minimal record of the module: LIID of one letter, which tells them apart.
inline Bytes record(char liid, hi2::Module module = hi2::Module::umts) {
  const auto arc = module == hi2::Module::umts ? "01" : "08";
  return octets_of(std::string("A41E 8008 0400 0202 04") + arc + " 1001 8101 " + to_hex(Bytes{static_cast<std::uint8_t>(liid)}) +
                   " A30F 810D 3236313132303039333031355A");
}
inline constexpr std::size_t kRecord = 32;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// "record A @0 umts", "damage @5: message", "begin @0", "end @9": an item a line. Records are walked and rejected as the
/// tools do it.
inline std::string describe(const capture::Item& item, capture::RecordReader& reader) {
  const auto place = " @" + std::to_string(item.offset);
  switch (item.what) {
    case capture::Item::What::aggregate_begin: return "begin" + place;
    case capture::Item::What::aggregate_end: return "end" + place;
    case capture::Item::What::foreign: return "foreign" + place + ": " + item.error->message();
    case capture::Item::What::damage: return "damage" + place + ": " + item.error->message();
    case capture::Item::What::record: break;
  }
  schema::WalkOptions options;
  options.base = item.offset;
  const auto decoded = hi2::decode(item.octets, item.module, options);
  if (!decoded) {
    reader.reject(decoded.error());
    return "bad" + place + ": " + decoded.error().message();
  }
  const auto liid = std::string(as_text(decoded->lawful_interception_identifier()));
  return "record " + liid + place + (item.module == hi2::Module::umts ? " umts" : " eps") + (item.in_aggregate ? " inside" : "") +
         (item.notice ? " note: " + *item.notice : "");
}

inline std::vector<std::string> items_of(const Bytes& octets, capture::ReaderOptions options = {}) {
  std::istringstream in{std::string(as_text(octets))};
  capture::RecordReader reader(in, std::move(options));
  std::vector<std::string> items;
  while (auto item = reader.next()) {
    items.push_back(describe(*item, reader));
    if (items.size() > 10'000) throw std::runtime_error("the reader does not come to an end");
  }
  return items;
}

inline capture::ReaderOptions with_module(hi2::Module module) {
  capture::ReaderOptions options;
  options.module = module;
  return options;
}

/// The items without what stands behind the colon of a damage.
inline std::vector<std::string> places_of(const Bytes& octets, capture::ReaderOptions options = {}) {
  auto items = items_of(octets, std::move(options));
  for (auto& item : items) {
    if (!item.starts_with("record")) item = item.substr(0, item.find(':'));
  }
  return items;
}

using Lines = std::vector<std::string>;

}  // namespace li::test
