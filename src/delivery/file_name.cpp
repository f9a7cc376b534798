#include "delivery/file_name.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace li::delivery {

namespace {

constexpr std::string_view kTypes = "124678";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kClash = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool all_of(std::string_view text, std::string_view allowed) { return text.find_first_not_of(allowed) == std::string_view::npos; }

bool in_alphabet(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return kLetters.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos || c == '-' || c == '_' || c == '.';
  });
}

std::string two_digits(unsigned number) { return {kDigits[number / 10 % 10], kDigits[number % 10]}; }

std::optional<ParsedFileName> parse_b(std::string_view name) {
  if (name.size() != 21 || !all_of(name.substr(0, 4), kLetters) || !all_of(name.substr(4, 12), kDigits)) return std::nullopt;
  if (!all_of(name.substr(16, 4), kClash) || !all_of(name.substr(20), kTypes)) return std::nullopt;
  return ParsedFileName{FileMethod::b, {}, 0, name.back()};
}

}  // namespace

Result<void> check(const FileNaming& naming) {
  if (kTypes.find(naming.type) == std::string_view::npos)
    return failure(ErrorKind::out_of_range, "a file type is one of 1, 2, 4, 6, 7 and 8", "TS 101 671 table C.2.1");
  if (naming.method == FileMethod::a) return {};
  for (const auto& id : {naming.operator_id, naming.node_id}) {
    if (id.size() != 2 || !all_of(id, kLetters))
      return failure(ErrorKind::out_of_range, "operator and node of a file name are two letters each", "TS 101 671 C.2.2");
  }
  return {};
}

std::string file_name_a(ByteView liid, std::uint64_t number, char type) {
  const auto text = as_text(liid);
  // A name that begins with a point is hidden, and is none when there is nothing else.
  const auto fits = !text.empty() && text.front() != '.' && in_alphabet(text);
  return (fits ? std::string(text) : to_hex(liid)) + '_' + std::to_string(number) + '.' + type;
}

std::string file_name_b(const FileNaming& naming, TimePoint now, std::uint64_t number) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  std::string name = naming.operator_id + naming.node_id;
  name += two_digits(static_cast<unsigned>(static_cast<int>(date.year())) % 100);
  name += two_digits(static_cast<unsigned>(date.month())) + two_digits(static_cast<unsigned>(date.day()));
  for (const auto part : {time.hours().count(), static_cast<std::chrono::hours::rep>(time.minutes().count()),
                          static_cast<std::chrono::hours::rep>(time.seconds().count())})
    name += two_digits(static_cast<unsigned>(part));
  for (const std::uint64_t place : {46'656U, 1'296U, 36U, 1U}) name += kClash[number / place % 36];
  return name + naming.type;
}

std::string temporary_file_name(const std::string& name) { return name + ".part"; }

std::optional<ParsedFileName> parse_file_name(std::string_view name) {
  if (auto parsed = parse_b(name)) return parsed;
  const auto point = name.rfind('.');
  const auto line = name.rfind('_');
  if (point == std::string_view::npos || line == std::string_view::npos || line == 0 || line > point || !in_alphabet(name))
    return std::nullopt;
  const auto digits = name.substr(line + 1, point - line - 1);
  const auto type = name.substr(point + 1);
  if (digits.empty() || !all_of(digits, kDigits) || type.size() != 1 || !all_of(type, kTypes)) return std::nullopt;
  ParsedFileName parsed{FileMethod::a, std::string(name.substr(0, line)), 0, type.front()};
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.number);
  if (read.ec != std::errc()) return std::nullopt;  // more than 2^64-1
  return parsed;
}

}  // namespace li::delivery
