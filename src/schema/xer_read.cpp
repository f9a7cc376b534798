// XER back to octets: libxml2's reader drives the writer.
#include <libxml/xmlreader.h>

#include "schema/reading_impl.hpp"
#include "schema/value.hpp"
#include "schema/xer.hpp"
#include "schema/xer_names_impl.hpp"

namespace li::schema {
namespace {

const char* plain(const xmlChar* text) { return text != nullptr ? reinterpret_cast<const char*>(text) : ""; }

// The stream between two tags of our own, so that documents may stand one after the other.
class Wrapped {
 public:
  explicit Wrapped(std::istream& in) : in_(in) {}
  static int read(void* context, char* buffer, int size) {
    return static_cast<Wrapped*>(context)->read(buffer, static_cast<std::size_t>(size));
  }

 private:
  // A line at a time: libxml2 drops what it has read but not shown when it comes to text that is not XML.
  int read(char* buffer, std::size_t size) {
    if (pending_.empty()) refill();
    const auto given = pending_.copy(buffer, size);
    pending_.erase(0, given);
    return static_cast<int>(given);
  }

  void refill() {
    constexpr std::size_t kPiece = 16 * 1024;
    if (ended_) return;
    pending_.resize(kPiece);
    in_.getline(pending_.data(), kPiece);
    const auto got = static_cast<std::size_t>(in_.gcount());
    const bool line = in_.good() || in_.eof();
    ended_ = in_.eof() || in_.bad();
    pending_.resize(got);
    if (line && !in_.eof() && got > 0) pending_.back() = '\n';  // getline() counts it but leaves it out
    if (!line && !in_.bad()) in_.clear();                       // the line goes on
    if (!middle_of_line_) drop_declaration();
    middle_of_line_ = !line;
    if (ended_) pending_ += "</hi2kit>";
  }

  // "<?xml ...?>" may stand only at the very start of a document, which is behind our own tag.
  void drop_declaration() {
    if (!pending_.starts_with("<?xml ")) return;
    if (const auto end = pending_.find("?>"); end != std::string::npos) pending_.erase(0, end + 2);
    if (pending_.empty()) pending_ = "\n";
  }

  std::istream& in_;
  std::string pending_ = "<hi2kit>";
  bool ended_ = false;
  bool middle_of_line_ = false;
};

class Reader {
 public:
  Reader(std::istream& in, const OnRecord& on_record, const OnFailure& on_failure)
      : source_(in),
        on_record_(on_record),
        on_failure_(on_failure),
        xml_(xmlReaderForIO(Wrapped::read, nullptr, &source_, nullptr, nullptr, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_BIG_LINES)) {
    xmlTextReaderSetErrorHandler(
        xml_, [](void*, const char*, xmlParserSeverities, xmlTextReaderLocatorPtr) {}, nullptr);  // its text may show a key
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { xmlFreeTextReader(xml_); }

  void run() {
    int status = xmlTextReaderRead(xml_);
    bool go_on = true;
    while (status == 1 && go_on) {
      const bool good = node();
      if (stopped_) return;
      if (good) {
        status = xmlTextReaderRead(xml_);
      } else {
        go_on = on_failure_({writer_ ? writer_->error() : error_, line(), false});
        writer_.reset();
        status = skip_record();
      }
    }
    if (status < 0 && go_on) on_failure_({{ErrorKind::malformed, "not well-formed XML", std::nullopt, {}, "XML 1.0"}, parser_line(), true});
  }

 private:
  // An open element.
  struct Element {
    enum class What : std::uint8_t { constructed, simple, raw, part };
    What what;
    bool bare_choice;  // ends a CHOICE item of a list too
  };

  // Of the current node: the parser itself is some lines ahead.
  std::size_t line() {
    const auto* node = xmlTextReaderCurrentNode(xml_);
    return node != nullptr ? static_cast<std::size_t>(std::max(1L, xmlGetLineNo(node))) : parser_line();
  }
  std::size_t parser_line() { return static_cast<std::size_t>(std::max(1, xmlTextReaderGetParserLineNumber(xml_))); }

  // To the node behind the record that holds the current one.
  int skip_record() {
    elements_.clear();
    int status = 1;
    while (status == 1 && xmlTextReaderDepth(xml_) > 1) status = xmlTextReaderRead(xml_);
    return status == 1 ? xmlTextReaderNext(xml_) : status;
  }

  bool node() {
    switch (xmlTextReaderNodeType(xml_)) {
      case XML_READER_TYPE_ELEMENT: return element();
      case XML_READER_TYPE_END_ELEMENT: return end_element();
      case XML_READER_TYPE_TEXT:
      case XML_READER_TYPE_CDATA:
      case XML_READER_TYPE_WHITESPACE:
      case XML_READER_TYPE_SIGNIFICANT_WHITESPACE: return text();
      default: return true;
    }
  }

  bool element() {
    const auto depth = xmlTextReaderDepth(xml_);
    if (depth == 0) return true;
    const std::string name = plain(xmlTextReaderConstLocalName(xml_));
    const bool ours = std::string_view(plain(xmlTextReaderConstNamespaceUri(xml_))) == kXerNamespace;
    const bool empty = xmlTextReaderIsEmptyElement(xml_) == 1;
    const bool good = depth == 1 ? record(name) : inside(name, ours);
    return good && (!empty || end_element());
  }

  bool record(const std::string& name) {
    const Type* type = nullptr;
    for (const auto* candidate : stand_alone_types()) {
      if (candidate->name == name) type = candidate;
    }
    if (type == nullptr) {
      error_ = {ErrorKind::unknown, "no record has the outermost element <" + name + ">", std::nullopt, {}, {}};
      return false;
    }
    line_ = line();
    type_ = type;
    writer_.emplace(*type);
    writer_->begin();
    elements_.assign(1, {Element::What::constructed, false});
    kinds_.assign(1, type->kind);
    return writer_->ok();
  }

  bool inside(const std::string& name, bool ours) {
    const auto parent = elements_.back().what;
    if (parent == Element::What::raw || parent == Element::What::part) return wrong("<" + name + "> where only text belongs");
    if (parent == Element::What::simple) return part(name, ours);
    text_.clear();
    if (ours) {
      if (name != "unknown") return wrong("<" + name + "> is not known");
      elements_.push_back({Element::What::raw, false});
      return true;
    }
    bool bare_choice = false;
    if (is_list(kinds_.back())) {
      if (!item(name, bare_choice)) return false;
    } else {
      writer_->member(name);
    }
    return writer_->ok() && value(bare_choice);
  }

  bool item(const std::string& name, bool& bare_choice) {
    writer_->item();
    const auto& type = *writer_->pending();
    if (type.kind == Kind::choice) {
      bare_choice = true;
      writer_->begin();
      writer_->member(name);
    } else if (is_bare_item(type.kind)) {
      elements_.push_back({Element::What::simple, false});
      return part(name, false);
    } else if (name != item_element(type)) {
      return wrong("<" + name + "> where <" + item_element(type) + "> belongs");
    }
    return true;
  }

  bool value(bool bare_choice) {
    const auto kind = writer_->pending()->kind;
    if (!is_constructed(kind)) {
      as_they_are_ = false;
      elements_.push_back({Element::What::simple, bare_choice});
      return true;
    }
    writer_->begin();
    kinds_.push_back(kind);
    elements_.push_back({Element::What::constructed, bare_choice});
    return writer_->ok();
  }

  // An element inside a simple value: its value (<true/>), a control character, or octets.
  bool part(const std::string& name, bool ours) {
    elements_.push_back({Element::What::part, false});
    if (ours && name == "octets") {
      as_they_are_ = true;
      text_.clear();
      return true;
    }
    const auto kind = writer_->pending()->kind;
    if (kind == Kind::boolean || kind == Kind::enumerated) {
      text_ = name;
      return true;
    }
    for (std::size_t i = 0; is_text(kind) && i < kControlNames.size(); ++i) {
      if (name == kControlNames[i]) return text_ += static_cast<char>(i), true;
    }
    return wrong("<" + name + "> where a value of " + std::string(to_string(kind)) + " belongs");
  }

  bool text() {
    const std::string_view value = plain(xmlTextReaderConstValue(xml_));
    const bool blank = value.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (elements_.empty()) {
      if (!blank) error_ = {ErrorKind::unexpected, "text outside a record", std::nullopt, {}, {}};
      return blank;
    }
    switch (elements_.back().what) {
      case Element::What::constructed: return blank || wrong("text where members belong");
      case Element::What::part:
      case Element::What::raw: break;
      case Element::What::simple:
        if (blank && !is_text(writer_->pending()->kind)) return true;
    }
    text_ += value;
    return true;
  }

  bool end_element() {
    if (elements_.empty()) return true;
    const auto element = elements_.back();
    elements_.pop_back();
    switch (element.what) {
      case Element::What::part: return true;
      case Element::What::raw: raw(); break;
      case Element::What::simple: simple(); break;
      case Element::What::constructed: writer_->end(); kinds_.pop_back();
    }
    if (element.bare_choice) writer_->end();
    if (!writer_->ok()) return false;
    return !elements_.empty() || finish();
  }

  void raw() {
    if (!text_.empty() && text_.find_first_not_of('*') == std::string::npos) {
      return writer_->refuse(ErrorKind::redacted, "what may be a key was masked when this was decoded; decode again with --show-keys");
    }
    const auto octets = from_hex(text_);
    if (!octets) writer_->refuse(ErrorKind::malformed, octets.error().text);
    else writer_->raw(*octets);
    wipe(text_.data(), text_.size());
    text_.clear();
  }

  void simple() {
    if (as_they_are_) {
      const auto octets = from_hex(text_);
      if (!octets) writer_->refuse(ErrorKind::malformed, octets.error().text);
      else writer_->octets_as_they_are(*octets);
    } else if (writer_->pending()->kind == Kind::bit_string) {
      bits();
    } else {
      put_text(*writer_, text_);
    }
    wipe(text_.data(), text_.size());
    text_.clear();
  }

  void bits() {
    Bytes octets((text_.size() + 7) / 8 + 1);
    octets[0] = static_cast<std::uint8_t>((8 - text_.size() % 8) % 8);
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] != '0' && text_[i] != '1') return writer_->refuse(ErrorKind::malformed, "a BIT STRING is written in binary digits");
      if (text_[i] == '1') octets[1 + i / 8] |= static_cast<std::uint8_t>(0x80 >> i % 8);
    }
    writer_->content(octets);
  }

  bool finish() {
    auto octets = writer_->finish();
    if (!octets) return false;
    writer_.reset();
    stopped_ = !on_record_({type_, std::move(*octets), line_});
    return true;
  }

  bool wrong(std::string what) {
    writer_->refuse(ErrorKind::unexpected, std::move(what));
    return false;
  }

  Wrapped source_;
  const OnRecord& on_record_;
  const OnFailure& on_failure_;
  xmlTextReaderPtr xml_;
  std::optional<Writer> writer_;
  const Type* type_ = nullptr;
  std::vector<Element> elements_;
  std::vector<Kind> kinds_;  // of the open constructed values
  std::string text_;
  bool as_they_are_ = false;
  bool stopped_ = false;
  std::size_t line_ = 1;
  Error error_;
};

}  // namespace

void read_xer(std::istream& in, const OnRecord& on_record, const OnFailure& on_failure) { Reader(in, on_record, on_failure).run(); }

}  // namespace li::schema
