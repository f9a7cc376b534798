// schema/text.hpp: a value as people read it: one member a line, indented, SIP and SDP as lines of text.
//
// Source:  names from the modules; nothing is translated.
// Units:   times as written and, behind them, as a calendar date; sizes in octets.
// Errors:  none.
// Owns:    nothing.
#pragma once

#include "schema/output.hpp"
#include "schema/redact.hpp"
#include "schema/walk.hpp"

namespace li::schema {

/// Escape sequences that mark parts of a line; empty where there is no terminal.
struct Palette {
  std::string_view name;
  std::string_view dim;
  std::string_view warn;
  std::string_view off;
};
inline constexpr Palette kPlain{};
inline constexpr Palette kColours{"\033[36m", "\033[2m", "\033[33m", "\033[0m"};

class TextWriter : public Visitor {
 public:
  TextWriter(Output& out, Secrets secrets, const Palette& palette) : out_(out), secrets_(secrets), palette_(palette) {}

  void enter(const Node& node) override;
  void leave(const Node& node) override;
  void primitive(const Node& node, const Content& content) override;
  void unknown(const Node& parent, std::size_t offset, ByteView tlv) override;

 private:
  void name(const Node& node);
  void octet_string(const Node& node, const Content& content);
  void lines(ByteView text);
  void rows(ByteView octets);

  Output& out_;
  Secrets secrets_;
  const Palette& palette_;
  std::size_t depth_ = 0;
  std::size_t column_ = 0;  // behind the name on this line, without escape sequences
  bool open_ = false;       // a CHOICE has begun on this line: its alternative goes on behind the point
};

}  // namespace li::schema
