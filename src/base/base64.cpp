#include "base/base64.hpp"

#include <array>
#include <optional>

namespace li {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNone;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr auto kValues = make_values();

std::uint8_t value_of(char c) { return kValues[static_cast<std::uint8_t>(c)]; }

template <typename Text>
Text encode(ByteView octets) {
  Text out;
  out.resize((octets.size() + 2) / 3 * 4);
  std::size_t at = 0;
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const auto left = octets.size() - i;
    const auto second = left > 1 ? octets[i + 1] : 0U;
    const auto third = left > 2 ? octets[i + 2] : 0U;
    const auto bits = static_cast<unsigned>(octets[i]) << 16 | second << 8 | third;
    const char quad[] = {kAlphabet[bits >> 18], kAlphabet[bits >> 12 & 63], left > 1 ? kAlphabet[bits >> 6 & 63] : '=',
                         left > 2 ? kAlphabet[bits & 63] : '='};
    for (const char c : quad) out[at++] = static_cast<typename Text::value_type>(c);
  }
  return out;
}

tl::unexpected<Error> refusal(std::size_t offset, std::string text, std::string clause) {
  return failure(Error{ErrorKind::malformed, std::move(text), offset, {}, std::move(clause)});
}

// How many characters at the end are padding; refuses what is no base64 text.
Result<std::size_t> padding(std::string_view text) {
  std::size_t pads = 0;
  while (pads < 2 && pads < text.size() && text[text.size() - 1 - pads] == '=') ++pads;
  for (std::size_t i = 0; i < text.size() - pads; ++i) {
    if (value_of(text[i]) != kNone) continue;
    const bool pad = text[i] == '=';
    return refusal(i, pad ? "padding in front of the end of base64" : "a character that base64 does not have", "RFC 4648 3.3");
  }
  if (text.size() % 4 != 0) return refusal(text.size(), "base64 ends inside a group of four characters", "RFC 4648 4");
  const auto unused = pads == 0 ? 0 : value_of(text[text.size() - 1 - pads]) & (pads == 1 ? 0x03 : 0x0F);
  if (unused != 0) return refusal(text.size() - 1 - pads, "base64 with unused bits that are not zero", "RFC 4648 3.5");
  return pads;
}

template <typename Octets>
Result<Octets> decode(std::string_view text) {
  const auto pads = padding(text);
  if (!pads) return tl::unexpected<Error>(pads.error());
  Octets out;
  out.resize(text.size() / 4 * 3 - *pads);
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    unsigned bits = 0;
    for (std::size_t j = i; j < i + 4; ++j) bits = bits << 6 | (text[j] == '=' ? 0U : value_of(text[j]));
    for (unsigned shift = 16; at < out.size() && shift <= 16; shift -= 8) out[at++] = static_cast<std::uint8_t>(bits >> shift);
  }
  return out;
}

}  // namespace

std::string to_base64(ByteView octets) { return encode<std::string>(octets); }
RecordBytes secret_to_base64(ByteView octets) { return encode<RecordBytes>(octets); }
Result<Bytes> from_base64(std::string_view text) { return decode<Bytes>(text); }

Result<SecretBytes> secret_from_base64(std::string_view text) {
  return decode<RecordBytes>(text).map([](const RecordBytes& octets) { return SecretBytes(octets); });
}

}  // namespace li
