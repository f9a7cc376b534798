#include "sip/framing_impl.hpp"

#include <algorithm>

#include "sip/sofia_impl.hpp"

namespace li::sip {
namespace {

constexpr const char* kHeaderClause = "RFC 3261 7.3.1";

bool is_header_name(std::string_view text) {
  constexpr std::string_view kMarks = "-.!%*_+`'~";
  const auto allowed = [&](char c) {
    return (c >= '0' && c <= '9') || (small(c) >= 'a' && small(c) <= 'z') || kMarks.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_fold(const Line& line) { return line.text.front() == ' ' || line.text.front() == '\t'; }

Result<Header> new_header(const Line& line) {
  const auto colon = line.text.find(':');
  if (colon == std::string_view::npos) return fault(ErrorKind::malformed, "a header line without a colon", line.offset, kHeaderClause);
  const auto name = trimmed(line.text.substr(0, colon));
  if (!is_header_name(name)) return fault(ErrorKind::malformed, "a header with a name that is no token", line.offset, kHeaderClause);
  return Header{long_name(name), std::string(trimmed(line.text.substr(colon + 1))), line.offset};
}

Result<void> add_line(const Line& line, std::vector<Header>& headers) {
  if (!is_fold(line)) return new_header(line).map([&](Header&& header) { headers.push_back(std::move(header)); });
  if (headers.empty()) return fault(ErrorKind::malformed, "a folded line in front of the first header", line.offset, kHeaderClause);
  auto& value = headers.back().value;
  if (!value.empty()) value += ' ';
  value += trimmed(line.text);
  return {};
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Line take_line(std::string_view text, std::size_t& at) {
  const auto end = text.find('\n', at);
  Line line{text.substr(at, end == std::string_view::npos ? end : end - at), at, end != std::string_view::npos};
  at = line.ended ? end + 1 : text.size();
  if (line.ended && line.text.ends_with('\r')) line.text.remove_suffix(1);
  return line;
}

Result<void> check_line(const Line& line) {
  const auto bad = line.text.find_first_of(std::string_view("\0\r", 2));
  if (bad == std::string_view::npos) return {};
  return fault(ErrorKind::malformed, "a NUL or a CR that ends no line", line.offset + bad, "RFC 3261 25.1");
}

Result<std::vector<Header>> read_headers(std::string_view text, std::size_t start, std::size_t& at, const Limits& limits) {
  std::vector<Header> headers;
  const auto visible = text.substr(0, start + std::min(limits.header_octets, text.size() - start));
  for (;;) {
    const auto line = take_line(visible, at);
    if (!line.ended && visible.size() < text.size()) return fault(ErrorKind::limit, "headers beyond the limit", visible.size(), {});
    if (!line.ended) return fault(ErrorKind::truncated, "no empty line behind the headers", text.size(), "RFC 3261 7");
    if (line.text.empty()) return headers;
    auto added = check_line(line).and_then([&] { return add_line(line, headers); });
    if (!added) return tl::unexpected<Error>(std::move(added.error()));
  }
}

}  // namespace li::sip
