// hi2-callsim/sip_text.hpp: SIP messages and their SDP, written.
//
// Source:  RFC 3261, 3262, 3264, 3325, 4566, 4567, 4568, 7315; TS 24.229 7.5.2.
// Units:   ports and SSRCs as numbers.
// Errors:  none.
// Owns:    plain values. SDP with inline keys is no secret here: the keys are made for a simulation and go into SIP as they are.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace li::callsim {

struct MediaLine {
  std::string type = "audio";
  std::uint16_t port = 0;
  bool encrypted = true;  ///< RTP/SAVP
  unsigned payload_type = 0;
  std::string codec = "PCMU/8000";
  std::uint32_t ssrc = 0;
  std::vector<std::string> attributes;  ///< without "a="
};

struct Description {
  std::string address;
  std::vector<std::string> attributes;  ///< at session level
  std::vector<MediaLine> lines;

  [[nodiscard]] std::string text() const;
};

/// "key-mgmt:mikey AQ4F..."
[[nodiscard]] std::string key_mgmt(ByteView mikey);
/// "crypto:1 AES_CM_128_HMAC_SHA1_80 inline:..."
[[nodiscard]] std::string crypto_line(ByteView key, ByteView salt);

struct SipText {
  std::string start_line;
  std::vector<std::string> headers;  ///< "Name: value"
  std::string content_type;          ///< empty: no body
  std::string body;

  [[nodiscard]] std::string text() const;
  /// What is before the body, as format 14 carries it.
  [[nodiscard]] std::string head() const;
};

}  // namespace li::callsim
