#include "base/time.hpp"

#include <algorithm>
#include <cstdio>

namespace li {
namespace {

class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}

  [[nodiscard]] bool done() const { return text_.empty(); }
  [[nodiscard]] bool at_digit() const { return !text_.empty() && is_digit(text_.front()); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  // `count` digits, whose value must lie in low..high.
  bool number(std::size_t count, int low, int high, int& out) {
    if (text_.size() < count || !std::all_of(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(count), is_digit)) return false;
    out = 0;
    for (std::size_t i = 0; i < count; ++i) out = out * 10 + (text_[i] - '0');
    text_.remove_prefix(count);
    return out >= low && out <= high;
  }
  std::string all_digits() {
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_digit);
    std::string digits(text_.begin(), end);
    text_.remove_prefix(digits.size());
    return digits;
  }
  // Z, +hhmm or -hhmm; GeneralizedTime allows hours alone.
  bool zone(std::optional<int>& offset, bool minutes_needed) {
    if (take('Z')) {
      offset = 0;
      return true;
    }
    const bool west = !text_.empty() && text_.front() == '-';
    if (!take('+') && !take('-')) return false;
    int hours = 0;
    int minutes = 0;
    if (!number(2, 0, 23, hours)) return false;
    if ((minutes_needed || !done()) && !number(2, 0, 59, minutes)) return false;
    offset = (west ? -1 : 1) * (hours * 60 + minutes);
    return true;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view text_;
};

bool real_day(const CalendarTime& time) {
  using namespace std::chrono;
  return year_month_day{year{time.year}, month{static_cast<unsigned>(time.month)}, day{static_cast<unsigned>(time.day)}}.ok();
}

struct Fields {
  int year;
  unsigned month, day;
  int hour, minute, second, millisecond;
};

Fields split(TimePoint time) {
  using namespace std::chrono;
  const auto days = floor<std::chrono::days>(time);
  const year_month_day date{days};
  const auto rest = time - days;
  const auto ms = static_cast<int>(rest.count());
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000};
}

}  // namespace

std::string CalendarTime::to_string() const {
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", year, month, day, hour, minute, second);
  std::string out = text;
  if (!fraction.empty()) out += "." + fraction;
  if (offset) {
    if (*offset == 0) return out + " UTC";
    const int size = std::abs(*offset);
    std::snprintf(text, sizeof text, " %c%02d%02d", *offset < 0 ? '-' : '+', size / 60, size % 60);
    out += text;
  }
  return out;
}

std::optional<CalendarTime> parse_generalized_time(std::string_view text) {
  CalendarTime time;
  Digits in(text);
  if (!in.number(4, 0, 9999, time.year) || !in.number(2, 1, 12, time.month) || !in.number(2, 1, 31, time.day) || !in.number(2, 0, 23, time.hour)) return {};
  if (in.at_digit() && !in.number(2, 0, 59, time.minute)) return {};
  if (in.at_digit() && !in.number(2, 0, 60, time.second)) return {};
  if (in.take('.') || in.take(',')) {
    time.fraction = in.all_digits();
    if (time.fraction.empty()) return {};
  }
  if (!in.done() && !in.zone(time.offset, false)) return {};
  return in.done() && real_day(time) ? std::optional(time) : std::nullopt;
}

std::optional<CalendarTime> parse_utc_time(std::string_view text) {
  CalendarTime time;
  Digits in(text);
  if (!in.number(2, 0, 99, time.year) || !in.number(2, 1, 12, time.month) || !in.number(2, 1, 31, time.day) || !in.number(2, 0, 23, time.hour) ||
      !in.number(2, 0, 59, time.minute)) {
    return {};
  }
  time.year += time.year >= 50 ? 1900 : 2000;
  if (in.at_digit() && !in.number(2, 0, 60, time.second)) return {};
  if (!in.zone(time.offset, true)) return {};
  return in.done() && real_day(time) ? std::optional(time) : std::nullopt;
}

std::string to_generalized_local(TimePoint time, std::chrono::minutes east_of_utc) {
  const auto f = split(time + east_of_utc);
  char text[64];
  std::snprintf(text, sizeof text, "%04d%02u%02u%02d%02d%02d.%03d", f.year, f.month, f.day, f.hour, f.minute, f.second, f.millisecond);
  return text;
}

std::string to_utc_time(TimePoint time) {
  const auto f = split(time);
  char text[64];
  std::snprintf(text, sizeof text, "%02d%02u%02u%02d%02d%02dZ", f.year % 100, f.month, f.day, f.hour, f.minute, f.second);
  return text;
}

}  // namespace li
