#include <iostream>
#include <memory>

#include "base/text.hpp"
#include "hi2/cmd_lemf.hpp"
#include "hi2/input.hpp"
#include "hi2/lemf_item.hpp"
#include "hi2/lemf_store.hpp"
#include "hi2/row.hpp"

namespace li::tool {
namespace {

struct LemfLsOptions {
  StoreChoice choice;
  FilterTexts filter;
  std::string colour = "auto";
  bool json = false;
  bool gaps = false;
  bool closed = false;
};

class List {
 public:
  explicit List(const LemfLsOptions& options)
      : options_(options),
        colour_(use_colour(options.colour)),
        table_({"#", "time", "seq", "type", "event", "LIID", "correlation", "message", "from → to", "keys"}) {}

  int run() {
    const auto filter = to_filter(options_.filter);
    auto reader = open_store(options_.choice, false, "ls");
    if (!reader) return failed(reader.error());
    if (!options_.gaps) {
      const auto read = reader->each(filter, [this](const lemf::Item& item) { return show(item), true; });
      if (!options_.json) table_.finish();
      if (!read) return failed(read.error());
    }
    const auto gaps = reader->gaps(filter, options_.closed);
    if (!gaps) return failed(gaps.error());
    for (const auto& gap : *gaps) show(gap);
    if (!options_.json) totals(gaps->size());
    flush_output();
    return kDone;
  }

 private:
  static int failed(const Error& error) {
    flush_output();
    std::cerr << "hi2: " << printable(error.message()) << '\n';
    return kBadData;
  }

  void show(const lemf::Item& item) {
    ++items_;
    for (const auto& row : rows_of(item)) {
      if (options_.json) json(item, row);
      else line(item, row);
    }
  }

  void line(const lemf::Item& item, const PduRow& row) {
    const auto& summary = row.summary;
    const auto note = item.conflict ? "conflict: this number was here with other octets" : row.note;
    const auto sequence = row.sequence_number ? std::to_string(*row.sequence_number) : std::string();
    table_.add(
        {{std::to_string(item.id), summary.time, sequence, summary.type, summary.event, summary.liid, to_hex(item.arrival.correlation),
          summary.sip.start.empty() ? short_cell(note) : short_cell(summary.sip.start), from_to(summary.sip), keys_of(summary)},
         {},
         10,
         mark_of(summary, colour_)});
  }

  static void json(const lemf::Item& item, const PduRow& row) {
    auto line = begin_line(item);
    if (!row.summary.time.empty()) line.text("time", row.summary.time);
    line.text("type", row.summary.type);
    if (!row.note.empty()) line.text("note", row.note);
    put_summary(line, row.summary, "event");
    put(line.finish());
  }

  void show(const lemf::Gap& gap) {
    const auto liid = identifier(gap.liid);
    if (options_.json) {
      JsonLine line;
      line.text("gap", gap.context);
      line.text("lawfulInterceptionIdentifier", liid);
      line.number("first", gap.first);
      line.number("last", gap.last);
      line.number("missing", gap.missing);
      line.text("noticed", utc_text(gap.noticed));
      if (gap.closed) line.text("closed", utc_text(*gap.closed));
      return put(line.finish());
    }
    const auto range = gap.first == gap.last ? std::to_string(gap.first) : std::to_string(gap.first) + " to " + std::to_string(gap.last);
    put((colour_ ? "\033[31m" : "") + ("gap: " + liid + ", " + printable(gap.context) + ": " + range) +
        (gap.closed ? ", closed " + utc_text(*gap.closed)
                    : ", " + std::to_string(gap.missing) + " missing since " + utc_text(gap.noticed)) +
        (colour_ ? "\033[0m\n" : "\n"));
  }

  void totals(std::size_t gaps) const {
    put((options_.gaps ? std::string() : std::to_string(items_) + " received, ") + std::to_string(gaps) +
        (gaps == 1 ? " gap\n" : " gaps\n"));
  }

  const LemfLsOptions& options_;
  bool colour_;
  Table<10> table_;
  std::size_t items_ = 0;
};

}  // namespace

Run setup_lemf_ls(CLI::App& app) {
  auto options = std::make_shared<LemfLsOptions>();
  add_store_options(app, options->choice);
  add_filter_options(app, options->filter);
  app.add_flag("--json", options->json, "a JSON object a line");
  app.add_flag("--gaps", options->gaps, "only what is missing");
  app.add_flag("--closed", options->closed, "gaps too that have closed since");
  app.add_option("--color", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.footer(
      "A line for each record: its number in the store, time, sequence number, type, event, LIID, correlation, the SIP message\n"
      "with its addresses, and what it says of keys. Below them the sequence numbers that have not come.\n"
      "\n"
      "Examples:\n"
      "  hi2 lemf ls\n"
      "  hi2 lemf ls --liid NL-0042 --since 2026-11-20 --event decryptionKeysAvailable\n"
      "  hi2 lemf ls --gaps\n");
  return [options] { return List(*options).run(); };
}

}  // namespace li::tool
