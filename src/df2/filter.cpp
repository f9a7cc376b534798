#include "df2/filter_impl.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "sip/bodies.hpp"

namespace li::df2 {
namespace {

struct Range {
  std::size_t begin = 0, end = 0;
};

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// "name:" at the start of a line, with blanks before the colon.
bool is_header(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() ||
      !std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) { return small(a) == small(b); }))
    return false;
  const auto colon = line.find_first_not_of(" \t", name.size());
  return colon != std::string_view::npos && line[colon] == ':';
}

// Calls `each` with every line of text, its end included, and where it starts.
template <typename Each>
void for_lines(std::string_view text, Each each) {
  for (std::size_t at = 0; at < text.size();) {
    const auto found = text.find('\n', at);
    const auto end = found == std::string_view::npos ? text.size() : found + 1;
    each(text.substr(at, end - at), at);
    at = end;
  }
}

// "a=key-mgmt:mikey AQ..." whose message shows its keys, or can't be read.
bool shows_keys(std::string_view line) {
  line = line.substr(0, line.find_first_of("\r\n"));
  const auto blank = line.rfind(' ');
  if (blank == std::string_view::npos) return true;
  const auto octets = secret_from_base64(line.substr(blank + 1));
  if (!octets) return true;
  const auto material = read_material(octets->reveal());
  const bool known = material->kind == Material::Kind::init || material->kind == Material::Kind::resp;
  return !known || !material->is_protected;
}

bool is_key_line(std::string_view line) {
  if (line.starts_with("a=crypto:") || line.starts_with("k=")) return true;
  return line.starts_with("a=key-mgmt:") && shows_keys(line);
}

std::vector<Range> key_lines(std::string_view sdp) {
  std::vector<Range> ranges;
  for_lines(sdp, [&](std::string_view line, std::size_t at) {
    if (is_key_line(line)) ranges.push_back({at, at + line.size()});
  });
  return ranges;
}

RecordBytes cut(ByteView octets, const std::vector<Range>& ranges) {
  RecordBytes out;
  std::size_t at = 0;
  for (const auto& range : ranges) {
    if (range.begin > at) append(out, octets.subspan(at, range.begin - at));
    at = std::max(at, range.end);
  }
  append(out, octets.subspan(std::min(at, octets.size())));
  return out;
}

// Where the body begins: behind the first empty line.
std::size_t body_of(std::string_view text) {
  std::size_t body = text.size();
  for_lines(text, [&](std::string_view line, std::size_t at) {
    if (body == text.size() && (line == "\r\n" || line == "\n")) body = at + line.size();
  });
  return body;
}

// Headers with the length that the body has now.
RecordBytes with_length(std::string_view head, ByteView body) {
  RecordBytes out;
  for_lines(head, [&](std::string_view line, std::size_t) {
    if (!is_header(line, "Content-Length") && !is_header(line, "l")) return append(out, as_bytes(line));
    append(out, as_bytes(line.substr(0, line.find(':') + 1)));
    append(out, as_bytes(" " + std::to_string(body.size()) + "\r\n"));
  });
  append(out, body);
  return out;
}

// What lies outside of all parts and is neither delimiter nor header of a part could be text of a user.
void add_outside(std::string_view body, const std::vector<sip::Part>& parts, std::size_t offset, std::vector<Range>& ranges) {
  const auto first = body.starts_with("--") ? 0 : body.find("\n--");
  const auto preamble = first == std::string_view::npos ? body.size() : first;
  if (preamble > 0) ranges.push_back({0, preamble + 1});
  const auto behind = parts.empty() ? 0 : parts.back().offset - offset + parts.back().octets.size();
  const auto closing = body.find("--", body.find("\n--", behind) + 3);
  const auto end = closing == std::string_view::npos ? body.size() : body.find('\n', closing);
  if (end != std::string_view::npos && end + 1 < body.size()) ranges.push_back({end + 1, body.size()});
}

// Ranges in the body of what has to go; nothing when its parts can't be told apart.
std::optional<std::vector<Range>> content_of(const sip::Message& message, bool keys_only) {
  if (message.header("Content-Encoding") != nullptr) return std::nullopt;
  const auto parts = sip::bodies(message);
  if (!parts) return std::nullopt;
  std::vector<Range> ranges;
  for (const auto& part : *parts) {
    const auto begin = part.offset - message.body_offset;
    const bool is_sdp = part.content_type == "application/sdp";
    if (!keys_only && (!is_sdp || !sip::parse_sdp(part.octets))) {
      ranges.push_back({begin, begin + part.octets.size()});
    } else if (is_sdp) {
      for (const auto& line : key_lines(as_text(part.octets))) ranges.push_back({begin + line.begin, begin + line.end});
    }
  }
  if (!keys_only && message.content_type.starts_with("multipart/")) add_outside(as_text(message.body), *parts, message.body_offset, ranges);
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  return ranges;
}

RecordBytes filtered(const SipEvent& event, bool keys_only) {
  const auto text = as_text(event.octets);
  const auto at = event.message ? event.message->body_offset : body_of(text);
  const auto head = text.substr(0, at);
  if (!event.message) {
    const auto body = event.octets.subspan(at);
    return with_length(head, keys_only ? sdp_without_keys(body) : RecordBytes{});
  }
  const auto ranges = content_of(*event.message, keys_only);
  return with_length(head, ranges ? cut(event.message->body, *ranges) : RecordBytes{});
}

}  // namespace

RecordBytes without_content(const SipEvent& event) { return filtered(event, false); }
RecordBytes without_keys(const SipEvent& event) { return filtered(event, true); }
RecordBytes sdp_without_keys(ByteView sdp) { return cut(sdp, key_lines(as_text(sdp))); }

RecordBytes without_body_headers(ByteView headers) {
  RecordBytes out;
  bool dropping = false;
  bool done = false;
  for_lines(as_text(headers), [&](std::string_view line, std::size_t) {
    line = line.substr(0, line.find_first_of("\r\n"));
    done = done || line.empty();
    if (done) return;
    const bool folded = line.front() == ' ' || line.front() == '\t';
    if (!folded) dropping = false;
    for (const auto* name : {"Content-Length", "l", "Content-Type", "c", "Content-Encoding", "e"})
      dropping = dropping || (!folded && is_header(line, name));
    if (dropping) return;
    append(out, as_bytes(line));
    append(out, as_bytes("\r\n"));
  });
  append(out, as_bytes("\r\n"));
  return out;
}

}  // namespace li::df2
