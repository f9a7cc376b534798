// walk: what it accepts, asn1c (which sees the cleaned copy) reads as the same value; and every visitor takes it.
#include "fuzz.hpp"
#include "hi2/validate.hpp"
#include "schema/asn1c.hpp"
#include "schema/hex.hpp"
#include "schema/text.hpp"
#include "schema/xer.hpp"
#include "support/canonical.hpp"

namespace {

using namespace li;

// What asn1c can't hold: an INTEGER beyond its long, the unknown alternative of a CHOICE (facts of asn1c, 10 and 4).
class BeyondTheReferee : public schema::Visitor {
 public:
  void unknown(const schema::Node& parent, std::size_t /*offset*/, ByteView /*tlv*/) override {
    found |= parent.type->kind == schema::Kind::choice;
  }
  void primitive(const schema::Node& node, const schema::Content& content) override {
    const bool number = node.type->kind == schema::Kind::integer || node.type->kind == schema::Kind::enumerated;
    found |= number && content.octets.size() > 8;
  }
  bool found = false;
};

void compare_with_referee(const schema::Type& type, ByteView octets) {
  const auto copy = schema::plain_copy(type, octets);
  if (!copy) fuzz::broken("no plain copy: " + copy.error().message());
  const auto value = schema::Struct::decode(type, octets);
  if (!value) fuzz::broken("asn1c refuses: " + value.error().message());
  const auto encoded = value->encode();
  if (!encoded) fuzz::broken("asn1c can't encode: " + encoded.error().message());
  if (test::canonical(type, *copy) != test::canonical(type, *encoded)) fuzz::broken("asn1c reads another value");
}

template <typename Writer, typename... Options>
void show(const schema::Type& type, ByteView octets, Options&&... options) {
  schema::Output out;
  Writer writer(out, std::forward<Options>(options)...);
  if (!schema::walk(type, octets, writer)) fuzz::broken("a visitor changes the walk");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  const auto& type = fuzz::pick_type(octets);
  const auto findings = schema::check(type, octets, {{}, 0, false}, 1'000'000);
  if (!findings) {
    if (findings.error().offset.value_or(0) > octets.size()) fuzz::broken("an error behind the end");
    static_cast<void>(schema::check(type, octets, {{}, 0, true}));
    return 0;
  }
  BeyondTheReferee beyond;
  static_cast<void>(schema::walk(type, octets, beyond));
  if (!beyond.found) compare_with_referee(type, octets);
  show<schema::TextWriter>(type, octets, schema::Secrets::hide, schema::kPlain);
  show<schema::HexWriter>(type, octets, schema::Secrets::hide);
  show<schema::XerWriter>(type, octets, schema::Secrets::hide);
  show<schema::JsonWriter>(type, octets, schema::JsonForm::indented, schema::Secrets::hide);
  static_cast<void>(hi2::validate(octets, hi2::Module::umts));
  return 0;
}
