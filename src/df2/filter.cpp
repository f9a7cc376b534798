#include "df2/filter_impl.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "sip/bodies.hpp"

namespace li::df2 {
namespace {

struct Range {
  std::size_t begin = 0, end = 0;
};

// "name:" at the start of a line, with blanks before the colon.
bool is_header(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || !same_letters(name, line.substr(0, name.size()))) return false;
  const auto colon = line.find_first_not_of(" \t", name.size());
  return colon != std::string_view::npos && line[colon] == ':';
}

bool is_end(char c) { return c == '\r' || c == '\n'; }

// Where the line that begins at `at` ends, its end included: CRLF, or one of both alone.
std::size_t end_of_line(std::string_view text, std::size_t at) {
  const auto found = text.find_first_of("\r\n", at);
  if (found == std::string_view::npos) return text.size();
  return found + (text.substr(found).starts_with("\r\n") ? 2 : 1);
}

// Calls `each` with every line of text, its end included, and where it starts.
template <typename Each>
void for_lines(std::string_view text, Each each) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = end_of_line(text, at);
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

// In any attribute, as RFC 5939 carries others inside its own, and in any case.
bool is_key_line(std::string_view line) {
  const auto text = in_small(line);
  if (text.starts_with("k=") || text.starts_with("a=crypto") || text.find("inline:") != std::string::npos) return true;
  return text.find("key-mgmt:") != std::string::npos && shows_keys(line);
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
    if (body == text.size() && at > 0 && is_end(line.front())) body = at + line.size();
  });
  return body;
}

bool is_folded(std::string_view line) { return line.front() == ' ' || line.front() == '\t'; }

// Headers with the length that the body has now.
RecordBytes with_length(std::string_view head, ByteView body) {
  RecordBytes out;
  bool replaced = false;
  for_lines(head, [&](std::string_view line, std::size_t) {
    if (replaced && is_folded(line)) return;
    replaced = is_header(line, "Content-Length") || is_header(line, "l");
    if (!replaced) return append(out, as_bytes(line));
    append(out, as_bytes(line.substr(0, line.find(':') + 1)));
    append(out, as_bytes(" " + std::to_string(body.size()) + "\r\n"));
  });
  append(out, body);
  return out;
}

bool is_start_line(std::string_view line) {
  line = line.substr(0, line.find_first_of("\r\n"));
  return line.starts_with("SIP/2.0 ") || (line.ends_with(" SIP/2.0") && std::count(line.begin(), line.end(), ' ') == 2);
}

bool has_name(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon == std::string_view::npos ? 0 : colon);
  const auto is_word = [](char c) { return (small(c) >= 'a' && small(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(name.find_last_not_of(" \t") + 1), is_word);
}

// The start line and headers of what is no SIP message, as far as it looks like one; whatever else is in it may be a user's.
std::string_view head_of(std::string_view text) {
  text.remove_prefix(std::min(text.size(), text.find_first_not_of("\r\n")));
  std::size_t end = 0;
  bool open = true;
  for_lines(text, [&](std::string_view line, std::size_t at) {
    if (!open) return;
    open = at == 0 ? is_start_line(line) : !is_end(line.front()) && (has_name(line) || (is_folded(line) && end > 0));
    if (open || (at > 0 && is_end(line.front()))) end = at + line.size();
  });
  return text.substr(0, end);
}

bool is_encoded(const sip::Part& part) {
  const auto is_plain = [](std::string_view encoding) {
    return encoding.empty() || encoding == "identity" || encoding == "7bit" || encoding == "8bit" || encoding == "binary";
  };
  return !is_plain(part.transfer_encoding) || !is_plain(part.content_encoding);
}

// A message inside the message may have encoded parts of its own.
bool may_encode(ByteView octets) {
  const auto text = in_small(as_text(octets));
  return text.find("content-encoding") != std::string::npos || text.find("content-transfer-encoding") != std::string::npos ||
         text.find("\ne:") != std::string::npos || text.find("\re:") != std::string::npos;
}

enum class Fate { whole, without_keys, empty };

// Content that is no SDP belongs to whoever may have content, as far as it can't hold keys.
Fate fate_of(const sip::Part& part, bool keys_only) {
  const bool is_sdp = part.content_type == "application/sdp";
  if (!keys_only) return is_sdp && !is_encoded(part) && sip::parse_sdp(part.octets) ? Fate::without_keys : Fate::empty;
  if (part.content_type == "application/mikey") return Fate::empty;
  if (is_sdp) return is_encoded(part) ? Fate::empty : Fate::without_keys;
  if (!part.content_type.starts_with("message/")) return Fate::whole;
  return is_encoded(part) || may_encode(part.octets) ? Fate::empty : Fate::without_keys;
}

// Ranges in the body of what has to go; nothing when its parts can't be told apart.
std::optional<std::vector<Range>> content_of(const sip::Message& message, bool keys_only) {
  if (message.header("Content-Encoding") != nullptr) return std::nullopt;
  if (!keys_only && message.cseq_method == "MESSAGE") return std::nullopt;  // whatever it calls its body, it is a user's
  const auto all = sip::split(message);
  if (!all) return std::nullopt;
  std::vector<Range> ranges;
  for (const auto& part : all->parts) {
    const auto begin = part.offset - message.body_offset;
    const auto fate = fate_of(part, keys_only);
    if (fate == Fate::empty) ranges.push_back({begin, begin + part.octets.size()});
    if (fate != Fate::without_keys) continue;
    for (const auto& line : key_lines(as_text(part.octets))) ranges.push_back({begin + line.begin, begin + line.end});
  }
  if (!keys_only) {
    for (const auto& span : all->outside) ranges.push_back({span.begin - message.body_offset, span.end - message.body_offset});
  }
  std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  return ranges;
}

// What is no SIP message.
RecordBytes broken_without_keys(ByteView octets) {
  const auto text = as_text(octets);
  const auto at = body_of(text);
  const auto body = octets.subspan(at);
  return with_length(text.substr(0, at), may_encode(octets) ? RecordBytes{} : sdp_without_keys(body));
}

RecordBytes filtered(const SipEvent& event, bool keys_only) {
  const auto text = as_text(event.octets);
  if (!event.message && keys_only) return broken_without_keys(event.octets);
  if (!event.message) {
    const auto left = head_of(text);
    return with_length(left.empty() ? "\r\n" : left, {});  // a record can't do without a message
  }
  const auto head = text.substr(0, event.message->body_offset);
  const auto ranges = content_of(*event.message, keys_only);
  return with_length(head, ranges ? cut(event.message->body, *ranges) : RecordBytes{});
}

}  // namespace

RecordBytes without_content(const SipEvent& event) { return filtered(event, false); }
RecordBytes without_keys(const SipEvent& event) { return filtered(event, true); }
RecordBytes sdp_without_keys(ByteView sdp) { return cut(sdp, key_lines(as_text(sdp))); }
RecordBytes headers_alone(ByteView headers) { return to_record_bytes(as_bytes(head_of(as_text(headers)))); }

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
