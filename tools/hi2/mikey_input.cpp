#include "hi2/mikey_input.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "sip/bodies.hpp"
#include "sip/sdp.hpp"

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

std::string_view first_line(ByteView input) {
  auto text = as_text(input);
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  return text.substr(0, text.find_first_of("\r\n"));
}

bool is_sip(ByteView input) {
  constexpr std::string_view kVersion = "SIP/2.0";
  const auto line = first_line(input);
  return line.starts_with(kVersion) || line.ends_with(kVersion);
}

// Octets of a message begin with version 1, which no text does.
std::string_view look(ByteView input) {
  if (is_sip(input)) return "sip";
  if (std::any_of(input.begin(), input.end(), [](std::uint8_t c) { return c < 0x20 && !is_space(static_cast<char>(c)); })) return "raw";
  const auto text = without_spaces(input);
  if (all(text, is_digit)) return "hex";
  if (all(text, is_base64)) return "base64";
  return "sip";
}

std::vector<MikeyInput> one(ByteView octets) {
  std::vector<MikeyInput> found;
  found.push_back({SecretBytes(octets), {}});
  return found;
}

Result<std::vector<MikeyInput>> from_digits(ByteView input) {
  const auto text = without_spaces(input);
  auto octets = from_hex(as_text(text));
  if (!octets) return failure(ErrorKind::malformed, "these are no octets in hexadecimal digits");
  auto found = one(*octets);
  wipe(octets->data(), octets->size());
  return found;
}

Result<std::vector<MikeyInput>> from_base64_text(ByteView input) {
  const auto text = without_spaces(input);
  const auto octets = secret_from_base64(as_text(text));
  if (!octets) return failure(ErrorKind::malformed, "this is no base64: " + octets.error().text);
  return one(octets->reveal());
}

// A description in an input: `ahead` octets of the input stand ahead of it, or (less than 0) were put ahead of the input.
struct Description {
  ByteView octets;
  std::ptrdiff_t ahead = 0;
};

Error moved(Error error, std::ptrdiff_t ahead) {
  const auto offset = static_cast<std::ptrdiff_t>(error.offset.value_or(0)) + ahead;
  error.offset = offset < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(offset));
  return error;
}

void take(const std::vector<sip::KeyManagement>& attributes, const std::string& where, std::ptrdiff_t ahead,
          std::vector<MikeyInput>& found) {
  for (const auto& one : attributes) {
    if (one.protocol != "mikey") continue;
    auto octets = one.octets ? Result<SecretBytes>(one.octets->copy()) : failure(moved(one.octets.error(), ahead));
    found.push_back({std::move(octets), where});
  }
}

Result<void> take_sdp(const Description& description, std::vector<MikeyInput>& found) {
  const auto sdp = sip::parse_sdp(description.octets);
  if (!sdp) return failure(moved(sdp.error(), description.ahead));
  take(sdp->key_management, "session level", description.ahead, found);
  for (std::size_t i = 0; i < sdp->media.size(); ++i)
    take(sdp->media[i].key_management, "m= line " + std::to_string(i + 1), description.ahead, found);
  return {};
}

Result<void> take_bodies(ByteView octets, std::vector<MikeyInput>& found) {
  const auto message = sip::parse(octets);
  if (!message) return failure(message.error());
  const auto parts = sip::bodies(*message);
  if (!parts) return failure(parts.error());
  for (const auto& part : *parts) {
    if (part.content_type == "application/mikey") found.push_back({SecretBytes(part.octets), "application/mikey"});
    if (part.content_type != "application/sdp") continue;
    if (auto taken = take_sdp({part.octets, static_cast<std::ptrdiff_t>(part.offset)}, found); !taken) return taken;
  }
  return {};
}

// Attributes alone, made a description with what must stand ahead of them.
Result<void> take_lines(ByteView lines, std::vector<MikeyInput>& found) {
  constexpr std::string_view kAhead = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
  RecordBytes sdp;
  append(sdp, as_bytes(kAhead));
  append(sdp, lines);
  if (sdp.back() != '\n') append(sdp, as_bytes("\r\n"));
  return take_sdp({sdp, -static_cast<std::ptrdiff_t>(kAhead.size())}, found);
}

Result<std::vector<MikeyInput>> from_sip(ByteView input) {
  std::vector<MikeyInput> found;
  const auto taken = is_sip(input)                         ? take_bodies(input, found)
                     : first_line(input).starts_with("v=") ? take_sdp({input}, found)
                     : first_line(input).starts_with("a=key-mgmt:")
                         ? take_lines(input, found)
                         : failure(ErrorKind::unknown, "this is no SIP message, SDP or a=key-mgmt line");
  if (!taken) return failure(taken.error());
  if (found.empty()) return failure(ErrorKind::missing, "no a=key-mgmt:mikey in it");
  return found;
}

}  // namespace

Result<std::vector<MikeyInput>> mikey_messages(ByteView input, std::string_view form) {
  if (without_spaces(input).empty()) return failure(ErrorKind::missing, "no message");
  if (form == "auto") form = look(input);
  if (form == "raw") return one(input);
  if (form == "hex") return from_digits(input);
  if (form == "base64") return from_base64_text(input);
  return from_sip(input);
}

}  // namespace li::tool
