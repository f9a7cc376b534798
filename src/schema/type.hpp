// schema/type.hpp: what the ASN.1 modules say, in a form that readers and writers run on.
//
// Source:  the tables that asn1c makes from asn1/*.asn (X.680); read once, at first use.
// Units:   bounds count octets for OCTET STRING, bits for BIT STRING, characters for other strings,
//          items for lists; for INTEGER they bound the value.
// Errors:  find() returns null for a name that no module has. A table that this code can't read is a bug
//          of the build and throws std::logic_error at first use.
// Owns:    types live as long as the program; everything here is lent.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ber/tlv.hpp"

namespace li::schema {

enum class Kind : std::uint8_t {
  sequence,
  sequence_of,
  set_of,
  choice,
  boolean,
  integer,
  enumerated,
  null,
  object_identifier,
  relative_oid,
  octet_string,
  bit_string,
  utf8_string,
  printable_string,
  numeric_string,
  ia5_string,
  visible_string,
  generalized_time,
  utc_time,
};

/// "OCTET STRING" and so on, as ASN.1 writes it.
[[nodiscard]] std::string_view to_string(Kind kind);

[[nodiscard]] constexpr bool is_list(Kind kind) { return kind == Kind::sequence_of || kind == Kind::set_of; }
[[nodiscard]] constexpr bool is_constructed(Kind kind) { return kind <= Kind::choice; }
/// Kinds whose octets may come in segments (X.690 8.6, 8.7, 8.23).
[[nodiscard]] constexpr bool is_string(Kind kind) { return kind >= Kind::octet_string; }
/// Kinds whose octets are characters.
[[nodiscard]] constexpr bool is_text(Kind kind) { return kind >= Kind::utf8_string; }

struct Bounds {
  std::optional<std::int64_t> low;
  std::optional<std::int64_t> high;
  bool extensible = false;
  [[nodiscard]] bool allow(std::int64_t value) const { return (!low || value >= *low) && (!high || value <= *high); }
  [[nodiscard]] bool any() const { return low || high; }
};

/// "3..8", "4", "up to 9": for messages.
[[nodiscard]] std::string to_string(const Bounds& bounds);

struct Enumerator {
  std::int64_t value = 0;
  std::string_view name;
};

/// What a member's octets give away (see redact.hpp).
enum class Secrecy : std::uint8_t {
  none,
  key,      ///< the value is key material
  sip,      ///< a SIP message or SDP that may carry keys in a=crypto or a=key-mgmt lines
  payload,  ///< an EncryptedPayload that may be in clear, with a record inside
};

struct Type;

/// A component of a SEQUENCE, an alternative of a CHOICE, or the item of a list.
struct Member {
  ber::Tag tag;             ///< outermost tag; meaningless for an untagged CHOICE
  std::uint16_t index = 0;  ///< place in the type, from 0
  bool optional = false;    ///< OPTIONAL, DEFAULT, or an extension addition
  bool untagged = false;    ///< a CHOICE without a tag: starts with the tag of one of its alternatives
  const Type* type = nullptr;
  std::string_view name;         ///< the published identifier; empty for the item of a list
  std::vector<ber::Tag> tags;    ///< outermost first, the type's own included; none for an untagged CHOICE
  std::vector<ber::Tag> starts;  ///< the tags that its encoding may start with
  Bounds bounds;                 ///< of this member, or else of its type
  std::optional<std::int64_t> default_value;
  Secrecy secrecy = Secrecy::none;

  [[nodiscard]] bool starts_with(ber::Tag other) const {
    return untagged ? std::find(starts.begin(), starts.end(), other) != starts.end() : other == tag;
  }
};

struct Type {
  Kind kind = Kind::null;
  std::string_view name;    ///< as published; the member's or kind's own name for a type without one
  std::string_view module;  ///< empty for a type without a name
  std::vector<ber::Tag> tags;
  std::vector<Member> members;  ///< of SEQUENCE and CHOICE in their order; the one item of a list
  std::vector<Enumerator> enumerators;
  Bounds bounds;
  bool extensible = false;                    ///< has an extension marker
  std::uint16_t roots = 0;                    ///< members before the extension marker
  std::vector<std::uint16_t> by_tag;          ///< of a SEQUENCE whose members all have a context tag: its number to index + 1
  std::vector<std::uint16_t> next_mandatory;  ///< from each index on, the first member that must be there

  [[nodiscard]] const Member* find(std::string_view member) const;
  [[nodiscard]] const Enumerator* find_value(std::int64_t value) const;
  [[nodiscard]] const Enumerator* find_enumerator(std::string_view enumerator) const;
  [[nodiscard]] const Member& item() const { return members.front(); }
};

/// A type by its published name, e.g. "UmtsIRIsContent"; `module` where two modules have types of one name.
[[nodiscard]] const Type* find(std::string_view name, std::string_view module = {});

/// find() for names that are in the code: a missing one is a bug.
[[nodiscard]] const Type& get(std::string_view name, std::string_view module = {});

/// The types that stand alone on the wire, in the order of the recipe in generated/.
[[nodiscard]] const std::vector<const Type*>& stand_alone_types();

}  // namespace li::schema
