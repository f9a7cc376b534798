#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>

#include "capture/lookahead.hpp"
#include "capture/reader.hpp"
#include "capture/secrets.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "ps/pdu.hpp"
#include "schema/reading.hpp"
#include "x2/codec.hpp"
#include "x2/json.hpp"

namespace li::tool {
namespace {

struct EncodeOptions {
  std::vector<std::string> files;
  std::string form = "auto";
  std::string module;
  std::string from;
  bool strict = false;
  bool skip_bad = false;
};

// A PDU of TS 103 221-2 has members that no record or PDU of ASN.1 has; whichever comes first tells.
bool is_x2_json(ByteView start) {
  constexpr std::string_view kMembers[] = {"version",          "pduType", "headerLength",  "payloadLength", "payloadFormat",
                                           "payloadDirection", "xid",     "correlationId", "attributes"};
  const auto text = as_text(start);
  const auto open = text.find('"');
  if (open == std::string_view::npos || text.find_first_not_of(" \t\r\n[{") != open) return false;
  const auto name = text.substr(open + 1, text.find('"', open + 1) - open - 1);
  return std::find(std::begin(kMembers), std::end(kMembers), name) != std::end(kMembers);
}

capture::Form form_of(const schema::Type& type) {
  if (&type == &ps::pdu_type() || &type == &ps::encrypted_payload_type()) return capture::Form::ps;
  return &type == &ps::voip_cc_pdu_type() ? capture::Form::hi3 : capture::Form::records;
}

class Encode {
 public:
  explicit Encode(EncodeOptions options) : options_(std::move(options)) {}

  int run() {
    if (stdout_is_terminal()) throw UsageError{"BER does not go to a terminal; write it to a file or a pipe"};
    const bool opened = for_each_input(options_.files, [this](std::istream& in, const std::string& name) { return file(in, name); });
    flush_output();
    return !opened || (bad_ && !options_.skip_bad) ? kBadData : kDone;
  }

 private:
  bool file(std::istream& source, const std::string& name) {
    capture::Lookahead ahead(source);
    std::istream in(&ahead);
    records_ = 0;
    if (options_.from == "x2" || (options_.from.empty() && is_x2_json(ahead.start()))) x2_pdus(in, name);
    else records(in, name);
    if (records_ == 0 && !bad_) {
      report(name, {ErrorKind::missing, "no record to encode", std::nullopt, {}, {}});
      bad_ = true;
    }
    return !(bad_ && options_.strict);
  }

  void records(std::istream& in, const std::string& name) {
    const auto on_record = [&](schema::Encoded&& record) { return take(record, name); };
    const auto on_failure = [&](schema::ReadFailure&& failure) {
      report_line(name, failure.line, failure.error);
      if (failure.last) report_notice(name, "reading can't go on behind this");
      bad_ = true;
      return !options_.strict;
    };
    if (is_xml(in)) schema::read_xer(in, on_record, on_failure);
    else schema::read_json(in, on_record, on_failure);
  }

  void x2_pdus(std::istream& in, const std::string& name) {
    x2::read_json(in, [&](Result<x2::Pdu>&& pdu, std::size_t number) {
      auto octets = pdu ? x2::encode(*pdu) : failure(pdu.error());
      if (octets && capture::was_masked(*pdu))
        octets = failure(ErrorKind::redacted, "a key was masked when this was decoded; decode again with --show-keys");
      if (octets) {
        ++records_;
        put(as_text(*octets));
        return true;
      }
      auto error = octets.error();
      error.offset.reset();
      error.text = "PDU " + std::to_string(number) + ": " + error.text;
      report(name, error);
      bad_ = true;
      return !options_.strict;
    });
  }

  [[nodiscard]] bool is_xml(std::istream& in) const {
    if (options_.form != "auto") return options_.form == "xer";
    return (in >> std::ws).peek() == '<';
  }

  // The names say which module the record is of. Its domain identifier may name none, but not the other one.
  bool take(const schema::Encoded& record, const std::string& name) {
    const auto form = form_of(*record.type);
    if (const auto asked = capture::form_by_name(options_.from); asked && *asked != form) {
      throw UsageError{"--from " + options_.from + " contradicts what is at " + name + ":" + std::to_string(record.line) + ", a " +
                       std::string(record.type->name)};
    }
    ++records_;
    if (form != capture::Form::records) return put(as_text(record.octets)), true;
    const auto named = record.type == &hi2::contents_type(hi2::Module::umts) ? hi2::Module::umts : hi2::Module::eps;
    if (const auto asked = to_module(options_.module); asked && *asked != named) {
      throw UsageError{"--module " + options_.module + " contradicts the record at " + name + ":" + std::to_string(record.line) +
                       ", which is of " + std::string(hi2::name(named))};
    }
    const auto domain = hi2::look(record.octets);
    if (domain.module && *domain.module != named) {
      report_line(name, record.line,
                  {ErrorKind::unexpected,
                   "domain identifier " + domain.text() + " is not of " + std::string(hi2::name(named)) + ", which the member names are of",
                   {},
                   {},
                   "TS 33.108 B.3, B.9"});
      bad_ = true;
      return !options_.strict;
    }
    if (auto error = unreadable(record.octets, named)) {
      report_line(name, record.line, *error);
      bad_ = true;
      return !options_.strict;
    }
    put(as_text(record.octets));
    return true;
  }

  // Records of two modules in one aggregate: none of them says so alone.
  static std::optional<Error> unreadable(ByteView octets, hi2::Module module) {
    if (octets.empty() || octets[0] != 0x30) return {};
    std::istringstream in{std::string(as_text(octets))};
    capture::RecordReader reader(in, {{}, module});
    while (const auto item = reader.next()) {
      if (item->error) return item->error;
    }
    return {};
  }

  EncodeOptions options_;
  std::size_t records_ = 0;
  bool bad_ = false;
};

}  // namespace

Run setup_encode(CLI::App& app) {
  auto options = std::make_shared<EncodeOptions>();
  app.add_option("files", options->files, "JSON, JSON lines or XER; none or - is standard input")->option_text("FILE...");
  app.add_option("-i,--input", options->form, "form: auto, json (JSON lines too) or xer")
      ->check(CLI::IsMember({"auto", "json", "xer"}))
      ->option_text("FORM");
  app.add_option("--from", options->from, "insist on what is encoded: ber (IRI records), ps, hi3 or x2; member names decide")
      ->check(CLI::IsMember({"ber", "ps", "hi3", "x2"}))
      ->option_text("ber|ps|hi3|x2");
  app.add_option("--module", options->module, "insist on a module; the records' own names decide")
      ->check(CLI::IsMember({"umts", "eps"}))
      ->option_text("umts|eps");
  app.add_flag("--strict", options->strict, "stop at the first bad record");
  app.add_flag("--skip-bad", options->skip_bad, "end with 0 even if records were bad");
  app.footer(
      "Writes DER to standard output: records, PS-PDUs and HI3 PDUs as the outermost names say, X2 PDUs from JSON. Refuses\n"
      "records that break the module, and JSON whose keys were masked: decode with --show-keys for a way back.\n"
      "\n"
      "Examples:\n"
      "  hi2 encode record.json > record.ber\n"
      "  hi2 decode -o xer --show-keys a.ber | hi2 encode | cmp - a.ber\n");
  return [options] { return Encode(*options).run(); };
}

}  // namespace li::tool
