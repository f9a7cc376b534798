#include <array>
#include <charconv>
#include <limits>

#include "ops/config.hpp"

namespace li::ops {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

constexpr std::array kTimes{Unit{"ms", 1},       Unit{"s", 1000},       Unit{"m", 60'000},
                            Unit{"h", 3600'000}, Unit{"d", 86'400'000}, Unit{"w", 604'800'000}};
constexpr std::array kSizes{Unit{"", 1},
                            Unit{"B", 1},
                            Unit{"kB", 1000},
                            Unit{"MB", 1'000'000},
                            Unit{"GB", 1'000'000'000},
                            Unit{"KiB", 1U << 10U},
                            Unit{"MiB", 1U << 20U},
                            Unit{"GiB", 1U << 30U}};

constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

// Takes a number with its unit from the front; nothing if there is none, or if it grows too large.
template <std::size_t N>
std::optional<std::uint64_t> take_quantity(std::string_view& text, const std::array<Unit, N>& units) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const auto name = text.substr(0, text.find_first_of("0123456789"));
  for (const auto& unit : units) {
    if (unit.name != name || number > kMost / unit.size) continue;
    text.remove_prefix(name.size());
    return number * unit.size;
  }
  return {};
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto wrong = failure(ErrorKind::malformed, "no duration such as \"30s\", \"1h30m\" or \"90d\"");
  std::uint64_t total = 0;
  if (text.empty()) return wrong;
  while (!text.empty()) {
    const auto part = take_quantity(text, kTimes);
    if (!part || *part > kMost - total) return wrong;
    total += *part;
  }
  return std::chrono::milliseconds(total);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto size = take_quantity(text, kSizes);
  if (!size || !text.empty()) return failure(ErrorKind::malformed, "no size such as \"512\", \"64kB\" or \"16MiB\"");
  return *size;
}

Result<Address> parse_address(std::string_view text) {
  const auto wrong = failure(ErrorKind::malformed, "no address such as \"kms.example:8443\" or \"[2001:db8::1]:8443\"");
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || host.find_first_of("[] /") != std::string_view::npos || (!bracketed && host.find(':') != std::string_view::npos))
    return wrong;
  Address address{std::string(host), 0};
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (port.empty() || problem != std::errc() || end != port.data() + port.size()) return wrong;
  return address;
}

}  // namespace li::ops
