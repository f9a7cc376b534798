#include <cstdio>
#include <memory>

#include "base/text.hpp"
#include "capture/reader.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "hi2/record.hpp"
#include "hi2/row.hpp"
#include "hi2/sip_look.hpp"
#include "schema/json.hpp"
#include "schema/redact.hpp"

namespace li::tool {
namespace {

using capture::Item;
using hi2::IriRecord;

struct Options {
  std::vector<std::string> files;
  std::string module;
  std::string colour = "auto";
  bool json = false;
};

struct Summary {
  std::string time;
  std::string type;
  std::string event;
  std::string liid;
  SipLook sip;
  std::vector<std::string> crypto_sessions;
  bool failure = false;
};

std::string place(std::size_t offset) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%06zx", offset);
  return text;
}

// Characters where they are all printable, hexadecimal otherwise.
std::string identifier(ByteView octets) {
  for (const auto octet : octets) {
    if (octet < 0x20 || octet > 0x7E) return to_hex(octets);
  }
  return std::string(as_text(octets));
}

std::string time_of(const hi2::TimeStamp& stamp) {
  const auto calendar = stamp.calendar();
  return calendar ? calendar->to_string() : printable(stamp.text);
}

std::string crypto_session(const Bytes& cccsid) { return cccsid.size() == 1 ? std::to_string(cccsid[0]) : to_hex(cccsid); }

// What is listed of a message is short; keys in it are masked wherever they stand.
std::string headers_without_keys(ByteView message) {
  constexpr std::size_t kHeaders = 16 * 1024;
  const auto head = message.first(std::min(message.size(), kHeaders));
  const auto masked = schema::mask(head, schema::secrets_in(schema::Secrecy::sip, head));
  return std::string(as_text(masked));
}

void look_at_message(ByteView message, SipLook& look) {
  look = look_at_sip(headers_without_keys(message));
  look_at_sdp(as_text(message), look);
}

Summary summarize(const IriRecord& record) {
  Summary summary;
  summary.time = time_of(record.time_stamp());
  summary.type = hi2::to_string(record.type());
  summary.liid = identifier(record.lawful_interception_identifier());
  if (const auto event = record.ims_event())
    summary.event = record.ims_event_name().value_or(std::to_string(static_cast<std::int64_t>(*event)));
  if (const auto message = record.sip_message()) look_at_message(*message, summary.sip);
  if (const auto offer = record.sip_message_header_offer()) look_at_message(*offer, summary.sip);
  for (const auto& sdp : {record.sdp_offer(), record.sdp_answer()}) {
    if (sdp) look_at_sdp(as_text(*sdp), summary.sip);
  }
  for (const auto& key : record.media_decryption_info()) summary.crypto_sessions.push_back(crypto_session(key.cccsid));
  summary.failure = record.media_sec_failure_indication().has_value();
  return summary;
}

// A cell that does not push all others off the screen.
std::string short_cell(std::string_view text) {
  constexpr std::size_t kMost = 80;
  return text.size() <= kMost ? printable(text) : printable(text.substr(0, kMost)) + "…";
}

// "alice@ims.example → bob@…": the same host is not said twice.
std::string from_to(const SipLook& sip) {
  if (sip.from.empty() && sip.to.empty()) return {};
  auto to = sip.to;
  const auto host = sip.from.find('@');
  if (host != std::string::npos && to.ends_with(std::string_view(sip.from).substr(host)))
    to = to.substr(0, to.size() - (sip.from.size() - host)) + "@…";
  return short_cell(sip.from) + " → " + short_cell(to);
}

std::string keys_of(const Summary& summary) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const auto& session : summary.crypto_sessions) add("CS " + session);
  if (summary.failure) add("failure");
  if (summary.sip.ticket) add("ticket");
  if (summary.sip.sdes) add("SDES");
  return text;
}

class List {
 public:
  explicit List(Options options)
      : options_(std::move(options)),
        colour_(use_colour(options_.colour)),
        table_({"#", "offset", "time", "type", "event", "LIID", "message", "from → to", "keys"}) {}

  int run() {
    const bool opened = for_each_input(options_.files, [this](std::istream& in, const std::string& name) { return file(in, name), true; });
    if (!options_.json && (records_ != 0 || damaged_ != 0 || !foreign_)) {
      table_.finish();
      totals();
    }
    flush_output();
    return opened && damaged_ == 0 && !foreign_ ? kDone : kBadData;
  }

 private:
  void file(std::istream& in, const std::string& name) {
    capture::RecordReader reader(in, {{}, to_module(options_.module)});
    if (options_.files.size() > 1 && !options_.json) table_.add({{}, name, 0, colour_ ? "\033[1m" : ""});
    file_ = name;
    number_ = 0;
    while (auto item = reader.next()) {
      if (item->notice) report_notice(name, *item->notice);
      if (item->what == Item::What::foreign) return foreign(name, *item->error);
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

  void foreign(const std::string& name, const Error& error) {
    report(name, error);
    foreign_ = true;
  }

  void show(const Item& item, const Summary& summary) {
    ++number_;
    ++records_;
    if (options_.json) return json(item, summary);
    const std::string_view mark = !colour_ ? "" : summary.failure ? "\033[33m" : !summary.crypto_sessions.empty() ? "\033[32m" : "";
    table_.add({{std::to_string(number_), place(item.offset), summary.time, summary.type, summary.event, summary.liid,
                 short_cell(summary.sip.start), from_to(summary.sip), keys_of(summary)},
                {},
                9,
                mark});
  }

  void damage(std::size_t offset, const Error& error) {
    ++damaged_;
    if (options_.json) {
      Object object;
      object.text("file", file_);
      object.number("offset", offset);
      object.text("damage", error.message());
      return put(object.finish());
    }
    auto at = error;
    const bool nearby = !error.offset || *error.offset == offset;
    if (nearby) at.offset.reset();
    table_.add({{"", place(offset)}, "damaged: " + at.message(), 2, colour_ ? "\033[31m" : ""});
  }

  // One line of --json.
  class Object {
   public:
    void text(std::string_view name, std::string_view value) {
      key(name);
      schema::append_json_string(out_, value);
    }
    void number(std::string_view name, std::size_t value) {
      key(name);
      out_ += std::to_string(value);
    }
    void list(std::string_view name, const std::vector<std::string>& values) {
      key(name);
      out_ += '[';
      for (const auto& value : values) {
        if (&value != values.data()) out_ += ',';
        schema::append_json_string(out_, value);
      }
      out_ += ']';
    }
    void present(std::string_view name) {
      key(name);
      out_ += "true";
    }
    std::string finish() { return out_ + "}\n"; }

   private:
    void key(std::string_view name) {
      if (out_.size() > 1) out_ += ',';
      schema::append_json_string(out_, name);
      out_ += ':';
    }
    std::string out_ = "{";
  };

  void json(const Item& item, const Summary& summary) {
    Object object;
    object.text("file", file_);
    object.number("number", number_);
    object.number("offset", item.offset);
    object.number("octets", item.octets.size());
    object.text("module", hi2::name(item.module));
    object.text("time", summary.time);
    object.text("type", summary.type);
    object.text("lawfulInterceptionIdentifier", summary.liid);
    if (!summary.event.empty()) object.text("iMSevent", summary.event);
    if (!summary.sip.start.empty()) object.text("message", printable(summary.sip.start));
    if (!summary.sip.from.empty()) object.text("from", printable(summary.sip.from));
    if (!summary.sip.to.empty()) object.text("to", printable(summary.sip.to));
    if (!summary.crypto_sessions.empty()) object.list("cryptoSessions", summary.crypto_sessions);
    if (summary.failure) object.present("mediaSecFailureIndication");
    if (summary.sip.ticket) object.present("ticket");
    if (summary.sip.sdes) object.present("sdes");
    put(object.finish());
  }

  void totals() {
    std::string text = std::to_string(records_) + (records_ == 1 ? " record" : " records");
    if (damaged_ != 0) text += ", " + std::to_string(damaged_) + " damaged";
    put(text + "\n");
  }

  Options options_;
  bool colour_;
  Table<9> table_;
  std::string file_;
  std::size_t number_ = 0;
  std::size_t records_ = 0;
  std::size_t damaged_ = 0;
  bool foreign_ = false;
};

}  // namespace

Run setup_ls(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("files", options->files, "files with IRI records; none or - is standard input")->option_text("FILE...");
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
