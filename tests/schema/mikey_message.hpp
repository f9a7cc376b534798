// tests/schema/mikey_message.hpp: MIKEY messages by hand (RFC 3830 6, RFC 6043 6), as far as redaction looks at them.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace li::test {

/// Payloads one after the other; the next-payload octets are filled in at the end.
class MikeyMessage {
 public:
  explicit MikeyMessage(std::uint8_t data_type) : octets_{1, data_type, 0, 0, 0x11, 0x22, 0x33, 0x44, 0, 1}, next_(2) {}

  MikeyMessage& payload(std::uint8_t type, const Bytes& body) {
    octets_[next_] = type;
    next_ = octets_.size();
    octets_.push_back(0);
    octets_.insert(octets_.end(), body.begin(), body.end());
    return *this;
  }

  MikeyMessage& time() { return payload(5, Bytes(9, 0)); }
  MikeyMessage& rand() {
    Bytes body(17, 0xAB);
    body[0] = 16;
    return payload(11, body);
  }
  /// KEMAC around a TGK of 16 octets.
  MikeyMessage& kemac(std::uint8_t encryption, const Bytes& key) { return payload(1, kemac_body(encryption, key)); }

  static Bytes kemac_body(std::uint8_t encryption, const Bytes& key) {
    Bytes data{0, 0x20, 0, static_cast<std::uint8_t>(key.size())};
    data.insert(data.end(), key.begin(), key.end());
    if (key.empty()) data.clear();
    Bytes body{encryption, 0, static_cast<std::uint8_t>(data.size())};
    body.insert(body.end(), data.begin(), data.end());
    body.push_back(1);  // HMAC-SHA-1-160
    body.insert(body.end(), 20, 0xCC);
    return body;
  }

  [[nodiscard]] const Bytes& octets() const { return octets_; }

  [[nodiscard]] std::string base64() const {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t at = 0; at < octets_.size(); at += 3) {
      std::uint32_t group = 0;
      for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (at + i < octets_.size() ? octets_[at + i] : 0U);
      for (std::size_t i = 0; i < 4; ++i) out += at + i <= octets_.size() ? kAlphabet[group >> (18 - 6 * i) & 63] : '=';
    }
    return out;
  }

 private:
  Bytes octets_;
  std::size_t next_;  // place of the last next-payload octet
};

}  // namespace li::test
