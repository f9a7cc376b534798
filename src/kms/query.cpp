#include "kms/query.hpp"

#include "base/bytes.hpp"

namespace li::kms {

namespace {

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto octet = from_hex(text.substr(i + 1, 2));
    if (!octet || octet->size() != 1) return std::nullopt;
    out += static_cast<char>(octet->front());
    i += 2;
  }
  return out;
}

}  // namespace

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

std::optional<std::string> parameter_of(std::string_view target, std::string_view name) {
  const auto start = target.find('?');
  if (start == std::string_view::npos) return std::nullopt;
  target.remove_prefix(start + 1);
  while (!target.empty()) {
    const auto pair = target.substr(0, target.find('&'));
    target.remove_prefix(pair.size() == target.size() ? pair.size() : pair.size() + 1);
    const auto equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    return decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
  }
  return std::nullopt;
}

}  // namespace li::kms
