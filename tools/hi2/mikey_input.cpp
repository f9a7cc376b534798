#include "hi2/mikey_input.hpp"

#include <algorithm>

#include "base/base64.hpp"

namespace li::tool {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_base64(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' || c == '=';
}

RecordBytes without_spaces(ByteView input) {
  RecordBytes text;
  text.reserve(input.size());
  std::copy_if(input.begin(), input.end(), std::back_inserter(text), [](std::uint8_t c) { return !is_space(static_cast<char>(c)); });
  return text;
}

bool all(ByteView text, bool (*is)(char)) {
  return std::all_of(text.begin(), text.end(), [is](std::uint8_t c) { return is(static_cast<char>(c)); });
}

// A message begins with version 1, which no text does.
std::string_view look(ByteView input) {
  constexpr std::string_view kAttribute = "key-mgmt:";
  const bool is_binary =
      std::any_of(input.begin(), input.end(), [](std::uint8_t c) { return c < 0x20 && !is_space(static_cast<char>(c)); });
  if (is_binary) return "raw";
  const auto text = without_spaces(input);
  if (all(text, is_digit)) return "hex";
  if (as_text(input).find(kAttribute) != std::string_view::npos) return "sip";
  return all(text, is_base64) ? "base64" : "";
}

std::vector<MikeyInput> one(RecordBytes octets) {
  std::vector<MikeyInput> found;
  found.push_back({std::move(octets), {}});
  return found;
}

Result<std::vector<MikeyInput>> from_digits(ByteView input) {
  const auto text = without_spaces(input);
  auto octets = from_hex(as_text(text));
  if (!octets) return failure(ErrorKind::malformed, "no hexadecimal digits, or an odd number of them");
  auto found = one(to_record_bytes(*octets));
  wipe(octets->data(), octets->size());
  return found;
}

Result<std::vector<MikeyInput>> from_base64_text(ByteView input) {
  const auto text = without_spaces(input);
  const auto octets = secret_from_base64(as_text(text));
  if (!octets) return failure(ErrorKind::malformed, "no base64: " + octets.error().text);
  return one(to_record_bytes(octets->reveal()));
}

}  // namespace

Result<std::vector<MikeyInput>> mikey_messages(ByteView input, std::string_view form) {
  if (without_spaces(input).empty()) return failure(ErrorKind::missing, "no message");
  if (form == "auto") form = look(input);
  if (form == "raw") return one(to_record_bytes(input));
  if (form == "hex") return from_digits(input);
  if (form == "base64") return from_base64_text(input);
  return failure(ErrorKind::unknown, "neither octets of a message, nor hexadecimal, base64 or SIP with a=key-mgmt; --from says what it is");
}

}  // namespace li::tool
