#include <algorithm>
#include <cstdlib>

#include "ops/config_impl.hpp"

namespace li::ops {
namespace {

using Place = ConfigSection::Place;

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// What stands in front of the value in the description: a key without a default is shown as a comment.
std::string example(std::string_view key, std::optional<std::string> value, std::string_view form) {
  return value ? std::string(key) + " = " + *value : "#" + std::string(key) + " = " + std::string(form);
}

void learn(const Place& place, std::string_view key, std::string_view doc, const std::string& bounds, std::string shown) {
  auto text = std::string(doc);
  if (!bounds.empty()) text += " (" + bounds + ")";
  place.content->learn({place.below(key), {}, std::move(shown), std::move(text)});
}

template <typename T>
std::optional<T> value_of(const Place& place, std::string_view key, const toml::node* node, const char* wanted) {
  if (const auto* value = node->as<T>()) return value->get();
  place.problem(key, std::string("must be ") + wanted);
  return {};
}

// The text at the key, or its default; nothing is a problem that was noted.
std::optional<std::string> text_at(const Place& place, std::string_view key, const std::optional<std::string_view>& fallback) {
  if (const auto* node = place.find(key)) return value_of<std::string>(place, key, node, "a text in quotation marks");
  if (fallback) return std::string(*fallback);
  place.problem(key, "is missing");
  return {};
}

std::optional<std::string> quoted(const std::optional<std::string_view>& text) {
  return text ? std::optional(quoted(*text)) : std::nullopt;
}

// A text that `parse` makes a value of, within bounds that are written the same way.
template <typename Parse>
auto parsed(const Place& place, std::string_view key, std::string_view fallback, std::string_view low, std::string_view high, Parse parse) {
  const auto text = text_at(place, key, fallback);
  const auto value = parse(text.value_or(std::string(fallback)));
  if (!value) {
    place.problem(key, value.error().text);
  } else if (*value < *parse(low) || *value > *parse(high)) {
    place.problem(key, "must be " + std::string(low) + " to " + std::string(high));
  } else {
    return *value;
  }
  return *parse(fallback);
}

std::string range(std::string_view low, std::string_view high) { return std::string(low) + " to " + std::string(high); }

std::filesystem::path beside_file(const Place& place, const std::filesystem::path& path) {
  return path.is_absolute() ? path : place.content->path.parent_path() / path;
}

std::optional<SecretBytes> fetch(const Place& place, std::string_view key, const std::string& where) {
  if (where.starts_with("file:")) {
    auto octets = read_private(beside_file(place, where.substr(5)));
    if (octets) return std::move(*octets);
    place.problem(key, octets.error().message());
  } else if (where.starts_with("env:")) {
    if (const char* const value = std::getenv(where.c_str() + 4)) return SecretBytes(as_bytes(value));
    place.problem(key, "there is no environment variable " + where.substr(4));
  } else {
    // What stands here may be the secret itself, so it is not shown.
    place.problem(key, "must be \"file:PATH\" or \"env:NAME\"; the secret itself does not belong here");
  }
  return {};
}

std::optional<SecretBytes> fetch(const Place& place, std::string_view key) {
  const auto* node = place.find(key);
  if (node == nullptr) return place.problem(key, "is needed"), std::nullopt;
  const auto where = value_of<std::string>(place, key, node, "a text in quotation marks");
  return where ? fetch(place, key, *where) : std::nullopt;
}

std::optional<unsigned> digit(std::uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  const auto lower = c | 0x20U;
  return lower >= 'a' && lower <= 'f' ? std::optional(lower - 'a' + 10U) : std::nullopt;
}

// In memory that is wiped, which from_hex() does not use.
std::optional<SecretBytes> from_secret_hex(ByteView digits) {
  RecordBytes octets;
  octets.resize(digits.size() / 2);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto high = digit(digits[2 * i]);
    const auto low = digit(digits[2 * i + 1]);
    if (!high || !low) return {};
    octets[i] = static_cast<std::uint8_t>(*high << 4U | *low);
  }
  return SecretBytes(octets);
}

}  // namespace

std::string ConfigSection::text(std::string_view key, std::optional<std::string_view> fallback, Doc doc) const {
  learn(*place_, key, doc, "", example(key, quoted(fallback), "\"...\""));
  return text_at(*place_, key, fallback).value_or(std::string(fallback.value_or("")));
}

std::string ConfigSection::one_of(std::string_view key, std::string_view fallback, const std::vector<std::string_view>& allowed,
                                  Doc doc) const {
  std::string list;
  for (const auto one : allowed) list += (list.empty() ? "" : ", ") + std::string(one);
  learn(*place_, key, doc, "one of " + list, example(key, quoted(fallback), ""));
  const auto found = text_at(*place_, key, fallback);
  if (found && std::find(allowed.begin(), allowed.end(), *found) != allowed.end()) return *found;
  if (found) place_->problem(key, "must be one of " + list);
  return std::string(fallback);
}

bool ConfigSection::flag(std::string_view key, bool fallback, Doc doc) const {
  learn(*place_, key, doc, "", example(key, fallback ? "true" : "false", ""));
  const auto* node = place_->find(key);
  return node == nullptr ? fallback : value_of<bool>(*place_, key, node, "true or false").value_or(fallback);
}

std::int64_t ConfigSection::integer(std::string_view key, std::int64_t fallback, Integers bounds, Doc doc) const {
  const auto allowed = range(std::to_string(bounds.low), std::to_string(bounds.high));
  learn(*place_, key, doc, allowed, example(key, std::to_string(fallback), ""));
  const auto* node = place_->find(key);
  if (node == nullptr) return fallback;
  const auto value = value_of<std::int64_t>(*place_, key, node, "a whole number");
  if (value && *value >= bounds.low && *value <= bounds.high) return *value;
  if (value) place_->problem(key, "must be " + allowed);
  return fallback;
}

std::chrono::milliseconds ConfigSection::duration(std::string_view key, std::string_view fallback, Durations bounds, Doc doc) const {
  learn(*place_, key, doc, range(bounds.low, bounds.high), example(key, quoted(fallback), ""));
  return parsed(*place_, key, fallback, bounds.low, bounds.high, parse_duration);
}

std::uint64_t ConfigSection::size(std::string_view key, std::string_view fallback, Sizes bounds, Doc doc) const {
  learn(*place_, key, doc, range(bounds.low, bounds.high), example(key, quoted(fallback), ""));
  return parsed(*place_, key, fallback, bounds.low, bounds.high, parse_size);
}

Address ConfigSection::address(std::string_view key, std::optional<std::string_view> fallback, Doc doc) const {
  learn(*place_, key, doc, "host:port", example(key, quoted(fallback), "\"host:port\""));
  const auto found = text_at(*place_, key, fallback);
  if (!found) return {};
  auto address = parse_address(*found);
  if (!address) place_->problem(key, address.error().text);
  return address.value_or(Address{});
}

std::vector<std::string> ConfigSection::texts(std::string_view key, Doc doc) const {
  learn(*place_, key, doc, "", example(key, "[]", ""));
  std::vector<std::string> found;
  const auto* node = place_->find(key);
  if (node == nullptr) return found;
  const auto* array = node->as_array();
  const bool fits = array != nullptr && std::all_of(array->begin(), array->end(), [](const toml::node& one) { return one.is_string(); });
  if (!fits) place_->problem(key, "must be a list of texts in quotation marks");
  for (std::size_t i = 0; fits && i < array->size(); ++i) found.push_back(*(*array)[i].value<std::string>());
  return found;
}

std::filesystem::path ConfigSection::path(std::string_view key, std::optional<std::string_view> fallback, Doc doc) const {
  learn(*place_, key, doc, "relative to this file", example(key, quoted(fallback), "\"...\""));
  const auto found = text_at(*place_, key, fallback);
  return !found || found->empty() ? std::filesystem::path() : beside_file(*place_, *found);
}

std::optional<SecretBytes> ConfigSection::secret(std::string_view key, Doc doc) const {
  learn(*place_, key, doc, "file:PATH or env:NAME", example(key, {}, "\"file:...\""));
  return fetch(*place_, key);
}

std::optional<SecretBytes> ConfigSection::secret_key(std::string_view key, std::size_t octets, Doc doc) const {
  learn(*place_, key, doc, "file:PATH or env:NAME with " + std::to_string(octets) + " octets or their hexadecimal digits",
        example(key, {}, "\"file:...\""));
  auto found = fetch(*place_, key);
  if (!found || found->size() == octets) return found;
  auto digits = found->reveal();
  if (!digits.empty() && digits.back() == '\n') digits = digits.first(digits.size() - 1);
  auto key_octets = digits.size() == 2 * octets ? from_secret_hex(digits) : std::nullopt;
  if (!key_octets) place_->problem(key, "must have " + std::to_string(octets) + " octets, or their hexadecimal digits");
  return key_octets;
}

ConfigSection ConfigSection::table(std::string_view key, Doc doc) const {
  place_->content->learn({place_->below(key), "[" + place_->below(key) + "]", {}, std::string(doc)});
  const auto* node = place_->find(key);
  const auto* below = node == nullptr ? nullptr : node->as_table();
  if (node != nullptr && below == nullptr) place_->problem(key, "must be a table");
  return ConfigSection(std::make_shared<const Place>(Place{place_->content, below, place_->below(key), place_->shown_below(key)}));
}

std::vector<ConfigSection> ConfigSection::tables(std::string_view key, Doc doc) const {
  place_->content->learn({place_->below(key), "[[" + place_->below(key) + "]]", {}, std::string(doc)});
  std::vector<ConfigSection> sections;
  const auto* node = place_->find(key);
  if (node == nullptr) return sections;
  const auto* array = node->as_array();
  const bool fits = array != nullptr && std::all_of(array->begin(), array->end(), [](const toml::node& one) { return one.is_table(); });
  if (!fits) {
    place_->problem(key, "must be tables, [[" + place_->shown_below(key) + "]]");
    place_->content->misshapen.insert(node);
  }
  for (std::size_t i = 0; fits && i < array->size(); ++i) {
    const auto shown = place_->shown_below(key) + "[" + std::to_string(i + 1) + "]";
    sections.emplace_back(std::make_shared<const Place>(Place{place_->content, (*array)[i].as_table(), place_->below(key) + "[]", shown}));
  }
  return sections;
}

bool ConfigSection::given() const { return place_->table != nullptr; }

void ConfigSection::problem(std::string_view key, std::string_view text) const { place_->problem(key, std::string(text)); }

}  // namespace li::ops
