// schema/node.hpp: one value as the walk comes by it, and who looks on.
//
// Source:  X.690 for the octets, the modules in asn1/ for the names.
// Units:   offsets are octets from the start of what is walked, plus WalkOptions::base.
// Errors:  a Finding is a value that can be read but breaks a constraint; what can't be read is an Error.
// Owns:    nothing; a Node and its views are valid only during the call.
#pragma once

#include <string>

#include "schema/type.hpp"

namespace li::schema {

struct Node {
  const Node* parent;    ///< null at the top
  const Member* member;  ///< how the parent names it; null at the top
  const Type* type;
  std::size_t index;   ///< place in a list, from 0
  std::size_t offset;  ///< of the first identifier octet
  ByteView header;     ///< identifier and length octets of all its tags; empty for an untagged CHOICE
};

/// The octets of a primitive value.
struct Content {
  ByteView octets;   ///< the value, segments joined (a BIT STRING with its octet of unused bits)
  ByteView encoded;  ///< what stands behind the header: the same, or segments with their headers and ends
  bool segmented;
  bool is_default;  ///< equal to the member's DEFAULT: present, but a writer would leave it out
  bool valid;       ///< false where the octets are no value of the kind, e.g. a letter in a NumericString
};

enum class Severity : std::uint8_t { info, warning, error };
[[nodiscard]] std::string_view to_string(Severity severity);

/// Something wrong or odd in a value that can be read all the same.
struct Finding {
  Severity severity = Severity::error;
  std::string path;
  std::size_t offset = 0;
  std::string text;
  std::string clause;
  /// "0x1f3: path: text (clause)"
  [[nodiscard]] std::string message() const;
};

/// Member names from the top down: "iRI-Report-record.partyInformation[0].partyIdentity.imsi". The alternatives that only
/// wrap another CHOICE at the top (umtsiRIContent) are left out.
[[nodiscard]] std::string path_of(const Node& node);

/// What a walk shows. Each function does nothing unless overridden.
class Visitor {
 public:
  Visitor() = default;
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;
  virtual ~Visitor() = default;

  virtual void enter(const Node&) {}                                                         ///< a SEQUENCE, list or CHOICE begins
  virtual void leave(const Node&) {}                                                         ///< and ends
  virtual void primitive(const Node&, const Content&) {}                                     ///< any other value
  virtual void unknown(const Node& /*parent*/, std::size_t /*offset*/, ByteView /*tlv*/) {}  ///< a TLV the module does not name
  virtual void end_of_contents(const Node&, std::size_t /*offset*/) {}  ///< two zero octets that close an indefinite length
  virtual void finding(Finding&&) {}
};

}  // namespace li::schema
