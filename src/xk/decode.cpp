// Trees to values. What the schema has promised is not checked again, only read; base64 is stricter here (unused bits are zero).
#include <charconv>

#include "base/base64.hpp"
#include "xk/document_impl.hpp"
#include "xk/messages.hpp"

namespace li::xk {
namespace {

tl::unexpected<Error> misplaced(const char* path, std::string text) {
  return failure(Error{ErrorKind::unexpected, std::move(text), std::nullopt, path, "xk.xsd"});
}

// The elements of one parent, one after the other.
class Cursor {
 public:
  explicit Cursor(const Element& parent) : at_(parent.first()) {}
  /// The next element, if it has that name.
  std::optional<Element> take(std::string_view name) {
    if (!at_ || !at_->is(name)) return std::nullopt;
    const auto taken = at_;
    at_ = at_->next();
    return taken;
  }

 private:
  std::optional<Element> at_;
};

Result<SecretBytes> secret_of(const Element& element, const char* path) {
  auto octets = secret_from_base64(element.secret());
  if (!octets) return failure(Error{ErrorKind::malformed, octets.error().text, std::nullopt, path, "RFC 4648 4"});
  return octets;
}

Result<RecordBytes> message_of(const Element& element, const char* path) {
  const auto octets = secret_of(element, path);
  if (!octets) return failure(octets.error());
  return to_record_bytes(octets->reveal());
}

Result<Exchange> exchange_of(Cursor& cursor) {
  Exchange exchange;
  const auto init_element = cursor.take("transferInit");
  if (!init_element) return misplaced("transferInit", "missing");
  auto init = message_of(*init_element, "transferInit");
  if (!init) return failure(init.error());
  exchange.transfer_init = std::move(*init);
  if (const auto element = cursor.take("transferResp")) {
    auto resp = message_of(*element, "transferResp");
    if (!resp) return failure(resp.error());
    exchange.transfer_resp = std::move(*resp);
  }
  return exchange;
}

Result<Reason> reason_of(const Element& element) {
  const auto reason = parse_reason(element.text());
  if (!reason) return misplaced("reason", "not a word of the list");
  return *reason;
}

Result<SessionKey> session_key_of(Cursor& cursor) {
  SessionKey key;
  const auto element = cursor.take("key");
  if (!element) return misplaced("key", "missing");
  auto octets = secret_of(*element, "key");
  if (!octets) return failure(octets.error());
  key.key = std::move(*octets);
  if (const auto salt_element = cursor.take("salt")) {
    auto salt = secret_of(*salt_element, "salt");
    if (!salt) return failure(salt.error());
    key.salt = std::move(*salt);
  }
  if (const auto spi_element = cursor.take("spi")) {
    auto spi = from_hex(spi_element->text());
    if (!spi) return failure(spi.error());
    key.spi = std::move(*spi);
  }
  return key;
}

template <typename Number>
bool read_number(std::string_view text, int base, Number& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

Result<CryptoSession> crypto_session_of(const Element& element) {
  CryptoSession session;
  if (!read_number(element.attribute("csId").value_or(""), 10, session.cs_id)) return misplaced("cryptoSession", "no CS ID");
  if (const auto text = element.attribute("ssrc"); text && !read_number(*text, 16, session.ssrc.emplace()))
    return misplaced("cryptoSession", "no SSRC");
  Cursor cursor(element);
  if (const auto reason_element = cursor.take("reason")) {
    const auto reason = reason_of(*reason_element);
    if (!reason) return failure(reason.error());
    session.answer = *reason;
    return session;
  }
  auto key = session_key_of(cursor);
  if (!key) return failure(key.error());
  session.answer = std::move(*key);
  return session;
}

}  // namespace

Result<GetKeys> decode_request(ByteView document) {
  const auto tree = Document::parse(document);
  if (!tree) return failure(tree.error());
  if (!tree->root().is("get_keys")) return misplaced("get_keys_response", "an answer where a request belongs");
  GetKeys request;
  Cursor cursor(tree->root());
  if (const auto element = cursor.take("requestId")) request.request_id = element->text();
  if (const auto element = cursor.take("target")) request.target = element->text();
  auto exchange = exchange_of(cursor);
  if (!exchange) return failure(exchange.error());
  request.exchange = std::move(*exchange);
  if (const auto element = cursor.take("initial")) {
    Cursor inside(*element);
    auto initial = exchange_of(inside);
    if (!initial) return failure(initial.error());
    request.initial = std::move(*initial);
  }
  return request;
}

Result<GetKeysResponse> decode_response(ByteView document) {
  const auto tree = Document::parse(document);
  if (!tree) return failure(tree.error());
  if (!tree->root().is("get_keys_response")) return misplaced("get_keys", "a request where an answer belongs");
  GetKeysResponse response;
  Cursor cursor(tree->root());
  if (const auto element = cursor.take("requestId")) response.request_id = element->text();
  if (const auto element = cursor.take("reason")) {
    const auto reason = reason_of(*element);
    if (!reason) return failure(reason.error());
    response.answer = *reason;
    return response;
  }
  std::vector<CryptoSession> sessions;
  while (const auto element = cursor.take("cryptoSession")) {
    auto session = crypto_session_of(*element);
    if (!session) return failure(session.error());
    sessions.push_back(std::move(*session));
  }
  response.answer = std::move(sessions);
  return response;
}

}  // namespace li::xk
