// hi2/summary.hpp: what a list says of a record or message, in a few words.
//
// Source:  docs/man/hi2-ls.1.
// Errors:  none: what can't be read is left empty.
// Owns:    results own their texts; no key gets in.
#pragma once

#include <string>
#include <vector>

#include "base/text.hpp"
#include "hi2/record.hpp"
#include "hi2/sip_look.hpp"

namespace li::tool {

struct Summary {
  std::string time;
  std::string type;
  std::string event;
  std::string liid;
  SipLook sip;
  std::vector<std::string> crypto_sessions;
  bool failure = false;
};

[[nodiscard]] Summary summarize(const hi2::IriRecord& record);
/// A SIP message, keys in it masked wherever they stand.
void look_at_message(ByteView message, SipLook& look);

/// "0x0000dd"
[[nodiscard]] std::string place(std::size_t offset);
/// Characters where they are all printable, hexadecimal otherwise.
[[nodiscard]] std::string identifier(ByteView octets);
/// A cell that does not push all others off the screen.
[[nodiscard]] std::string short_cell(std::string_view text);
/// "alice@ims.example → bob@…": the same host is not said twice.
[[nodiscard]] std::string from_to(const SipLook& sip);
/// "CS 1, CS 2, ticket"
[[nodiscard]] std::string keys_of(const Summary& summary);

/// An escape sequence for the line: keys and failures stand out.
[[nodiscard]] std::string_view mark_of(const Summary& summary, bool colour);

/// One line of --json.
class JsonLine {
 public:
  void text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(out_, value);
  }
  void number(std::string_view name, std::size_t value) {
    key(name);
    out_ += std::to_string(value);
  }
  void list(std::string_view name, const std::vector<std::string>& values) {
    key(name);
    out_ += '[';
    for (const auto& value : values) {
      if (&value != values.data()) out_ += ',';
      append_json_string(out_, value);
    }
    out_ += ']';
  }
  void present(std::string_view name) {
    key(name);
    out_ += "true";
  }
  std::string finish() { return out_ + "}\n"; }
  /// Without its end: the value of `name` comes next, then "}".
  std::string open(std::string_view name) {
    key(name);
    return out_;
  }

 private:
  void key(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
};

/// The members of a Summary, as far as there are any; `event` is how its event is called.
void put_summary(JsonLine& line, const Summary& summary, std::string_view event = "iMSevent");

/// What a list says of damage: a note behind the offset, or a line of --json.
[[nodiscard]] std::string damage_note(std::size_t offset, const Error& error);
[[nodiscard]] std::string damage_line(const std::string& file, std::size_t offset, const Error& error);

}  // namespace li::tool
