#include <algorithm>

#include "base/base64.hpp"
#include "sip/framing_impl.hpp"
#include "sip/sdp_impl.hpp"

namespace li::sip {
namespace {

constexpr const char* kCrypto = "RFC 4568 9.2";

// Text at its place in the description.
struct Field {
  std::string_view text;
  std::size_t offset = 0;

  void skip(std::size_t count) {
    text.remove_prefix(count);
    offset += count;
  }
  void skip_white() { skip(std::min(text.find_first_not_of(" \t"), text.size())); }

  // The text up to the first of the separators; moves behind it.
  Field take(std::string_view separators) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    const Field field{text.substr(0, end), offset};
    skip(std::min(end + 1, text.size()));
    return field;
  }
};

tl::unexpected<Error> bad(const char* text, const Field& field, ErrorKind kind = ErrorKind::malformed) {
  return fault(kind, text, field.offset, kCrypto);
}

Result<SecretBytes> read_base64(const Field& field) {
  auto octets = secret_from_base64(field.text);
  if (!octets) octets.error().offset = field.offset + octets.error().offset.value_or(0);
  return octets;
}

Result<std::uint64_t> read_lifetime(Field field) {
  const bool power = field.text.starts_with("2^");
  if (power) field.skip(2);
  std::uint64_t value = 0;
  if (!read_number(field.text, value)) return bad("a lifetime that is no number", field);
  if (!power) return value;
  if (value > 63) return bad("a lifetime beyond 2^63", field, ErrorKind::out_of_range);
  return std::uint64_t{1} << value;
}

// "<decimal number>:<octets>" as the octets that stand in packets.
Result<Bytes> read_mki(Field field) {
  const auto digits = field.take(":");
  std::size_t length = 0;
  if (!read_number(field.text, length) || length == 0 || length > 128) return bad("an MKI length that is not 1 to 128", field);
  if (digits.text.empty()) return bad("an MKI without a value", digits);
  Bytes octets(length);
  for (const char c : digits.text) {
    if (c < '0' || c > '9') return bad("an MKI value that is no number", digits);
    auto carry = static_cast<unsigned>(c - '0');
    for (std::size_t i = length; i-- > 0;) {
      carry += octets[i] * 10U;
      octets[i] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    if (carry != 0) return bad("an MKI value that its length can't hold", digits, ErrorKind::out_of_range);
  }
  return octets;
}

// <base64>["|" lifetime]["|" MKI ":" length]
Result<InlineKey> read_inline(Field info) {
  InlineKey key;
  auto octets = read_base64(info.take("|"));
  if (!octets) return tl::unexpected<Error>(std::move(octets.error()));
  if (octets->empty()) return bad("an inline key without octets", info);
  key.key_and_salt = std::move(*octets);
  if (info.text.empty()) return key;
  auto field = info.take("|");
  if (field.text.find(':') == std::string_view::npos) {
    const auto lifetime = read_lifetime(field);
    if (!lifetime) return tl::unexpected<Error>(lifetime.error());
    key.lifetime = *lifetime;
    if (info.text.empty()) return key;
    field = info.take("|");
  }
  auto mki = read_mki(field);
  if (!mki) return tl::unexpected<Error>(std::move(mki.error()));
  if (!info.text.empty()) return bad("more behind the MKI", info);
  key.mki = std::move(*mki);
  return key;
}

Result<void> read_keys(Field parameters, std::vector<InlineKey>& keys) {
  if (parameters.text.empty()) return bad("no key parameters", parameters);
  while (!parameters.text.empty()) {
    auto parameter = parameters.take(";");
    const auto method = parameter.take(":");
    if (!same_letters(method.text, "inline")) continue;
    auto key = read_inline(parameter);
    if (!key) return tl::unexpected<Error>(std::move(key.error()));
    keys.push_back(std::move(*key));
  }
  return {};
}

}  // namespace

KeyManagement read_key_management(const Attribute& attribute) {
  Field field{attribute.value, attribute.offset};
  if (field.text.starts_with(' ')) field.skip(1);
  const auto protocol = field.take(" ");
  KeyManagement out{std::string(protocol.text), SecretBytes(), field.offset};
  if (protocol.text.empty()) out.octets = fault(ErrorKind::malformed, "key management without a protocol", protocol.offset, "RFC 4567 3.1");
  else if (field.text.empty()) out.octets = fault(ErrorKind::malformed, "key management without data", field.offset, "RFC 4567 3.1");
  else out.octets = read_base64(field);
  return out;
}

Result<Crypto> read_crypto(const Attribute& attribute) {
  Field field{attribute.value, attribute.offset};
  field.skip_white();
  Crypto crypto;
  const auto tag = field.take(" \t");
  if (tag.text.size() > 9 || !read_number(tag.text, crypto.tag)) return bad("a tag that is not one to nine digits", tag);
  field.skip_white();
  crypto.suite = field.take(" \t").text;
  if (crypto.suite.empty()) return bad("no crypto suite", field);
  field.skip_white();
  if (auto read = read_keys(field.take(" \t"), crypto.keys); !read) return tl::unexpected<Error>(std::move(read.error()));
  for (field.skip_white(); !field.text.empty(); field.skip_white()) {
    const auto parameter = field.take(" \t").text;
    const auto name = parameter.substr(0, parameter.find('='));
    crypto.session_parameters.emplace_back(same_letters(name, "FEC_KEY") ? name : parameter);
  }
  return crypto;
}

}  // namespace li::sip
