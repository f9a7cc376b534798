#include "schema/json.hpp"

#include "base/text.hpp"
#include "schema/content_impl.hpp"
#include "schema/value.hpp"

namespace li::schema {
namespace {

bool fixed_size(const Node& node) {
  const auto& bounds = node.member != nullptr ? node.member->bounds : node.type->bounds;
  return bounds.low && bounds.low == bounds.high;
}

}  // namespace

void JsonWriter::new_line() {
  if (form_ == JsonForm::line) return;
  out_.put('\n');
  out_.pad(2 * depth_);
}

void JsonWriter::begin_value(std::string_view name) {
  if (unknowns_.empty()) return;  // the outermost value
  if (!first_) out_.put(',');
  first_ = false;
  new_line();
  if (name.empty()) return;
  quoted(name);
  out_.put(form_ == JsonForm::line ? ":" : ": ");
}

// In pieces, so that a string as large as a record needs no more memory.
void JsonWriter::quoted(std::string_view text) {
  constexpr std::size_t kPiece = 16 * 1024;
  out_.put('"');
  for (; !text.empty(); text.remove_prefix(std::min(kPiece, text.size()))) {
    append_json_escaped(out_.text(), text.substr(0, kPiece));
    out_.settle();
  }
  out_.put('"');
}

void JsonWriter::enter(const Node& node) {
  begin_value(node.member != nullptr ? node.member->name : std::string_view());
  out_.put(is_list(node.type->kind) ? '[' : '{');
  unknowns_.push_back(0);
  ++depth_;
  first_ = true;
}

void JsonWriter::leave(const Node& node) {
  --depth_;
  unknowns_.pop_back();
  if (!first_) new_line();
  first_ = false;
  out_.put(is_list(node.type->kind) ? ']' : '}');
  out_.settle();
}

void JsonWriter::primitive(const Node& node, const Content& content) {
  if (content.is_default) return;
  begin_value(node.member != nullptr ? node.member->name : std::string_view());
  value(node, content);
  out_.settle();
}

void JsonWriter::value(const Node& node, const Content& content) {
  const auto kind = node.type->kind;
  const auto secrecy = node.member != nullptr && secrets_ == Secrets::hide ? node.member->secrecy : Secrecy::none;
  if (secrecy == Secrecy::key) {
    out_.put('"');
    out_.asterisks(content.octets.size() * (kind == Kind::octet_string ? 2 : 1));
    out_.put('"');
  } else if (!content.valid) {
    out_.put("{\"?\":\"");
    out_.hex(content.octets);
    out_.put("\"}");
  } else if (kind == Kind::octet_string) {
    const auto secrets = secrets_in(secrecy, content.octets);
    out_.put('"');
    if (secrets.empty()) out_.hex(content.octets);
    else out_.hex(mask(content.octets, secrets));
    out_.put('"');
  } else if (kind == Kind::bit_string && !fixed_size(node)) {
    out_.put("{\"value\":\"");
    append_value(out_.text(), *node.type, content.octets);
    out_.put("\",\"length\":" + std::to_string(size_of(*node.type, content.octets)) + "}");
  } else if (kind == Kind::null) {
    out_.put("null");
  } else if (is_text(kind)) {
    quoted(as_text(content.octets));
  } else {
    std::string text;
    append_value(text, *node.type, content.octets);
    const bool bare = kind == Kind::boolean || kind == Kind::integer ||
                      (kind == Kind::enumerated && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')));
    if (bare) out_.put(text);
    else quoted(text);
  }
}

void JsonWriter::unknown(const Node& parent, std::size_t /*offset*/, ByteView tlv) {
  begin_value(parent.type->kind == Kind::choice ? "?" : "?" + std::to_string(++unknowns_.back()));
  out_.put('"');
  if (secrets_ == Secrets::hide && may_hold_key(*parent.type, tlv)) out_.asterisks(2 * tlv.size());
  else out_.hex(tlv);
  out_.put('"');
  out_.settle();
}

}  // namespace li::schema
