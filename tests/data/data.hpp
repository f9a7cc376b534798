// tests/data/data.hpp: the files of tests/data, for the tests of every room.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace li::test {

inline std::filesystem::path source_path(std::string_view name) { return std::filesystem::path(HI2KIT_SOURCE_DIR) / name; }
inline std::filesystem::path data_path(std::string_view name) { return source_path("tests/data") / name; }

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("can't open " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}
inline Bytes read_octets(const std::filesystem::path& path) { return to_bytes(std::string_view(read_text(path))); }

inline std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// "30 80 (0102)*3": hexadecimal digits, spaces, repetition. Throws on anything else: the file is wrong.
inline Bytes octets_of(std::string_view text) {
  Bytes out;
  std::string digits;
  const auto flush = [&](std::size_t times) {
    const auto octets = from_hex(digits);
    if (!octets) throw std::runtime_error("bad octets in a vector: " + octets.error().message());
    for (; times > 0; --times) out.insert(out.end(), octets->begin(), octets->end());
    digits.clear();
  };
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '(') {
      flush(1);
    } else if (c == ')') {
      text.remove_prefix(1);  // the asterisk
      std::size_t used = 0;
      flush(std::stoul(std::string(text.substr(0, text.find(' '))), &used));
      text.remove_prefix(used);
    } else if (c != ' ') {
      digits += c;
    }
  }
  flush(1);
  return out;
}

/// A line of a .vec file: "name | input | expected", or with more parts.
struct Case {
  std::string name;
  std::vector<std::string> parts;  // behind the name
  std::string place;               // file and line, for messages
};

inline std::vector<Case> read_cases(std::string_view file) {
  std::vector<Case> cases;
  std::istringstream in(read_text(data_path(file)));
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (trimmed(line).empty() || line.front() == '#') continue;
    Case one;
    for (const auto& part : split(line, " | ")) one.parts.emplace_back(trimmed(part));
    one.name = one.parts.front();
    one.parts.erase(one.parts.begin());
    one.place = std::string(file) + ":" + std::to_string(number) + " (" + one.name + ")";
    cases.push_back(std::move(one));
  }
  if (cases.empty()) throw std::runtime_error(std::string(file) + " has no cases");
  return cases;
}

/// Rows of a tab-separated file below its header line.
inline std::vector<std::vector<std::string>> read_table(std::string_view file) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream in(read_text(data_path(file)));
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) rows.push_back(split(line, "\t"));
  return rows;
}

}  // namespace li::test
