// mikey/describe.hpp: a decoded message as names and values, for whoever shows it or compares it.
//
// Source:  RFC 3830 clause 6, RFC 6043 clause 6 and appendix A; the names are those of the test vectors (docs/mikey-vectors.md).
// Units:   offsets and lengths are octets from the start of the message.
// Errors:  none; every message that decode gave can be described. Nothing has been verified, and nothing is here.
// Owns:    a description owns all it holds; octets are wiped when freed, for some may be keys.
#pragma once

#include "mikey/message.hpp"

namespace li::mikey {

/// Octets of a member. `secret` ones are keys, or may be: they stand in the clear in the message.
struct Octets {
  RecordBytes octets;
  bool secret = false;
};

struct Described;

/// Nothing, a number, a word, octets, a list of numbers, or described payloads one after the other.
using Value = std::variant<std::monostate, std::uint64_t, std::string, Octets, std::vector<std::uint64_t>, std::vector<Described>>;

struct Member {
  std::string_view name;
  Value value;
  std::string meaning;  ///< the registry's word for a number, octets as text, a time as a date; empty when there is nothing to say
};

/// A payload, a crypto session of the map, a key or a parameter: its members in the order of the wire.
struct Described {
  std::vector<Member> members;
};

struct Description {
  std::string_view data_type;
  std::vector<Described> payloads;  ///< the first is the HDR
};

[[nodiscard]] Description describe(const Message& message);

/// "2026-11-20 12:00:01.204 UTC" for NTP time stamps (years 1968 to 2104), "counter 7" for COUNTER; empty for others.
[[nodiscard]] std::string time_text(std::uint8_t ts_type, ByteView value);

/// Places in the message that hold keys in the clear, or may.
struct SecretPlace {
  std::size_t offset = 0;
  std::size_t length = 0;
};
[[nodiscard]] std::vector<SecretPlace> secret_places(const Message& message);

}  // namespace li::mikey
