#include "kms/identity.hpp"

#include <algorithm>
#include <cctype>

namespace li::kms {

namespace {

constexpr std::size_t kMost = 1024;

/// Octets of "scheme:" in front; an NAI has none. A colon behind the last at-sign belongs to a port.
std::size_t scheme_size(std::string_view identity) {
  const auto colon = identity.substr(0, identity.rfind('@')).find(':');
  return colon == std::string_view::npos ? 0 : colon + 1;
}

void lower(std::string& text, std::size_t from, std::size_t to) {
  for (auto i = from; i < to; ++i) text[i] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
}

}  // namespace

Result<void> check_identity(std::string_view identity) {
  if (identity.empty() || identity.size() > kMost) return failure(ErrorKind::out_of_range, "an identity has 1 to 1024 characters");
  if (!std::all_of(identity.begin(), identity.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
    return failure(ErrorKind::malformed, "an identity has printable ASCII characters and no spaces", "RFC 3986 2");
  const auto named = identity.find_first_of("@:");
  if (named == std::string_view::npos || named == 0 || named + 1 == identity.size())
    return failure(ErrorKind::malformed, "an identity is a URI (sip:alice@home1.example) or an NAI (alice@home1.example)", "RFC 3830 6.7");
  const auto at = identity.rfind('@');
  if (scheme_size(identity) == 0 && at != std::string_view::npos && identity.find(':', at) != std::string_view::npos)
    return failure(ErrorKind::malformed, "an NAI has no port; did you mean a URI, e.g. sip:alice@home1.example:5060?", "RFC 7542 2.2");
  return {};
}

mikey::IdType id_type_of(std::string_view identity) { return scheme_size(identity) == 0 ? mikey::IdType::nai : mikey::IdType::uri; }

std::string canonical_identity(std::string_view identity) {
  std::string text(identity);
  const auto scheme = scheme_size(identity);
  const auto at = identity.rfind('@');
  lower(text, 0, scheme);
  lower(text, at == std::string_view::npos || at < scheme ? scheme : at, text.size());
  return text;
}

std::optional<std::string> identity_of(const mikey::Idr& idr) {
  const auto text = as_text(idr.data);
  if (!check_identity(text)) return std::nullopt;
  if (idr.id_type != mikey::number(id_type_of(text))) return std::nullopt;
  return canonical_identity(text);
}

std::string plain(ByteView octets) {
  const auto text = as_text(octets);
  const auto readable = std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return readable ? std::string(text) : "0x" + to_hex(octets);
}

}  // namespace li::kms
