#include <memory>

#include "capture/reader.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "schema/hex.hpp"
#include "schema/json.hpp"
#include "schema/text.hpp"
#include "schema/xer.hpp"

namespace li::tool {
namespace {

using capture::Item;

struct Options {
  std::vector<std::string> files;
  std::string form = "text";
  std::string module;
  std::string colour = "auto";
  bool show_keys = false;
  bool strict = false;
  bool skip_bad = false;
};

// Shows records in one form. A record has been walked without a fault before it comes here.
class Shower {
 public:
  explicit Shower(const Options& options)
      : form_(options.form),
        secrets_(options.show_keys ? schema::Secrets::show : schema::Secrets::hide),
        palette_(use_colour(options.colour) ? schema::kColours : schema::kPlain) {}

  void file(const std::string& name) {
    number_ = 0;
    file_ = name;
  }

  void record(const Item& item, const schema::WalkOptions& options) {
    ++number_;
    if (form_ == "ber") return out_.put(as_text(item.octets)), out_.settle();
    if (form_ == "text" || form_ == "hex") title(item);
    if (item.in_aggregate) return member(item, options);
    const auto& type = hi2::contents_type(item.module);
    if (form_ == "xer") {
      schema::XerWriter writer(out_, secrets_);
      show(type, item, writer, options);
    } else if (form_ == "hex") {
      schema::HexWriter writer(out_, secrets_);
      show(type, item, writer, options);
    } else if (form_ == "text") {
      schema::TextWriter writer(out_, secrets_, palette_);
      show(type, item, writer, options);
    } else {
      schema::JsonWriter writer(out_, json_form(), secrets_);
      show(type, item, writer, options);
      out_.put('\n');
    }
    if (form_ == "text" || form_ == "hex") out_.put('\n');
  }

  void begin_aggregate(const Item& item) {
    const auto& type = hi2::contents_type(item.module);
    const auto name = type.members[1].name;
    first_ = true;
    if (form_ == "xer") {
      xer_ = std::make_unique<schema::XerWriter>(out_, secrets_, true);
      xer_->open(type.name);
      xer_->open(name);
    } else if (form_ == "hex") {
      line(item, std::string(name) + ", an aggregate; its header is " + to_hex(item.octets));
    } else if (form_ == "text") {
      line(item, std::string(name) + ", an aggregate");
    } else if (is_json()) {
      out_.put(indented() ? "{\n  \"" : "{\"");
      out_.put(name);
      out_.put(indented() ? "\": [" : "\":[");
    }
  }

  void end_aggregate(const Item& item) {
    if (form_ == "xer" && xer_) {
      xer_->close();
      xer_->close();
      xer_.reset();
    } else if (form_ == "hex" || form_ == "text") {
      line(item, "end of the aggregate");
    } else if (is_json()) {
      out_.put(indented() ? (first_ ? "]\n}\n" : "\n  ]\n}\n") : "]}\n");
    }
    out_.settle();
  }

  void flush() {
    out_.flush();
    flush_output();
  }

 private:
  [[nodiscard]] bool is_json() const { return form_ == "json" || form_ == "jsonl"; }
  [[nodiscard]] bool indented() const { return form_ == "json"; }
  [[nodiscard]] schema::JsonForm json_form() const { return indented() ? schema::JsonForm::indented : schema::JsonForm::line; }

  static void show(const schema::Type& type, const Item& item, schema::Visitor& visitor, const schema::WalkOptions& options) {
    if (const auto walked = schema::walk(type, item.octets, visitor, options); !walked)
      throw std::logic_error("a second walk differs from the first");
  }

  void member(const Item& item, const schema::WalkOptions& options) {
    const auto& type = hi2::content_type(item.module);
    if (form_ == "xer") {
      show(type, item, *xer_, options);
    } else if (form_ == "hex") {
      schema::HexWriter writer(out_, secrets_);
      show(type, item, writer, options);
      out_.put('\n');
    } else if (form_ == "text") {
      schema::TextWriter writer(out_, secrets_, palette_);
      show(type, item, writer, options);
      out_.put('\n');
    } else {
      if (!first_) out_.put(',');
      if (indented()) out_.put("\n    ");
      schema::JsonWriter writer(out_, json_form(), secrets_, 2);
      show(type, item, writer, options);
    }
    first_ = false;
  }

  void title(const Item& item) {
    line(item, "record " + std::to_string(number_) + ", " + std::to_string(item.octets.size()) + " octets, " +
                   std::string(hi2::name(item.module)));
  }

  void line(const Item& item, const std::string& text) {
    char place[32];
    std::snprintf(place, sizeof place, ":0x%06zx  ", item.offset);
    out_.put(palette_.dim);
    out_.put("# " + file_ + place + text);
    out_.put(palette_.off);
    out_.put('\n');
  }

  std::string form_;
  schema::Secrets secrets_;
  const schema::Palette& palette_;
  schema::Output out_{[](std::string_view text) { put(text); }};
  std::unique_ptr<schema::XerWriter> xer_;  // of an open aggregate
  std::string file_;
  std::size_t number_ = 0;
  bool first_ = true;
};

class Decode {
 public:
  explicit Decode(Options options) : options_(std::move(options)), shower_(options_) {}

  int run() {
    if (options_.form == "ber" && stdout_is_terminal()) throw UsageError{"BER does not go to a terminal; write it to a file or a pipe"};
    const bool opened = for_each_input(options_.files, [this](std::istream& in, const std::string& name) { return file(in, name); });
    shower_.flush();
    return !opened || (bad_ && !options_.skip_bad) ? kBadData : kDone;
  }

 private:
  // False ends the run: --strict and something is wrong.
  bool file(std::istream& in, const std::string& name) {
    capture::RecordReader reader(in, {{}, to_module(options_.module)});
    shower_.file(name);
    bool open = false;
    while (auto item = reader.next()) {
      if (item->notice) report_notice(name, *item->notice);
      switch (item->what) {
        case Item::What::aggregate_begin: shower_.begin_aggregate(*item), open = true; break;
        case Item::What::aggregate_end: shower_.end_aggregate(*item), open = false; break;
        case Item::What::foreign:
        case Item::What::damage: wrong(name, *item->error); break;
        case Item::What::record: record(*item, reader, name);
      }
      if (bad_ && options_.strict) break;
    }
    if (open) shower_.end_aggregate({});  // so that what was written is whole
    return !(bad_ && options_.strict);
  }

  void record(const Item& item, capture::RecordReader& reader, const std::string& name) {
    const schema::WalkOptions options{{}, item.offset};
    auto findings = schema::check(hi2::content_type(item.module), item.octets, options);
    if (!findings) {
      reader.reject(findings.error());
      return wrong(name, findings.error());
    }
    for (auto& finding : *findings) wrong(name, {ErrorKind::out_of_range, finding.text, finding.offset, finding.path, finding.clause});
    if (!(bad_ && options_.strict)) shower_.record(item, options);
  }

  void wrong(const std::string& name, const Error& error) {
    shower_.flush();  // so that messages stand where they belong when both go to one place
    report(name, error);
    bad_ = true;
  }

  Options options_;
  Shower shower_;
  bool bad_ = false;
};

}  // namespace

Run setup_decode(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("files", options->files, "files with IRI records; none or - is standard input")->option_text("FILE...");
  app.add_option("-o,--output", options->form, "form: text, json, jsonl, xer, hex or ber")
      ->check(CLI::IsMember({"text", "json", "jsonl", "xer", "hex", "ber"}))
      ->option_text("FORM");
  add_module_option(app, options->module);
  app.add_flag("--show-keys", options->show_keys, "show key material instead of asterisks");
  app.add_flag("--strict", options->strict, "stop at the first thing that is wrong");
  app.add_flag("--skip-bad", options->skip_bad, "end with 0 even if records were bad");
  app.add_option("--color", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.footer(
      "Reads records one after the other, filler octets (00, FF) between them, and goes on behind a bad one.\n"
      "A message on standard error names file, offset, member and reason.\n"
      "\n"
      "Examples:\n"
      "  hi2 decode capture.ber\n"
      "  hi2 decode -o jsonl --show-keys capture.ber | hi2 encode > same.ber\n"
      "  hi2 decode -o hex capture.ber | less\n"
      "  zcat capture.ber.gz | hi2 decode -o json\n");
  return [options] { return Decode(*options).run(); };
}

}  // namespace li::tool
