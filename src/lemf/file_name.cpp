#include <algorithm>
#include <charconv>

#include "lemf/drop_folder.hpp"

namespace li::lemf {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_file_type(char c) { return c == '1' || c == '2' || c == '4' || c == '6' || c == '7' || c == '8'; }

unsigned two_digits(std::string_view text, std::size_t at) {
  return static_cast<unsigned>(text[at] - '0') * 10 + static_cast<unsigned>(text[at + 1] - '0');
}

// ABXYyymmddhhmmsseeeet
std::optional<FileName> method_b(std::string_view name) {
  constexpr std::size_t kSize = 21;
  if (name.size() != kSize) return std::nullopt;
  const auto digits = name.substr(4, 12);
  const auto extra = name.substr(16, 4);
  if (!std::all_of(name.begin(), name.begin() + 4, is_letter) || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  if (!std::all_of(extra.begin(), extra.end(), [](char c) { return is_digit(c) || is_upper(c); })) return std::nullopt;
  const auto month = two_digits(digits, 2);
  const auto day = two_digits(digits, 4);
  const auto in_time = two_digits(digits, 6) < 24 && two_digits(digits, 8) < 60 && two_digits(digits, 10) <= 60;
  if (month < 1 || month > 12 || day < 1 || day > 31 || !in_time || !is_file_type(name.back())) return std::nullopt;
  return FileName{'B', {}, {}, name.back()};
}

// <LIID>_<seq>.<ext>
std::optional<FileName> method_a(std::string_view name) {
  if (name.size() < 5 || name[name.size() - 2] != '.' || !is_file_type(name.back())) return std::nullopt;
  const auto stem = name.substr(0, name.size() - 2);
  const auto line = stem.rfind('_');
  if (line == std::string_view::npos) return std::nullopt;
  const auto liid = stem.substr(0, line);
  const auto digits = stem.substr(line + 1);
  constexpr std::size_t kLongestLiid = 25;
  const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  if (liid.empty() || liid.size() > kLongestLiid || liid.front() == '.' || !std::all_of(liid.begin(), liid.end(), allowed))
    return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return FileName{'A', to_bytes(liid), number, name.back()};
}

}  // namespace

std::optional<FileName> parse_file_name(std::string_view name) {
  if (auto found = method_b(name)) return found;
  return method_a(name);
}

}  // namespace li::lemf
