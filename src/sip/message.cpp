#include "sip/message.hpp"

#include <algorithm>
#include <charconv>

#include "sip/framing_impl.hpp"
#include "sip/sofia_impl.hpp"

namespace li::sip {
namespace {

class Reader {
 public:
  Reader(ByteView octets, const Limits& limits) : text_(as_text(octets)), limits_(limits) {}

  Result<Message> run() {
    auto done = read_start().and_then([&] { return read_header_lines(); }).and_then([&] { return read_dialog(); }).and_then([&] {
      return read_body();
    });
    if (!done) return tl::unexpected<Error>(std::move(done.error()));
    read_others();
    return std::move(message_);
  }

 private:
  Result<void> read_start() {
    while (at_ < text_.size() && (text_[at_] == '\r' || text_[at_] == '\n')) ++at_;
    start_ = at_;
    const auto line = take_line(text_.substr(0, start_ + std::min(limits_.header_octets, text_.size() - start_)), at_);
    if (!line.ended && at_ < text_.size()) return fault(ErrorKind::limit, "a start line beyond the limit", at_, {});
    if (!line.ended) return fault(ErrorKind::truncated, "no whole start line", text_.size(), "RFC 3261 7");
    if (auto checked = check_line(line); !checked) return checked;
    auto start = read_start_line(home_, line.text);
    if (!start) return fault(ErrorKind::malformed, "neither a request line nor a status line", start_, "RFC 3261 7.1, 7.2");
    if (start->version != "SIP/2.0") return fault(ErrorKind::unexpected, "another version than SIP/2.0", start_, "RFC 3261 7.1");
    message_.method = std::move(start->method);
    message_.request_uri = std::move(start->uri);
    message_.status = static_cast<int>(start->status);
    message_.phrase = std::move(start->phrase);
    return {};
  }

  Result<void> read_header_lines() {
    return read_headers(text_, start_, at_, limits_).map([&](std::vector<Header>&& headers) {
      message_.headers = std::move(headers);
      message_.body_offset = at_;
    });
  }

  // The one header of that name.
  Result<const Header*> only(const char* name) {
    const auto all = message_.headers_named(name);
    if (all.empty()) return failure(ErrorKind::missing, std::string("no ") + name, "RFC 3261 8.1.1");
    if (all.size() > 1) return fault(ErrorKind::malformed, std::string("a second ") + name, all[1]->offset, "RFC 3261 7.3.1");
    return all[0];
  }

  // Reads the one header of that name into `to`.
  template <typename Read, typename Value>
  Result<void> need(const char* name, Read read, Value& to) {
    return only(name).and_then([&](const Header* header) -> Result<void> {
      auto value = read(home_, header->value);
      if (!value) return fault(ErrorKind::malformed, std::string(name) + " can't be read", header->offset, "RFC 3261 25.1");
      to = std::move(*value);
      return {};
    });
  }

  Result<void> read_dialog() {
    const auto as_is = [](const Home&, const std::string& value) { return value.empty() ? std::nullopt : std::optional(value); };
    Sequence cseq;
    return need("Call-ID", as_is, message_.call_id)
        .and_then([&] { return need("CSeq", read_cseq, cseq); })
        .and_then([&] { return need("From", read_from, message_.from); })
        .and_then([&] { return need("To", read_to, message_.to); })
        .map([&] {
          message_.cseq = cseq.number;
          message_.cseq_method = std::move(cseq.method);
        });
  }

  [[nodiscard]] Result<std::size_t> content_length(std::size_t there) const {
    std::optional<std::size_t> length;
    for (const auto* header : message_.headers_named("Content-Length")) {
      std::size_t value = 0;
      const auto* end = header->value.data() + header->value.size();
      const auto [stop, error] = std::from_chars(header->value.data(), end, value);
      if (stop != end || error != std::errc{}) {
        return fault(ErrorKind::malformed, "Content-Length is no number of octets", header->offset, "RFC 3261 20.14");
      }
      if (length.value_or(value) != value) {
        return fault(ErrorKind::malformed, "a second Content-Length with another value", header->offset, "RFC 3261 7.3.1");
      }
      length = value;
    }
    return length.value_or(there);
  }

  Result<void> read_body() {
    const auto there = text_.size() - at_;
    return content_length(there).and_then([&](std::size_t length) -> Result<void> {
      if (length > limits_.body_octets) return fault(ErrorKind::limit, "a body beyond the limit", at_, {});
      if (length > there) return fault(ErrorKind::truncated, "a body shorter than Content-Length", text_.size(), "RFC 3261 18.3");
      message_.body = to_record_bytes(as_bytes(text_.substr(at_, length)));
      return {};
    });
  }

  void finding(const Header& header, ErrorKind kind, const std::string& text, std::string clause) {
    message_.findings.push_back({kind, header.name + text, header.offset, {}, std::move(clause)});
  }

  // Reads a header that the dialog does not need; a fault is a finding.
  template <typename Read, typename Use>
  void want(const Header* header, const char* clause, Read read, Use use) {
    if (header == nullptr) return;
    const auto commas = static_cast<std::size_t>(std::count(header->value.begin(), header->value.end(), ','));
    if (commas > limits_.list_items) return finding(*header, ErrorKind::limit, " with more items than the limit", {});
    auto value = read(home_, header->value);
    if (!value) return finding(*header, ErrorKind::malformed, " can't be read", clause);
    use(std::move(*value));
  }

  void read_others() {
    const auto into = [](std::string& to) { return [&to](std::string&& value) { to = std::move(value); }; };
    auto& identities = message_.p_asserted_identity;
    for (const auto* header : message_.headers_named("P-Asserted-Identity")) {
      want(header, "RFC 3325 9.1", read_p_asserted_identity, [&](std::vector<std::string>&& uris) {
        identities.insert(identities.end(), std::make_move_iterator(uris.begin()), std::make_move_iterator(uris.end()));
      });
    }
    want(message_.header("Via"), "RFC 3261 20.42", read_branch, into(message_.branch));
    want(message_.header("Contact"), "RFC 3261 20.10", read_contact, into(message_.contact));
    want(message_.header("P-Charging-Vector"), "RFC 7315 5.6", read_icid, into(message_.icid));
    want(message_.header("Content-Type"), "RFC 3261 20.15", read_content_type,
         [&](MediaType&& type) { message_.content_type = std::move(type.type); });
  }

  std::string_view text_;
  const Limits& limits_;
  Home home_;
  Message message_;
  std::size_t start_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

const Header* Message::header(std::string_view name) const {
  const auto wanted = long_name(name);
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& one) { return same_letters(one.name, wanted); });
  return found == headers.end() ? nullptr : &*found;
}

std::vector<const Header*> Message::headers_named(std::string_view name) const {
  const auto wanted = long_name(name);
  std::vector<const Header*> all;
  for (const auto& one : headers) {
    if (same_letters(one.name, wanted)) all.push_back(&one);
  }
  return all;
}

Result<Message> parse(ByteView octets, const Limits& limits) { return Reader(octets, limits).run(); }

}  // namespace li::sip
