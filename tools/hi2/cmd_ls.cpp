#include <memory>

#include "base/text.hpp"
#include "capture/lookahead.hpp"
#include "capture/reader.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "hi2/list_pdus.hpp"
#include "hi2/row.hpp"
#include "hi2/summary.hpp"

namespace li::tool {
namespace {

using capture::Item;

struct LsOptions {
  std::vector<std::string> files;
  std::string module;
  std::string from;
  std::string colour = "auto";
  bool json = false;
};

class List {
 public:
  explicit List(LsOptions options) : options_(std::move(options)), colour_(use_colour(options_.colour)) {}

  int run() {
    const bool opened = for_each_input(options_.files, [this](std::istream& in, const std::string& name) { return file(in, name), true; });
    if (pdus_.files == 0 && !foreign_) any_ = true;  // nothing at all: an empty list of records
    if (any_ && pdus_.files == 0 && !options_.json) static_cast<void>(table());
    finish_table();
    if (!options_.json) totals();
    flush_output();
    return opened && damaged_ == 0 && pdus_.damaged == 0 && pdus_.mismatches == 0 && !foreign_ ? kDone : kBadData;
  }

 private:
  using RecordTable = Table<9>;

  void file(std::istream& in, const std::string& name) {
    capture::Lookahead ahead(in);
    std::istream whole(&ahead);
    const auto form = pick_form(options_.from, ahead.start());
    if (form == capture::Form::records) return records(whole, name);
    finish_table();
    list_pdus(whole, name, form, {options_.json, colour_, options_.files.size() > 1}, pdus_);
  }

  void records(std::istream& in, const std::string& name) {
    capture::RecordReader reader(in, {{}, to_module(options_.module)});
    if (options_.files.size() > 1 && !options_.json) table().add({{}, name, 0, colour_ ? "\033[1m" : ""});
    file_ = name;
    number_ = 0;
    while (auto item = reader.next()) {
      if (item->notice) report_notice(name, *item->notice);
      if (item->what == Item::What::foreign) return foreign(name, *item->error);
      any_ = true;
      if (item->what == Item::What::damage) damage(item->offset, *item->error);
      if (item->what != Item::What::record) continue;
      const auto record = hi2::decode(item->octets, item->module, {{}, item->offset});
      if (record) {
        show(*item, summarize(*record));
      } else {
        reader.reject(record.error());
        damage(item->offset, record.error());
      }
    }
  }

  // Begun with the first line, ended before PDUs are listed, which have a table of their own.
  RecordTable& table() {
    if (!table_)
      table_ =
          std::make_unique<RecordTable>(RecordTable::Row{"#", "offset", "time", "type", "event", "LIID", "message", "from → to", "keys"});
    return *table_;
  }
  void finish_table() {
    if (table_ && any_) table_->finish();
    table_.reset();
  }

  void foreign(const std::string& name, const Error& error) {
    report(name, error);
    foreign_ = true;
  }

  void show(const Item& item, const Summary& summary) {
    ++number_;
    ++records_;
    if (options_.json) return json(item, summary);
    table().add({{std::to_string(number_), place(item.offset), summary.time, summary.type, summary.event, summary.liid,
                  short_cell(summary.sip.start), from_to(summary.sip), keys_of(summary)},
                 {},
                 9,
                 mark_of(summary, colour_)});
  }

  void damage(std::size_t offset, const Error& error) {
    ++damaged_;
    if (options_.json) return put(damage_line(file_, offset, error));
    table().add({{"", place(offset)}, damage_note(offset, error), 2, colour_ ? "\033[31m" : ""});
  }

  void json(const Item& item, const Summary& summary) {
    JsonLine line;
    line.text("file", file_);
    line.number("number", number_);
    line.number("offset", item.offset);
    line.number("octets", item.octets.size());
    line.text("module", hi2::name(item.module));
    line.text("time", summary.time);
    line.text("type", summary.type);
    line.text("lawfulInterceptionIdentifier", summary.liid);
    put_summary(line, summary);
    put(line.finish());
  }

  void totals() const {
    const auto counted = [](std::size_t count, const std::string& what, std::size_t damaged) {
      put(std::to_string(count) + " " + what + (count == 1 ? "" : "s") + (damaged != 0 ? ", " + std::to_string(damaged) + " damaged" : "") +
          "\n");
    };
    if (any_) counted(records_, "record", damaged_);
    if (pdus_.files != 0) counted(pdus_.pdus, "PDU", pdus_.damaged);
    if (pdus_.mismatches != 0)
      put(std::to_string(pdus_.mismatches) + (pdus_.mismatches == 1 ? " digest does" : " digests do") + " not match\n");
  }

  LsOptions options_;
  bool colour_;
  std::unique_ptr<RecordTable> table_;
  std::string file_;
  std::size_t number_ = 0;
  std::size_t records_ = 0;
  std::size_t damaged_ = 0;
  PduCounts pdus_;
  bool any_ = false;
  bool foreign_ = false;
};

}  // namespace

Run setup_ls(CLI::App& app) {
  auto options = std::make_shared<LsOptions>();
  app.add_option("files", options->files, "files with IRI records or PDUs; none or - is standard input")->option_text("FILE...");
  add_from_option(app, options->from);
  add_module_option(app, options->module);
  app.add_flag("--json", options->json, "a JSON object a line");
  app.add_option("--color", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.footer(
      "Number and offset of each record, its time, type, event and LIID, the SIP message with its addresses, and what it says\n"
      "of keys: crypto sessions (CS), a failure, a MIKEY ticket or SDES in the SDP. Damage stands in its place.\n"
      "\n"
      "Examples:\n"
      "  hi2 ls capture.ber\n"
      "  hi2 ls --json capture.ber | jq 'select(.cryptoSessions)'\n");
  return [options] { return List(*options).run(); };
}

}  // namespace li::tool
