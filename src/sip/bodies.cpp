#include "sip/bodies.hpp"

#include "sip/framing_impl.hpp"
#include "sip/sofia_impl.hpp"

namespace li::sip {
namespace {

constexpr const char* kClause = "RFC 2046 5.1.1";

const Header* find(const std::vector<Header>& headers, std::string_view name) {
  for (const auto& header : headers) {
    if (same_letters(header.name, name)) return &header;
  }
  return nullptr;
}

std::string value_of(const std::vector<Header>& headers, std::string_view name) {
  const auto* header = find(headers, name);
  return header == nullptr ? std::string() : header->value;
}

// Offsets count from the start of the body here, and are moved at the end.
class Splitter {  // NOLINTBEGIN(misc-no-recursion): as deep as the limit says
 public:
  Splitter(std::string_view body, const Limits& limits) : body_(body), limits_(limits) {}

  // What lies in [begin, end), under these headers; `type` is what they mean when they name none.
  Result<void> add(const std::vector<Header>& headers, std::size_t begin, std::size_t end, const char* type, std::size_t depth) {
    MediaType media{type, {}};
    if (const auto* header = find(headers, "Content-Type")) {
      auto read = read_content_type(home_, header->value);
      if (!read) return fault(ErrorKind::malformed, "Content-Type can't be read", begin, "RFC 2045 5.1");
      media = std::move(*read);
    }
    if (media.type.starts_with("multipart/")) return add_multipart(media.boundary, begin, end, depth);
    if (parts.size() == limits_.parts) return fault(ErrorKind::limit, "more parts than the limit", begin, {});
    const auto content_id = value_of(headers, "Content-ID");
    std::string_view id = content_id;
    if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
    const auto disposition = read_disposition(home_, value_of(headers, "Content-Disposition"));
    parts.push_back({std::move(media.type), disposition.value_or(std::string()), std::string(id),
                     in_small(value_of(headers, "Content-Transfer-Encoding")), in_small(value_of(headers, "Content-Encoding")),
                     as_bytes(body_.substr(begin, end - begin)), begin});
    return {};
  }

  std::vector<Part> parts;
  std::vector<Span> outside;

 private:
  Result<void> add_multipart(const std::string& boundary, std::size_t begin, std::size_t end, std::size_t depth) {
    if (boundary.empty()) return fault(ErrorKind::missing, "multipart without a boundary parameter", begin, kClause);
    if (depth == limits_.depth) return fault(ErrorKind::limit, "multipart nested deeper than the limit", begin, {});
    const auto text = body_.substr(0, end);
    const auto delimiter = "--" + boundary;
    std::optional<std::size_t> part;  // where the part that is open began
    for (std::size_t at = begin; at < end;) {
      const auto line = take_line(text, at);
      if (!line.text.starts_with(delimiter)) continue;
      const auto rest = line.text.substr(delimiter.size());
      const bool closing = rest.starts_with("--") && trimmed(rest.substr(2)).empty();
      if (!closing && !trimmed(rest).empty()) continue;
      if (part) {
        if (auto added = add_part(*part, line.offset, depth + 1); !added) return added;
      }
      if (!part) add_outside(begin, line.offset);
      if (closing && part) {
        add_outside(at, end);
        return {};
      }
      if (closing) break;
      part = at;
    }
    const auto* what = part ? "multipart without its closing boundary" : "multipart without its first boundary";
    return fault(ErrorKind::truncated, what, end, kClause);
  }

  void add_outside(std::size_t begin, std::size_t end) {
    if (begin < end) outside.push_back({begin, end});
  }

  // The line end in front of a delimiter belongs to the delimiter; behind headers alone it is their empty line, too.
  Result<void> add_part(std::size_t begin, std::size_t delimiter, std::size_t depth) {
    auto at = begin;
    auto headers = read_headers(body_.substr(0, delimiter), begin, at, limits_);
    if (!headers) return tl::unexpected<Error>(std::move(headers.error()));
    auto end = delimiter;
    if (end > at && body_[end - 1] == '\n') --end;
    if (end > at && body_[end - 1] == '\r') --end;
    return add(*headers, at, end, "text/plain", depth);
  }

  std::string_view body_;
  const Limits& limits_;
  Home home_;
};  // NOLINTEND(misc-no-recursion)

}  // namespace

Result<Split> split(const Message& message, const Limits& limits) {
  if (message.body.empty()) return Split{};
  Splitter splitter(as_text(message.body), limits);
  auto added = splitter.add(message.headers, 0, message.body.size(), "", 0);
  if (!added) {
    auto error = std::move(added.error());
    error.offset = message.body_offset + error.offset.value_or(0);
    return failure(std::move(error));
  }
  for (auto& part : splitter.parts) part.offset += message.body_offset;
  for (auto& span : splitter.outside) span = {span.begin + message.body_offset, span.end + message.body_offset};
  return Split{std::move(splitter.parts), std::move(splitter.outside)};
}

Result<std::vector<Part>> bodies(const Message& message, const Limits& limits) {
  return split(message, limits).map([](Split&& all) { return std::move(all.parts); });
}

}  // namespace li::sip
