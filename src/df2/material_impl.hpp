// df2/material_impl.hpp: what the parts of the pipeline hand to each other: hashes, shared octets, and key management read from SDP.
//
// Source:  RFC 4567 (a=key-mgmt), RFC 6043 clauses 4.2.2, 5.2 and 6.10.
// Units:   octets.
// Errors:  none; what could not be read says so.
// Owns:    octets are shared and overwritten by the last who lets go.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "mikey/message.hpp"

namespace li::df2 {

using Hash = std::array<std::uint8_t, 16>;
using Octets = std::shared_ptr<const RecordBytes>;

/// Of the parts with their lengths, so that no two lists of parts give the same.
[[nodiscard]] Hash hash_of(std::initializer_list<ByteView> parts);
[[nodiscard]] Hash hash_of(std::string_view kind, std::initializer_list<std::string_view> parts);
[[nodiscard]] std::uint64_t short_hash(const Hash& hash);

struct HashOfHash {
  std::size_t operator()(const Hash& hash) const { return short_hash(hash); }
};

/// A MIKEY message out of a=key-mgmt.
struct Material {
  enum class Kind { init, resp, other, broken };
  Kind kind = Kind::broken;
  Octets octets;
  Hash hash{};
  std::uint32_t csb_id = 0;
  std::optional<Hash> ticket;        ///< of its TICKET without Initiator Data
  bool reusable = false;             ///< flag J
  bool wants_resp = true;            ///< flag F, or V of a CSB update
  bool is_protected = true;          ///< false: keys of the ticket are to be read by anybody, or it proves no origin
  std::string initiator, responder;  ///< data of IDRi and IDRr of the message; empty without
};

[[nodiscard]] std::shared_ptr<const Material> read_material(ByteView octets);

/// What keys an m= line.
struct KeyLine {
  std::shared_ptr<const Material> material;  ///< null without a=key-mgmt:mikey
  bool rejected = false;                     ///< port 0
  bool plain = false;                        ///< a profile without security
  bool sdes = false;
};

}  // namespace li::df2
