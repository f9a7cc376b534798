#include "schema/xer.hpp"

#include <libxml/xmlwriter.h>

#include "schema/content_impl.hpp"
#include "schema/value.hpp"
#include "schema/xer_names_impl.hpp"

namespace li::schema {
namespace {

const xmlChar* xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

int append(void* context, const char* text, int size) {
  static_cast<Output*>(context)->put(std::string_view(text, static_cast<std::size_t>(size)));
  return size;
}

// U+FFFE and U+FFFF are characters of UTF8String but not of XML.
bool fits_xml(std::string_view text) {
  return text.find("\xEF\xBF\xBE") == std::string_view::npos && text.find("\xEF\xBF\xBF") == std::string_view::npos;
}

bool is_bare_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; }

std::string bit_digits(ByteView content) {
  std::string digits;
  for (const auto octet : content.subspan(1)) {
    for (int bit = 7; bit >= 0; --bit) digits += (octet >> bit & 1) != 0 ? '1' : '0';
  }
  digits.resize(digits.size() - content[0]);
  return digits;
}

}  // namespace

struct XerWriter::Impl {
  Impl(Output& output, Secrets how)
      : out(output), secrets(how), writer(xmlNewTextWriter(xmlOutputBufferCreateIO(append, nullptr, &output, nullptr))) {
    xmlTextWriterSetIndent(writer, 1);
    xmlTextWriterSetIndentString(writer, xml("  "));
  }

  void open(std::string_view name) { xmlTextWriterStartElement(writer, xml(std::string(name).c_str())); }
  void close() {
    xmlTextWriterEndElement(writer);
    xmlTextWriterFlush(writer);
    out.settle();
  }
  void empty(std::string_view name) {
    open(name);
    xmlTextWriterEndElement(writer);
  }
  void flatten() { xmlTextWriterSetIndent(writer, 0), flat = true; }
  void unflatten() {
    if (flat) xmlTextWriterWriteRaw(writer, xml("\n"));
    xmlTextWriterSetIndent(writer, 1), flat = false;
  }
  void put(const std::string& text) { xmlTextWriterWriteString(writer, xml(text.c_str())); }

  void hex(ByteView octets) {
    constexpr std::size_t kPiece = 16 * 1024;
    for (; !octets.empty(); octets = octets.subspan(std::min(kPiece, octets.size()))) {
      put(to_hex(octets.first(std::min(kPiece, octets.size()))));
      xmlTextWriterFlush(writer);
      out.settle();
    }
  }

  void asterisks(std::size_t count) {
    constexpr std::size_t kPiece = 16 * 1024;
    for (; count > 0; count -= std::min(kPiece, count)) {
      put(std::string(std::min(kPiece, count), '*'));
      xmlTextWriterFlush(writer);
      out.settle();
    }
  }

  void text(std::string_view value) {
    std::string piece;
    for (const char c : value) {
      if (!is_bare_control(c)) {
        piece += c;
        continue;
      }
      flatten();  // white space beside the element would become part of the value
      if (!piece.empty()) put(piece);
      piece.clear();
      empty(kControlNames[static_cast<unsigned char>(c)]);
    }
    if (!piece.empty()) put(piece);
  }

  void octets_as_they_are(ByteView octets) {
    flatten();
    xmlTextWriterStartElementNS(writer, nullptr, xml("octets"), xml(kXerNamespace));
    hex(octets);
    xmlTextWriterEndElement(writer);
  }

  void value(const Node& node, const Content& content) {
    const auto kind = node.type->kind;
    const auto secrecy = node.member != nullptr && secrets == Secrets::hide ? node.member->secrecy : Secrecy::none;
    std::string plain;
    if (secrecy == Secrecy::key) return asterisks(content.octets.size() * (kind == Kind::octet_string ? 2 : 1));
    if (!content.valid || (is_text(kind) && !fits_xml(as_text(content.octets)))) return octets_as_they_are(content.octets);
    if (kind == Kind::octet_string) {
      const auto hidden = secrets_in(secrecy, content.octets);
      return hidden.empty() ? hex(content.octets) : hex(mask(content.octets, hidden));
    }
    if (kind == Kind::bit_string) return put(bit_digits(content.octets));
    if (is_text(kind)) return text(as_text(content.octets));
    append_value(plain, *node.type, content.octets);
    const bool element = kind == Kind::boolean || (kind == Kind::enumerated && node.type->find_enumerator(plain) != nullptr);
    if (!element) return put(plain);
    flatten();
    empty(plain);
  }

  Output& out;
  Secrets secrets;
  xmlTextWriterPtr writer;
  bool flat = false;  // no line breaks until the value has ended
};

XerWriter::XerWriter(Output& out, Secrets secrets, bool bare) : impl_(std::make_unique<Impl>(out, secrets)), bare_(bare) {}
XerWriter::~XerWriter() { xmlFreeTextWriter(impl_->writer); }

void XerWriter::open(std::string_view element) { impl_->open(element); }
void XerWriter::close() { impl_->close(); }
namespace {

std::string element_of(const Node& node) {
  if (node.member == nullptr) return std::string(node.type->name);
  return node.member->name.empty() ? item_element(*node.type) : std::string(node.member->name);
}

}  // namespace

bool XerWriter::stands_bare(const Node& node) const {
  const bool item = node.member != nullptr ? is_list(node.parent->type->kind) : bare_;
  return item && is_bare_item(node.type->kind);
}

void XerWriter::enter(const Node& node) {
  if (!stands_bare(node)) impl_->open(element_of(node));
}

void XerWriter::leave(const Node& node) {
  if (!stands_bare(node)) impl_->close();
}

void XerWriter::primitive(const Node& node, const Content& content) {
  if (content.is_default) return;
  const bool bare = stands_bare(node);
  if (!bare) impl_->open(element_of(node));
  impl_->value(node, content);
  if (!bare) impl_->close();
  impl_->unflatten();
}

void XerWriter::unknown(const Node& parent, std::size_t /*offset*/, ByteView tlv) {
  xmlTextWriterStartElementNS(impl_->writer, nullptr, xml("unknown"), xml(kXerNamespace));
  if (impl_->secrets == Secrets::hide && may_hold_key(*parent.type, tlv)) impl_->asterisks(2 * tlv.size());
  else impl_->hex(tlv);
  impl_->close();
}

}  // namespace li::schema
