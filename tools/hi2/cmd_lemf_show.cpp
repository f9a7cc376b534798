#include <iostream>
#include <memory>

#include "base/text.hpp"
#include "hi2/cmd_lemf.hpp"
#include "hi2/input.hpp"
#include "hi2/lemf_item.hpp"
#include "hi2/lemf_store.hpp"
#include "hi2/shower.hpp"

namespace li::tool {
namespace {

struct LemfShowOptions {
  StoreChoice choice;
  std::int64_t id = 0;
  std::string form = "text";
  std::string colour = "auto";
  bool show_keys = false;
};

int failed(const Error& error) {
  std::cerr << "hi2: " << printable(error.message()) << '\n';
  return kBadData;
}

// Nobody can tell where a key stands in what can't be read.
void show_octets(ByteView octets, bool with_keys) {
  if (with_keys) put(to_hex(octets) + "\n");
  else put(std::to_string(octets.size()) + " octets, which may hold keys: --show-keys shows them\n");
  flush_output();
}

// Whether it could be shown.
bool show(const lemf::Item& item, const LemfShowOptions& options) {
  const auto& arrival = item.arrival;
  Shower shower(options.form, options.show_keys, use_colour(options.colour));
  shower.file("item " + std::to_string(item.id));
  if (arrival.form == lemf::Form::pdu) {
    shower.pdu(ps::pdu_type(), {0, arrival.octets, {}}, {});
  } else if (arrival.form != lemf::Form::bad) {
    const auto module = arrival.form == lemf::Form::umts ? hi2::Module::umts : hi2::Module::eps;
    shower.record({capture::Item::What::record, 0, arrival.octets, module, false, {}, {}}, {});
  }
  shower.flush();
  if (arrival.form == lemf::Form::bad) show_octets(arrival.octets, options.show_keys);
  if (!arrival.note.empty()) report_notice("item " + std::to_string(item.id), arrival.note);
  return arrival.form != lemf::Form::bad;
}

int run(const LemfShowOptions& options) {
  auto reader = open_store(options.choice, options.show_keys, "show " + std::to_string(options.id));
  if (!reader) return failed(reader.error());
  lemf::Filter filter;
  filter.id = options.id;
  std::optional<bool> shown;
  const auto read = reader->each(filter, [&](const lemf::Item& item) {
    shown = show(item, options);
    return false;
  });
  if (!read) return failed(read.error());
  if (!shown) return failed({ErrorKind::missing, "there is no item " + std::to_string(options.id), {}, {}, {}});
  return *shown ? kDone : kBadData;
}

}  // namespace

Run setup_lemf_show(CLI::App& app) {
  auto options = std::make_shared<LemfShowOptions>();
  app.add_option("id", options->id, "its number, as hi2 lemf ls has it")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()))
      ->option_text("ID");
  add_store_options(app, options->choice);
  app.add_option("-o,--output", options->form, "form: text, json, jsonl, xer or hex")
      ->check(CLI::IsMember({"text", "json", "jsonl", "xer", "hex"}))
      ->option_text("FORM");
  app.add_flag("--show-keys", options->show_keys, "show key material instead of asterisks; the trail of administration notes it");
  app.add_option("--color", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.footer(
      "Shows every member of the PS-PDU or record.\n"
      "\n"
      "Examples:\n"
      "  hi2 lemf show 17\n"
      "  hi2 lemf show -o json 17 | jq .\n");
  return [options] { return run(*options); };
}

}  // namespace li::tool
