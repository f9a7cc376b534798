// sip/sdp.hpp: one session description, read, with what keys its media.
//
// Source:  RFC 4566 (SDP), RFC 4567 (a=key-mgmt), RFC 4568 (a=crypto), TS 24.229 7.5.2 (a=3ge2ae), RFC 3264 (port 0),
//          RFC 5576 (a=ssrc), RFC 5888 (a=mid), RFC 8122 (a=fingerprint, a=setup).
// Units:   offsets are octets from the start of the description; clock rates are Hz; packet times milliseconds.
// Errors:  what breaks the grammar of lines is refused as a whole. A fault in one key management or crypto attribute stays with
//          it, in its place; a fault in another attribute is a finding. No error holds text of the description.
// Owns:    an Sdp owns all it holds. Keys, and key management data, which may be keys, are SecretBytes; no other copy is made.
//
// parse_sdp() does not judge key management data beyond base64, nor whether a key fits its suite.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "sip/limits.hpp"

namespace li::sip {

/// a=key-mgmt. The protocol's name is as written: "mikey" is case-sensitive.
struct KeyManagement {
  std::string protocol;
  Result<SecretBytes> octets;
  std::size_t offset = 0;  ///< of the base64 text
};

/// One inline key of a=crypto.
struct InlineKey {
  SecretBytes key_and_salt;
  std::optional<std::uint64_t> lifetime;  ///< packets
  Bytes mki;                              ///< as it stands in packets; empty without
};

/// a=crypto. A key method other than inline gives no key. Of FEC_KEY, which holds keys, only the name is kept.
struct Crypto {
  unsigned tag = 0;
  std::string suite;
  std::vector<InlineKey> keys;
  std::vector<std::string> session_parameters;
};

/// A format of RTP: from a=rtpmap, or one of the fixed payload types; name is empty for one that is neither.
struct Codec {
  unsigned payload_type = 0;
  std::string name;
  unsigned long clock_rate = 0;
  unsigned channels = 1;
  std::string fmtp;
};

enum class Direction { sendrecv, sendonly, recvonly, inactive };
enum class AccessEdge { none, requested, applied };

/// An m= line and what belongs to it. What can stand at session level, too, is what holds for this line, but for key_management.
struct Media {
  std::string type;  ///< "audio"
  unsigned port = 0;
  std::string proto;                 ///< "RTP/SAVP"
  std::vector<std::string> formats;  ///< as in the m= line
  std::vector<Codec> codecs;         ///< of the formats, when proto is RTP
  std::string address;               ///< host of the Internet connection; empty when there is none
  Direction direction = Direction::sendrecv;
  std::optional<unsigned> ptime;
  std::string mid;
  std::vector<std::uint32_t> ssrcs;  ///< each once
  std::string setup;
  std::string fingerprint;  ///< "sha-256 4A:AD:..."
  AccessEdge access_edge = AccessEdge::none;
  std::vector<KeyManagement> key_management;  ///< of this level only, see key_management()
  std::vector<Result<Crypto>> crypto;
  std::size_t offset = 0;  ///< of the m= line

  [[nodiscard]] bool rejected() const { return port == 0; }
};

struct Sdp {
  std::vector<KeyManagement> key_management;  ///< at session level
  std::vector<Media> media;
  std::vector<Error> findings;
};

[[nodiscard]] Result<Sdp> parse_sdp(ByteView octets, const Limits& limits = {});

/// Key management data that holds for an m= line.
struct EffectiveKeyManagement {
  std::size_t media = 0;  ///< index of the m= line
  bool session_level = false;
  const KeyManagement* attribute = nullptr;  ///< in the Sdp, which must outlive this
};

/// What holds for each m= line, rejected ones included, in their order: its own attributes, or when it has none, those at session
/// level (RFC 4567 3.1: a media-level attribute overrides the session level).
[[nodiscard]] std::vector<EffectiveKeyManagement> key_management(const Sdp& sdp);
std::vector<EffectiveKeyManagement> key_management(const Sdp&&) = delete;

/// Names of all protocols offered, each once, in the order of the description: what RFC 4567's list against bidding down holds,
/// there joined by semicolons, and carried in MIKEY's General Extension of type 1.
[[nodiscard]] std::vector<std::string> offered_protocols(const Sdp& sdp);

}  // namespace li::sip
