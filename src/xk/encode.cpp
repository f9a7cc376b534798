// Values to XML. Base64 and a few known words need no library, and so no copy of a key stays in one.
#include <array>
#include <set>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "xk/messages.hpp"

namespace li::xk {
namespace {

tl::unexpected<Error> refuse(ErrorKind kind, std::string path, std::string text) {
  return failure(Error{kind, std::move(text), std::nullopt, std::move(path), "xk.xsd"});
}

bool is_request_id(std::string_view text) {
  constexpr auto kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";
  return !text.empty() && text.size() <= 64 && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

// U+FFFE and U+FFFF are no characters of XML, nor are control characters; the schema forbids spaces.
bool is_identity(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') return false;
  }
  const bool is_xml = text.find("\xEF\xBF\xBE") == std::string_view::npos && text.find("\xEF\xBF\xBF") == std::string_view::npos;
  return !text.empty() && is_utf8(as_bytes(text)) && is_xml && characters(text) <= 1024;
}

Result<void> check_size(std::size_t size, std::size_t most, const char* path) {
  if (size == 0) return refuse(ErrorKind::missing, path, "no octets");
  if (size > most) return refuse(ErrorKind::out_of_range, path, std::to_string(size) + " octets, allowed 1.." + std::to_string(most));
  return {};
}

Result<void> check(const Exchange& exchange) {
  auto checked = check_size(exchange.transfer_init.size(), kMaxMessage, "transferInit");
  if (checked && exchange.transfer_resp) checked = check_size(exchange.transfer_resp->size(), kMaxMessage, "transferResp");
  return checked;
}

Result<void> check(const SessionKey& key) {
  auto checked = check_size(key.key.size(), kMaxKey, "key");
  if (checked && key.salt) checked = check_size(key.salt->size(), kMaxKey, "salt");
  if (checked && key.spi) checked = check_size(key.spi->size(), 255, "spi");
  return checked;
}

Result<void> check(const std::vector<CryptoSession>& sessions) {
  if (sessions.empty()) return refuse(ErrorKind::missing, "cryptoSession", "neither a crypto session nor a reason");
  std::set<std::uint8_t> seen;
  for (const auto& session : sessions) {
    if (!seen.insert(session.cs_id).second) return refuse(ErrorKind::unexpected, "cryptoSession", "the same CS ID twice");
    const auto* key = std::get_if<SessionKey>(&session.answer);
    if (auto checked = key != nullptr ? check(*key) : Result<void>(); !checked) return checked;
  }
  return {};
}

class Writer {
 public:
  explicit Writer(std::string_view root) : root_(root) {
    put(R"(<?xml version="1.0" encoding="UTF-8"?>)");
    put("\n<");
    put(root_);
    put(R"( xmlns="urn:hi2kit:xk:1">)");
  }

  void put(std::string_view text) { append(out_, as_bytes(text)); }
  void open(std::string_view name) { put("<"), put(name), put(">"); }
  void close(std::string_view name) { put("</"), put(name), put(">"); }

  void element(std::string_view name, std::string_view text) {
    open(name);
    escaped(text);
    close(name);
  }
  void base64(std::string_view name, ByteView octets) {
    open(name);
    append(out_, secret_to_base64(octets));
    close(name);
  }
  void exchange(const Exchange& exchange) {
    base64("transferInit", exchange.transfer_init);
    if (exchange.transfer_resp) base64("transferResp", *exchange.transfer_resp);
  }

  RecordBytes finish() {
    close(root_);
    put("\n");
    return std::move(out_);
  }

 private:
  void escaped(std::string_view text) {
    for (const char c : text) {
      if (c == '&') put("&amp;");
      else if (c == '<') put("&lt;");
      else if (c == '>') put("&gt;");
      else put({&c, 1});
    }
  }

  std::string_view root_;
  RecordBytes out_;
};

void write(Writer& writer, const CryptoSession& session) {
  writer.put("<cryptoSession csId=\"" + std::to_string(session.cs_id) + "\"");
  if (session.ssrc) {
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < 4; ++i) octets[i] = static_cast<std::uint8_t>(*session.ssrc >> (24 - 8 * i));
    writer.put(" ssrc=\"" + to_hex(octets) + "\"");
  }
  writer.put(">");
  if (const auto* key = std::get_if<SessionKey>(&session.answer)) {
    writer.base64("key", key->key.reveal());
    if (key->salt) writer.base64("salt", key->salt->reveal());
    if (key->spi) writer.element("spi", to_hex(*key->spi));
  } else {
    writer.element("reason", to_string(std::get<Reason>(session.answer)));
  }
  writer.close("cryptoSession");
}

}  // namespace

std::variant<SessionKey, Reason> answer_of(SessionKey key) {
  if (key.salt && key.salt->empty()) key.salt.reset();
  if (key.spi && key.spi->empty()) key.spi.reset();
  if (!check(key)) return Reason::no_key;
  return key;
}

Result<RecordBytes> encode_request(const GetKeys& request) {
  if (!is_request_id(request.request_id)) return refuse(ErrorKind::malformed, "get_keys.requestId", "1 to 64 letters, digits and ._:-");
  if (!is_identity(request.target)) return refuse(ErrorKind::malformed, "get_keys.target", "1 to 1024 characters without a space");
  auto checked = check(request.exchange);
  if (checked && request.initial) checked = check(*request.initial);
  if (!checked) return failure(checked.error());

  Writer writer("get_keys");
  writer.element("requestId", request.request_id);
  writer.element("target", request.target);
  writer.exchange(request.exchange);
  if (request.initial) {
    writer.open("initial");
    writer.exchange(*request.initial);
    writer.close("initial");
  }
  return writer.finish();
}

Result<RecordBytes> encode_response(const GetKeysResponse& response) {
  if (!response.request_id.empty() && !is_request_id(response.request_id))
    return refuse(ErrorKind::malformed, "get_keys_response.requestId", "1 to 64 letters, digits and ._:-");
  const auto* sessions = std::get_if<std::vector<CryptoSession>>(&response.answer);
  if (const auto checked = sessions != nullptr ? check(*sessions) : Result<void>(); !checked) return failure(checked.error());

  Writer writer("get_keys_response");
  if (!response.request_id.empty()) writer.element("requestId", response.request_id);
  if (sessions == nullptr) writer.element("reason", to_string(std::get<Reason>(response.answer)));
  else
    for (const auto& session : *sessions) write(writer, session);
  return writer.finish();
}

}  // namespace li::xk
