#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>

#include "base/text.hpp"
#include "hi2/cmd_lemf.hpp"
#include "hi2/input.hpp"
#include "hi2/lemf_item.hpp"
#include "hi2/lemf_store.hpp"
#include "schema/json.hpp"

namespace li::tool {
namespace {

struct LemfExportOptions {
  StoreChoice choice;
  FilterTexts filter;
  std::string form = "ber";
  std::string file;
  bool pdus = false;
  bool show_keys = false;
};

// From here on what is printed goes to a new file that only we may read.
void print_to(const std::string& file) {
  const auto made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made < 0) throw UsageError{file + ": " + std::strerror(errno)};
  ::dup2(made, STDOUT_FILENO);
  ::close(made);
}

class Export {
 public:
  explicit Export(const LemfExportOptions& options) : options_(options) {}

  int run() {
    const auto filter = to_filter(options_.filter);
    const auto ber = options_.form == "ber";
    if (ber && options_.file.empty() && stdout_is_terminal()) throw UsageError{"BER does not go to a terminal: name a file with --out"};
    // Octets are never altered: they hold the keys.
    auto reader = open_store(options_.choice, ber || options_.show_keys, "export -o " + options_.form);
    if (!reader) return failed(reader.error());
    if (!options_.file.empty()) print_to(options_.file);
    const auto read = reader->each(filter, [&](const lemf::Item& item) {
      if (ber) octets(item);
      else json(item);
      return true;
    });
    flush_output();
    if (!read) return failed(read.error());
    if (left_out_ != 0)
      report_notice("hi2 lemf export", std::to_string(left_out_) +
                                           (options_.pdus ? " that came in no PS-PDU" : " that hold no IRI record") +
                                           (left_out_ == 1 ? " is" : " are") + " left out");
    return kDone;
  }

 private:
  static int failed(const Error& error) {
    std::cerr << "hi2: " << printable(error.message()) << '\n';
    return kBadData;
  }

  void octets(const lemf::Item& item) {
    if (options_.pdus) {
      if (item.arrival.form == lemf::Form::pdu) put(as_text(item.arrival.octets));
      else ++left_out_;
      return;
    }
    const auto records = records_of(item);
    if (records.empty()) ++left_out_;
    for (const auto& record : records) put(as_text(record.octets));
  }

  // A line for each record; one for a PDU without records.
  void json(const lemf::Item& item) {
    const auto records = options_.pdus ? std::vector<StoredRecord>() : records_of(item);
    for (const auto& record : records) {
      auto line = head_of(item);
      line.text("module", hi2::name(record.module));
      value(line, "record", hi2::content_type(record.module), record.octets);
    }
    if (!records.empty()) return;
    auto line = head_of(item);
    if (item.arrival.form == lemf::Form::pdu) value(line, "pdu", ps::pdu_type(), item.arrival.octets);
    else put(line.finish());
  }

  static JsonLine head_of(const lemf::Item& item) {
    auto line = begin_line(item);
    const auto& arrival = item.arrival;
    if (!arrival.time.empty()) line.text("time", arrival.time);
    if (!arrival.event.empty()) line.text("event", arrival.event);
    if (!arrival.note.empty()) line.text("note", printable(arrival.note));
    return line;
  }

  void value(JsonLine& line, std::string_view name, const schema::Type& type, ByteView octets) const {
    if (const auto checked = schema::check(type, octets); !checked) {
      line.text("damage", checked.error().message());
      return put(line.finish());
    }
    put(line.open(name));
    schema::Output out([](std::string_view text) { put(text); });
    schema::JsonWriter writer(out, schema::JsonForm::line, options_.show_keys ? schema::Secrets::show : schema::Secrets::hide);
    static_cast<void>(schema::walk(type, octets, writer));
    out.flush();
    put("}\n");
  }

  const LemfExportOptions& options_;
  std::size_t left_out_ = 0;
};

}  // namespace

Run setup_lemf_export(CLI::App& app) {
  auto options = std::make_shared<LemfExportOptions>();
  add_store_options(app, options->choice);
  add_filter_options(app, options->filter);
  app.add_option("-o,--output", options->form, "form: ber (records one after the other) or jsonl (an object a record)")
      ->check(CLI::IsMember({"ber", "jsonl"}))
      ->option_text("FORM");
  app.add_flag("--ps", options->pdus, "PS-PDUs as they came instead of records");
  app.add_option("--out", options->file, "a new file that only you may read, instead of standard output")->option_text("FILE");
  app.add_flag("--show-keys", options->show_keys, "JSON with key material instead of asterisks; BER always has it");
  app.footer(
      "BER holds the keys. Where they are shown, the trail of administration notes who saw them; with --store and --key there is no "
      "trail.\n"
      "\n"
      "Examples:\n"
      "  hi2 lemf export --liid NL-0042 --out case.ber\n"
      "  hi2 lemf export --ps | hi2 ls --from ps\n"
      "  hi2 lemf export -o jsonl --event decryptionKeysAvailable | jq .correlation\n");
  return [options] { return Export(*options).run(); };
}

}  // namespace li::tool
