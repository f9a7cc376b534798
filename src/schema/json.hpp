// schema/json.hpp: values as JSON. The way back is in reading.hpp.
//
// Source:  X.697 (JER) in names and shape, with the differences listed in docs/json.md.
// Units:   one JSON object a value.
// Errors:  none.
// Owns:    nothing.
//
// A TLV that the module does not name is a member "?1", "?2" ... in its place, holding the TLV in hexadecimal, or "?" alone
// as the alternative of a CHOICE. A string or number that its kind has no form for is {"?": "HEX"}. Key material is asterisks
// unless it is asked for, and the reader refuses those.
#pragma once

#include "schema/output.hpp"
#include "schema/redact.hpp"
#include "schema/walk.hpp"

namespace li::schema {

enum class JsonForm : std::uint8_t { line, indented };

/// Writes one value as JSON while it is walked. Nothing stands behind the last brace.
class JsonWriter : public Visitor {
 public:
  JsonWriter(Output& out, JsonForm form, Secrets secrets, std::size_t indent = 0)
      : out_(out), form_(form), secrets_(secrets), depth_(indent) {}

  void enter(const Node& node) override;
  void leave(const Node& node) override;
  void primitive(const Node& node, const Content& content) override;
  void unknown(const Node& parent, std::size_t offset, ByteView tlv) override;

 private:
  void begin_value(std::string_view name);
  void new_line();
  void quoted(std::string_view text);
  void value(const Node& node, const Content& content);

  Output& out_;
  JsonForm form_;
  Secrets secrets_;
  std::size_t depth_;
  bool first_ = true;               // nothing yet in the innermost brackets
  std::vector<unsigned> unknowns_;  // unknown TLVs so far, of each open value
};

}  // namespace li::schema
