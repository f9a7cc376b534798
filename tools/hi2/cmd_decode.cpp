#include <memory>

#include "capture/agreement.hpp"
#include "capture/lookahead.hpp"
#include "capture/secrets.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "hi2/shower.hpp"
#include "ps/pdu.hpp"
#include "x2/codec.hpp"

namespace li::tool {
namespace {

using capture::Item;

struct DecodeOptions {
  std::vector<std::string> files;
  std::string form = "text";
  std::string module;
  std::string from;
  std::string colour = "auto";
  bool show_keys = false;
  bool strict = false;
  bool skip_bad = false;
};

class Decode {
 public:
  explicit Decode(DecodeOptions options)
      : options_(std::move(options)), shower_(options_.form, options_.show_keys, use_colour(options_.colour)) {}

  int run() {
    if (options_.form == "ber" && stdout_is_terminal()) throw UsageError{"BER does not go to a terminal; write it to a file or a pipe"};
    const bool opened = for_each_input(options_.files, [this](std::istream& in, const std::string& name) {
      capture::Lookahead ahead(in);
      std::istream whole(&ahead);
      const auto form = pick_form(options_.from, ahead.start());
      shower_.file(name);
      if (form == capture::Form::records) records(whole, name);
      else pdus(whole, name, form);
      return !(bad_ && options_.strict);
    });
    shower_.flush();
    return !opened || (bad_ && !options_.skip_bad) ? kBadData : kDone;
  }

 private:
  void records(std::istream& in, const std::string& name) {
    capture::RecordReader reader(in, {{}, to_module(options_.module)});
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
  }

  void record(const Item& item, capture::RecordReader& reader, const std::string& name) {
    const schema::WalkOptions options{{}, item.offset};
    auto findings = schema::check(hi2::content_type(item.module), item.octets, options);
    if (!findings) {
      reader.reject(findings.error());
      return wrong(name, findings.error());
    }
    for (const auto& finding : *findings) wrong(name, to_error(finding));
    if (!(bad_ && options_.strict)) shower_.record(item, options);
  }

  void pdus(std::istream& in, const std::string& name, capture::Form form) {
    if (form == capture::Form::x2 && options_.form == "xer") throw UsageError{"XER is a form of ASN.1, which X2 PDUs are not"};
    capture::PduReader reader(in, form);
    while (const auto item = reader.next()) {
      if (item->error) wrong(name, *item->error);
      else if (form == capture::Form::x2) x2_pdu(*item, reader, name);
      else ber_pdu(form == capture::Form::ps ? ps::pdu_type() : ps::voip_cc_pdu_type(), *item, reader, name);
      if (bad_ && options_.strict) break;
    }
  }

  void ber_pdu(const schema::Type& type, const capture::PduItem& item, capture::PduReader& reader, const std::string& name) {
    const schema::WalkOptions options{{}, item.offset};
    const auto findings = schema::check(type, item.octets, options);
    if (!findings) {
      reader.reject();
      return wrong(name, findings.error());
    }
    for (const auto& finding : *findings) wrong(name, to_error(finding));
    if (!(bad_ && options_.strict)) shower_.pdu(type, item, options);
    if (&type == &ps::pdu_type()) disagreements(item, name);
  }

  // Odd, and no reason to call the PDU bad.
  void disagreements(const capture::PduItem& item, const std::string& name) {
    const auto pdu = ps::decode(item.octets);
    const auto found = pdu ? capture::disagreements(*pdu) : std::vector<std::string>();
    if (!found.empty()) shower_.flush();
    for (const auto& one : found) report_notice(name, Error{ErrorKind::unexpected, one, item.offset, {}, {}}.message());
  }

  void x2_pdu(const capture::PduItem& item, capture::PduReader& reader, const std::string& name) {
    const auto pdu = x2::decode(item.octets);
    if (!pdu) {
      auto error = pdu.error();
      error.offset = item.offset + error.offset.value_or(0);
      reader.reject();
      return wrong(name, error);
    }
    for (const auto& text : x2::findings(*pdu)) wrong(name, {ErrorKind::out_of_range, text, item.offset, {}, {}});
    if (const auto* type = capture::payload_type(*pdu)) {
      const auto base = item.offset + item.octets.size() - pdu->payload.size();
      const auto findings = schema::check(*type, pdu->payload, {{}, base});
      if (!findings) wrong(name, findings.error());
      else
        for (const auto& finding : *findings) wrong(name, to_error(finding));
    }
    if (!(bad_ && options_.strict)) shower_.pdu(*pdu, item);
  }

  static Error to_error(const schema::Finding& finding) {
    return {ErrorKind::out_of_range, finding.text, finding.offset, finding.path, finding.clause};
  }

  void wrong(const std::string& name, const Error& error) {
    shower_.flush();  // so that messages stand where they belong when both go to one place
    report(name, error);
    bad_ = true;
  }

  DecodeOptions options_;
  Shower shower_;
  bool bad_ = false;
};

}  // namespace

Run setup_decode(CLI::App& app) {
  auto options = std::make_shared<DecodeOptions>();
  app.add_option("files", options->files, "files with IRI records or PDUs; none or - is standard input")->option_text("FILE...");
  app.add_option("-o,--output", options->form, "form: text, json, jsonl, xer, hex or ber")
      ->check(CLI::IsMember({"text", "json", "jsonl", "xer", "hex", "ber"}))
      ->option_text("FORM");
  add_from_option(app, options->from);
  add_module_option(app, options->module);
  app.add_flag("--show-keys", options->show_keys, "show key material instead of asterisks");
  app.add_flag("--strict", options->strict, "stop at the first thing that is wrong");
  app.add_flag("--skip-bad", options->skip_bad, "end with 0 even if records were bad");
  app.add_option("--color", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.footer(
      "Reads records one after the other, filler octets (00, FF) between them, and goes on behind a bad one. PS-PDUs\n"
      "(TS 102 232-1), HI3 PDUs of IMS calls and X2 or X3 PDUs (TS 103 221-2) are known by how the file starts.\n"
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
