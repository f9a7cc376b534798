// JSON back to octets: nlohmann's SAX parser drives the writer, so nothing of a record is held twice.
#include <nlohmann/json.hpp>

#include "schema/reading_impl.hpp"
#include "schema/value.hpp"
#include "schema/writer.hpp"

namespace li::schema {
namespace {

using Json = nlohmann::json;

// Takes one record's events to a Writer.
class Handler {
 public:
  Handler(LineSource& source, const OnRecord& on_record) : source_(source), on_record_(on_record) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] std::size_t start_line() const { return line_; }

  // The events of nlohmann's SAX interface; false ends the parsing.
  bool null() { return simple(Kind::null, {}, "null"); }
  bool boolean(bool value) {
    return simple(Kind::boolean, RecordBytes{static_cast<std::uint8_t>(value ? 0xFF : 0)}, value ? "true" : "false");
  }
  bool number_integer(std::int64_t value) { return number(number_content(value)); }
  bool number_unsigned(std::uint64_t value) { return number(unsigned_content(value)); }
  bool number_float(double /*value*/, const std::string& /*text*/) { return number({}); }
  bool string(std::string& value) {
    const bool good = text(value);
    wipe(value.data(), value.size());
    return good;
  }
  bool binary(Json::binary_t& /*value*/) { return false; }

  bool start_object(std::size_t /*size*/) {
    if (!writer_) {
      line_ = source_.line();
      record_depth_ = contexts_.size();
      contexts_.push_back(Context::outermost);
      return true;
    }
    if (contexts_.back() == Context::special) return wrong("an object where octets in hexadecimal belong");
    if (!ready()) return false;
    const auto* type = writer_->pending();
    if (is_list(type->kind)) return wrong("an object where an array belongs");
    if (!is_constructed(type->kind)) return contexts_.push_back(Context::special), true;
    writer_->begin();
    contexts_.push_back(Context::fields);
    return writer_->ok() || failed();
  }

  bool key(std::string& name) {
    switch (contexts_.back()) {
      case Context::outermost: return open(name);
      case Context::special: return special_key(name);
      default: break;
    }
    unknown_ = !name.empty() && name.front() == '?';
    if (unknown_) return unknown_key(name);
    writer_->member(name);
    return writer_->ok() || failed();
  }

  bool end_object() {
    const auto context = contexts_.back();
    while (!unknown_names_.empty() && unknown_names_.back().first >= contexts_.size()) unknown_names_.pop_back();
    contexts_.pop_back();
    if (context == Context::outermost) return wrong("an empty object where a record belongs");
    if (context == Context::special) return end_special();
    writer_->end();
    if (!writer_->ok()) return failed();
    return contexts_.size() > record_depth_ || finish();
  }

  bool start_array(std::size_t /*size*/) {
    if (writer_ && contexts_.back() == Context::special) return wrong("an array where octets in hexadecimal belong");
    if (!writer_) return contexts_.empty() ? (contexts_.push_back(Context::records), true) : wrong("an array where a record belongs");
    if (!ready()) return false;
    if (!is_list(writer_->pending()->kind)) return wrong("an array where " + std::string(to_string(writer_->pending()->kind)) + " belongs");
    writer_->begin();
    contexts_.push_back(Context::list);
    return writer_->ok() || failed();
  }

  bool end_array() {
    const auto context = contexts_.back();
    contexts_.pop_back();
    if (context == Context::records) return true;
    writer_->end();
    if (!writer_->ok()) return failed();
    return true;
  }

  // nlohmann's own text shows what it last read, which may be a key: only the place is kept.
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const Json::exception& exception) {
    const bool cut = std::string_view(exception.what()).find("unexpected end of input") != std::string_view::npos;
    error_ = Error{cut ? ErrorKind::truncated : ErrorKind::malformed,
                   cut ? "the JSON text ends inside a value" : "not JSON",
                   source_.position(),
                   {},
                   "RFC 8259"};
    return false;
  }

 private:
  enum class Context : std::uint8_t { records, outermost, fields, list, special };

  // The outermost name says which type the record is.
  bool open(const std::string& name) {
    const auto* type = type_with_member(name);
    if (type == nullptr) return wrong("no record has the outermost member \"" + name + "\"");
    writer_.emplace(*type);
    type_ = type;
    contexts_.back() = Context::fields;
    writer_->begin();
    writer_->member(name);
    return writer_->ok() || failed();
  }

  bool finish() {
    auto octets = writer_->finish();
    writer_.reset();
    if (!octets) return error_ = std::move(octets.error()), false;
    stopped_ = !on_record_({type_, std::move(*octets), line_});
    return !stopped_;
  }

  // A value may come now: an item of a list is selected by its coming.
  bool ready() {
    if (contexts_.back() == Context::list) writer_->item();
    if (unknown_) return wrong("a TLV in hexadecimal belongs here");
    return writer_->ok() || failed();
  }

  bool simple(Kind kind, RecordBytes content, std::string_view what) {
    if (!writer_) return wrong("a record is an object");
    if (!ready()) return false;
    if (contexts_.back() == Context::special || writer_->pending()->kind != kind)
      return wrong(std::string(what) + " where " + std::string(to_string(writer_->pending()->kind)) + " belongs");
    writer_->content(content);
    return writer_->ok() || failed();
  }

  bool number(const RecordBytes& content) {
    if (!writer_) return wrong("a record is an object");
    if (contexts_.back() == Context::special)
      return special_ == "length" && !content.empty() ? (bits_ = content.size() > 8 ? 0 : value_of(content), true)
                                                      : wrong("a number where octets in hexadecimal belong");
    if (!ready()) return false;
    const auto kind = writer_->pending()->kind;
    if (kind != Kind::integer && kind != Kind::enumerated) return wrong("a number where " + std::string(to_string(kind)) + " belongs");
    if (content.empty()) return wrong("not a whole number of 64 bits");
    writer_->content(content);
    return writer_->ok() || failed();
  }

  static std::size_t value_of(const RecordBytes& content) {
    std::size_t value = 0;
    for (const auto octet : content) value = value << 8 | octet;
    return value;
  }

  bool text(const std::string& value) {
    if (!writer_) return wrong("a record is an object");
    if (contexts_.back() == Context::special) return special_text(value);
    if (unknown_) return raw(value);
    if (!ready()) return false;
    if (const auto kind = writer_->pending()->kind;
        is_constructed(kind) || kind == Kind::integer || kind == Kind::boolean || kind == Kind::null) {
      return wrong("a string where " + std::string(to_string(kind)) + " belongs");
    }
    return put_text(*writer_, value) || failed();
  }

  // "?1", "?2" ... in a SEQUENCE, each once; "?" for the alternative of a CHOICE.
  bool unknown_key(const std::string& name) {
    const bool choice = writer_->open_kind() == Kind::choice;
    const bool digits = name.size() > 1 && name.find_first_not_of("0123456789", 1) == std::string::npos;
    if (choice ? name != "?" : !digits)
      return wrong("no member \"" + name + "\"; an unknown TLV is \"?\" in a CHOICE and \"?1\", \"?2\" ... in a SEQUENCE");
    for (auto& [depth, known] : unknown_names_) {
      if (depth == contexts_.size() && known == name) return wrong("\"" + name + "\" a second time");
    }
    unknown_names_.emplace_back(contexts_.size(), name);
    return true;
  }

  bool special_key(const std::string& name) {
    const bool bits = writer_->pending()->kind == Kind::bit_string;
    const bool known = bits ? name == "value" || name == "length" : name == "?";
    if (!known) return wrong("a member \"" + name + "\" in a value of " + std::string(to_string(writer_->pending()->kind)));
    if (name == "length" ? bits_given() : held_.has_value()) return wrong("\"" + name + "\" a second time");
    special_ = name;
    return true;
  }

  bool raw(const std::string& digits) {
    unknown_ = false;
    if (!digits.empty() && digits.find_first_not_of('*') == std::string::npos) {
      writer_->refuse(ErrorKind::redacted, "what may be a key was masked when this was decoded; decode again with --show-keys");
      return failed();
    }
    const auto octets = from_hex(digits);
    if (!octets) return wrong(octets.error().text);
    writer_->raw(*octets);
    return writer_->ok() || failed();
  }

  // {"?": "HEX"} for octets that the kind has no form for, {"value": "HEX", "length": BITS} for bits.
  bool special_text(const std::string& digits) {
    auto octets = from_hex(digits);
    if (!octets) return wrong(octets.error().text);
    if (special_ == "length") return wrong("a string where the number of bits belongs");
    held_ = std::move(*octets);
    return true;
  }

  bool end_special() {
    if (!held_) return wrong("an object without the member \"?\"");
    if (writer_->pending()->kind == Kind::bit_string) {
      const auto unused = held_->size() * 8 - bits_;
      if (!bits_given() || unused > 7) return wrong("\"length\" does not fit \"value\"");
      held_->insert(held_->begin(), static_cast<std::uint8_t>(unused));
      writer_->content(*held_);
    } else {
      writer_->octets_as_they_are(*held_);
    }
    held_.reset();
    bits_ = SIZE_MAX;
    return writer_->ok() || failed();
  }
  [[nodiscard]] bool bits_given() const { return bits_ != SIZE_MAX; }

  bool wrong(std::string text) {
    if (!writer_) return error_ = Error{ErrorKind::unexpected, std::move(text), source_.position(), {}, {}}, false;
    writer_->refuse(ErrorKind::unexpected, std::move(text));
    return failed();
  }
  bool failed() {
    error_ = writer_->error();
    return false;
  }

  LineSource& source_;
  const OnRecord& on_record_;
  std::optional<Writer> writer_;
  const Type* type_ = nullptr;
  std::vector<Context> contexts_;
  std::size_t record_depth_ = 0;  // of the brackets around the record
  std::string special_;
  std::vector<std::pair<std::size_t, std::string>> unknown_names_;  // of the open values, by depth
  std::optional<Bytes> held_;
  std::size_t bits_ = SIZE_MAX;
  bool unknown_ = false;
  bool stopped_ = false;
  std::size_t line_ = 1;
  std::optional<Error> error_;
};

}  // namespace

namespace {

// Behind a value that broke off some lines down: to the next line that starts one, which may be the one where it showed.
void next_document(LineSource& source) {
  constexpr auto kEnd = std::streambuf::traits_type::eof();
  if (!source.back_to_line_start()) source.skip_line();
  while (source.sgetc() != kEnd && source.sgetc() != '{') {
    source.skip_line();
    source.sbumpc();
  }
}

}  // namespace

void read_json(std::istream& in, const OnRecord& on_record, const OnFailure& on_failure) {
  LineSource source(in);
  std::istream stream(&source);
  while (source.skip_space()) {
    Handler handler(source, on_record);
    const auto start = source.line();
    Json::sax_parse(stream, &handler, Json::input_format_t::json, false);
    stream.clear();
    if (handler.stopped()) return;
    if (!handler.error()) continue;
    const bool same_line = source.line() == start;
    if (!on_failure({*handler.error(), source.line(), false})) return;
    if (same_line) source.skip_line();
    else next_document(source);
  }
}

}  // namespace li::schema
