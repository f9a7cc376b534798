// XML to a tree, by libxml2 with everything off that reaches outside the document. The parser is given the texts of keys and messages, but
// the tree is given as many letters A: neither it nor the schema's checks keep copies of a key in memory that nobody overwrites.
#include "xk/document_impl.hpp"

#include <libxml/SAX2.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "xk/messages.hpp"

namespace li::xk {
namespace {

constexpr int kMaxDepth = 8;
constexpr int kMaxElements = 2048;
constexpr std::string_view kBlank = " \t\r\n";
constexpr std::array<std::string_view, 4> kSecretNames{"key", "salt", "transferInit", "transferResp"};
constexpr std::array<std::string_view, 12> kNames{"get_keys", "get_keys_response", "requestId", "target", "transferInit", "transferResp",
                                                  "initial",  "cryptoSession",     "key",       "salt",   "spi",          "reason"};

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};

std::string_view plain(const xmlChar* text) { return text != nullptr ? reinterpret_cast<const char*>(text) : std::string_view(); }

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

template <std::size_t size>
bool holds(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The names from the root to the node: words of ours only, since others come from outside.
std::string path_of(const xmlNode* node) {
  std::string path;
  for (; node != nullptr && node->type != XML_DOCUMENT_NODE; node = node->parent) {
    if (node->type != XML_ELEMENT_NODE) continue;
    const auto name = plain(node->name);
    path.insert(0, path.empty() ? "" : ".");
    path.insert(0, holds(kNames, name) ? name : "?");
  }
  return path;
}

std::string what_is_wrong(int code) {
  switch (code) {
    case XML_SCHEMAV_CVC_ELT_1: return "the outermost element is none of urn:hi2kit:xk:1";
    case XML_SCHEMAV_ELEMENT_CONTENT: return "an element is missing, or stands where it does not belong";
    case XML_SCHEMAV_CVC_IDC: return "the same CS ID twice";
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2: return "an attribute that does not belong here";
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_4: return "an attribute is missing";
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3: return "text where elements belong";
    default: return "a value that is not allowed here";
  }
}

using Schema = std::unique_ptr<xmlSchema, Free<xmlSchemaFree>>;

// Read once; checks only read it, so that threads may share it.
xmlSchema* schema() {
  static const Schema schema = [] {
    xmlInitParser();
    const auto text = schema_text();
    const std::unique_ptr<xmlSchemaParserCtxt, Free<xmlSchemaFreeParserCtxt>> parser(
        xmlSchemaNewMemParserCtxt(text.data(), static_cast<int>(text.size())));
    Schema made(parser ? xmlSchemaParse(parser.get()) : nullptr);
    if (!made) throw std::runtime_error("libxml2 can't use our schema");
    return made;
  }();
  return schema.get();
}

void note_first(void* data, xmlError* error) {
  auto& found = *static_cast<std::optional<Error>*>(data);
  if (found) return;
  const auto line = " (line " + std::to_string(error->line) + ")";
  found = Error{ErrorKind::unexpected, what_is_wrong(error->code) + line, std::nullopt, path_of(static_cast<const xmlNode*>(error->node)),
                "xk.xsd"};
}

Result<void> validate(xmlDoc* tree) {
  const std::unique_ptr<xmlSchemaValidCtxt, Free<xmlSchemaFreeValidCtxt>> context(xmlSchemaNewValidCtxt(schema()));
  if (!context) throw std::bad_alloc();
  std::optional<Error> first;
  xmlSchemaSetValidStructuredErrors(context.get(), note_first, &first);
  if (xmlSchemaValidateDoc(context.get(), tree) == 0) return {};
  return failure(first.value_or(Error{ErrorKind::unexpected, "not as the schema says", std::nullopt, {}, "xk.xsd"}));
}

}  // namespace

// libxml2's tree builder, with what we refuse and what we keep to ourselves in front of it.
class Parser {
 public:
  explicit Parser(ByteView document) : text_(to_record_bytes(document)), context_(xmlNewParserCtxt()) {
    text_.push_back(0);  // where libxml2 sees the end
    if (!context_) throw std::bad_alloc();
    xmlCtxtUseOptions(context_.get(), XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC | XML_PARSE_NOCDATA);
    context_->_private = this;
    auto& sax = *context_->sax;
    sax.internalSubset = [](void* context, auto...) { of(context).refuse("a document type definition"); };
    sax.cdataBlock = [](void* context, auto...) { of(context).refuse("a CDATA section"); };
    sax.reference = [](void* context, auto...) { of(context).refuse("an entity"); };
    sax.comment = nullptr;
    sax.processingInstruction = nullptr;
    sax.startElementNs = start;
    sax.endElementNs = end;
    sax.characters = sax.ignorableWhitespace = characters;
  }

  Result<Document> parse() {
    // Read in our own memory, which is overwritten afterwards.
    auto* const input = xmlNewStringInputStream(context_.get(), text_.data());
    if (input == nullptr) throw std::bad_alloc();
    inputPush(context_.get(), input);
    xmlParseDocument(context_.get());
    Document document;
    document.tree_.reset(context_->myDoc);
    context_->myDoc = nullptr;
    document.secrets_ = std::move(secrets_);
    if (error_) return failure(*error_);
    if (context_->wellFormed == 0 || !document.tree_) return failure(here(ErrorKind::malformed, "not well-formed XML"));
    return document;
  }

 private:
  static Parser& of(void* context) { return *static_cast<Parser*>(static_cast<xmlParserCtxt*>(context)->_private); }

  [[nodiscard]] Error here(ErrorKind kind, const std::string& text) const {
    const auto line = " (line " + std::to_string(std::max(1, xmlSAX2GetLineNumber(context_.get()))) + ")";
    const auto offset = xmlByteConsumed(context_.get());
    return {kind, text + line, static_cast<std::size_t>(std::clamp(offset, 0L, static_cast<long>(text_.size() - 1))),
            path_of(context_->node), "XML 1.0"};
  }

  void refuse(const std::string& what) { stop(ErrorKind::unexpected, what + " is not accepted"); }
  void stop(ErrorKind kind, const std::string& text) {
    if (!error_) error_ = here(kind, text);
    xmlStopParser(context_.get());
  }

  static void start(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri, int namespaces,
                    const xmlChar** all_namespaces, int attributes, int defaults, const xmlChar** all_attributes) {
    auto& parser = of(context);
    if (++parser.depth_ > kMaxDepth) return parser.stop(ErrorKind::limit, "elements nest too deep");
    if (++parser.elements_ > kMaxElements) return parser.stop(ErrorKind::limit, "too many elements");
    xmlSAX2StartElementNs(context, name, prefix, uri, namespaces, all_namespaces, attributes, defaults, all_attributes);
  }

  static void end(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri) {
    --of(context).depth_;
    xmlSAX2EndElementNs(context, name, prefix, uri);
  }

  static void characters(void* context, const xmlChar* text, int size) {
    auto* const node = static_cast<xmlParserCtxt*>(context)->node;
    if (node == nullptr || !holds(kSecretNames, plain(node->name))) return xmlSAX2Characters(context, text, size);
    auto& secrets = *of(context).secrets_;
    if (node->_private == nullptr) node->_private = &secrets.emplace_back();
    auto& secret = *static_cast<RecordBytes*>(node->_private);
    std::string shape(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    for (char& c : shape) {
      if (kBlank.find(c) == std::string_view::npos) secret.push_back(static_cast<std::uint8_t>(c));
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
      if (is_letter) c = 'A';
    }
    xmlSAX2Characters(context, reinterpret_cast<const xmlChar*>(shape.data()), size);
  }

  RecordBytes text_;
  std::unique_ptr<xmlParserCtxt, Free<xmlFreeParserCtxt>> context_;
  std::unique_ptr<std::deque<RecordBytes>> secrets_ = std::make_unique<std::deque<RecordBytes>>();
  std::optional<Error> error_;
  int depth_ = 0;
  int elements_ = 0;
};

Result<Document> Document::parse(ByteView document) {
  if (document.size() > kMaxDocument)
    return failure(ErrorKind::limit, std::to_string(document.size()) + " octets, allowed " + std::to_string(kMaxDocument));
  if (const auto zero = as_text(document).find('\0'); zero != std::string_view::npos)
    return failure(Error{ErrorKind::malformed, "not well-formed XML", zero, {}, "XML 1.0"});
  schema();  // prepares libxml2 for threads
  auto parsed = Parser(document).parse();
  if (!parsed) return parsed;
  if (const auto valid = validate(parsed->tree_.get()); !valid) return failure(valid.error());
  return parsed;
}

bool Element::is(std::string_view name) const { return plain(node_->name) == name; }

std::string_view Element::text() const {
  const auto* child = node_->children;
  return child != nullptr && child->type == XML_TEXT_NODE ? trimmed(plain(child->content)) : std::string_view();
}

std::string_view Element::secret() const {
  return node_->_private != nullptr ? as_text(*static_cast<const RecordBytes*>(node_->_private)) : std::string_view();
}

std::optional<std::string_view> Element::attribute(const char* name) const {
  for (const auto* one = node_->properties; one != nullptr; one = one->next) {
    if (one->ns == nullptr && plain(one->name) == name && one->children != nullptr) return trimmed(plain(one->children->content));
  }
  return std::nullopt;
}

namespace {

std::optional<Element> element_from(const xmlNode* node) {
  while (node != nullptr && node->type != XML_ELEMENT_NODE) node = node->next;
  return node != nullptr ? std::optional(Element(node)) : std::nullopt;
}

}  // namespace

std::optional<Element> Element::first() const { return element_from(node_->children); }
std::optional<Element> Element::next() const { return element_from(node_->next); }

}  // namespace li::xk
