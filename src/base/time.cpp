#include "base/time.hpp"

#include <cstdio>
#include <cstdlib>

namespace li {
namespace {

// A time as its characters say it, the fraction still in them.
struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::string_view fraction;
  std::optional<int> offset;
};

class Digits {
 public:
  explicit Digits(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  [[nodiscard]] bool done() const { return at_ == end_; }
  [[nodiscard]] bool at_digit() const { return at_ != end_ && is_digit(*at_); }
  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  // `count` digits, whose value must lie in low..high.
  bool number(std::ptrdiff_t count, int low, int high, int& out) {
    if (end_ - at_ < count) return false;
    out = 0;
    for (; count > 0; --count, ++at_) {
      if (!is_digit(*at_)) return false;
      out = out * 10 + (*at_ - '0');
    }
    return out >= low && out <= high;
  }
  std::string_view all_digits() {
    const auto* begin = at_;
    while (at_digit()) ++at_;
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }
  // Z, +hhmm or -hhmm; GeneralizedTime allows hours alone.
  bool zone(std::optional<int>& offset, bool minutes_needed) {
    if (take('Z')) {
      offset = 0;
      return true;
    }
    const bool west = at_ != end_ && *at_ == '-';
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
  const char* at_;
  const char* end_;
};

bool real_day(const Fields& time) {
  using namespace std::chrono;
  return year_month_day{year{time.year}, month{static_cast<unsigned>(time.month)}, day{static_cast<unsigned>(time.day)}}.ok();
}

struct Instant {
  int year;
  unsigned month, day;
  int hour, minute, second, millisecond;
};

Instant split(TimePoint time) {
  using namespace std::chrono;
  const auto days = floor<std::chrono::days>(time);
  const year_month_day date{days};
  const auto rest = time - days;
  const auto ms = static_cast<int>(rest.count());
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          ms / 3'600'000,
          ms / 60'000 % 60,
          ms / 1000 % 60,
          ms % 1000};
}

char* put_digits(char* at, int value, int count) {
  for (int i = count; i > 0; value /= 10) at[--i] = static_cast<char>('0' + value % 10);
  return at + count;
}

char* put_date_and_time(char* at, const Instant& f) {
  at = put_digits(at, static_cast<int>(f.month), 2);
  at = put_digits(at, static_cast<int>(f.day), 2);
  at = put_digits(at, f.hour, 2);
  at = put_digits(at, f.minute, 2);
  return put_digits(at, f.second, 2);
}

bool read_generalized_time(std::string_view text, Fields& time) {
  Digits in(text);
  if (!in.number(4, 0, 9999, time.year) || !in.number(2, 1, 12, time.month) || !in.number(2, 1, 31, time.day) ||
      !in.number(2, 0, 23, time.hour))
    return false;
  if (in.at_digit() && !in.number(2, 0, 59, time.minute)) return false;
  if (in.at_digit() && !in.number(2, 0, 60, time.second)) return false;
  if (in.take('.') || in.take(',')) {
    time.fraction = in.all_digits();
    if (time.fraction.empty()) return false;
  }
  if (!in.done() && !in.zone(time.offset, false)) return false;
  return in.done() && real_day(time);
}

bool read_utc_time(std::string_view text, Fields& time) {
  Digits in(text);
  if (!in.number(2, 0, 99, time.year) || !in.number(2, 1, 12, time.month) || !in.number(2, 1, 31, time.day) ||
      !in.number(2, 0, 23, time.hour) || !in.number(2, 0, 59, time.minute)) {
    return false;
  }
  time.year += time.year >= 50 ? 1900 : 2000;
  if (in.at_digit() && !in.number(2, 0, 60, time.second)) return false;
  return in.zone(time.offset, true) && in.done() && real_day(time);
}

CalendarTime calendar(const Fields& f) { return {f.year, f.month, f.day, f.hour, f.minute, f.second, std::string(f.fraction), f.offset}; }

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

bool is_generalized_time(std::string_view text) {
  Fields fields;
  return read_generalized_time(text, fields);
}

bool is_utc_time(std::string_view text) {
  Fields fields;
  return read_utc_time(text, fields);
}

std::optional<CalendarTime> parse_generalized_time(std::string_view text) {
  Fields fields;
  return read_generalized_time(text, fields) ? std::optional(calendar(fields)) : std::nullopt;
}

std::optional<CalendarTime> parse_utc_time(std::string_view text) {
  Fields fields;
  return read_utc_time(text, fields) ? std::optional(calendar(fields)) : std::nullopt;
}

std::string to_generalized_local(TimePoint time, std::chrono::minutes east_of_utc) {
  const auto f = split(time + east_of_utc);
  char text[24];
  auto* end = put_date_and_time(put_digits(text, f.year, 4), f);
  *end++ = '.';
  end = put_digits(end, f.millisecond, 3);
  return {text, end};
}

std::string to_utc_time(TimePoint time) {
  const auto f = split(time);
  char text[16];
  auto* end = put_date_and_time(put_digits(text, f.year % 100, 2), f);
  *end++ = 'Z';
  return {text, end};
}

std::optional<std::chrono::sys_seconds> parse_internet_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() != kForm.size()) return {};
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const auto digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == '0' ? !digit : text[i] != kForm[i]) return {};
  }
  const auto number = [&](std::size_t at, std::size_t size) { return std::stoi(std::string(text.substr(at, size))); };
  const auto month = static_cast<unsigned>(number(5, 2)), day = static_cast<unsigned>(number(8, 2));
  const std::chrono::year_month_day date{std::chrono::year(number(0, 4)), std::chrono::month(month), std::chrono::day(day)};
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return {};
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::string to_internet_time(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

}  // namespace li
