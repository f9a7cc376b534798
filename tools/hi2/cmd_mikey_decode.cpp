#include <iterator>
#include <memory>

#include "base/text.hpp"
#include "hi2/cmd_mikey.hpp"
#include "hi2/input.hpp"
#include "hi2/mikey_input.hpp"
#include "hi2/mikey_show.hpp"
#include "mikey/decode.hpp"

namespace li::tool {
namespace {

struct MikeyDecodeOptions {
  std::vector<std::string> files;
  std::string from = "auto";
  std::string form = "text";
  std::string colour = "auto";
  bool show_keys = false;
};

class MikeyDecode {
 public:
  explicit MikeyDecode(MikeyDecodeOptions options) : options_(std::move(options)), colour_(use_colour(options_.colour)) {}

  int run() {
    const bool opened = for_each_input(options_.files, [this](std::istream& in, const std::string& name) { return file(in, name), true; });
    flush_output();
    return opened && !bad_ ? kDone : kBadData;
  }

 private:
  void file(std::istream& in, const std::string& name) {
    RecordBytes input;
    std::copy(std::istreambuf_iterator<char>(in), {}, std::back_inserter(input));
    const auto messages = mikey_messages(input, options_.from);
    if (!messages) return wrong(name, messages.error());
    for (std::size_t i = 0; i < messages->size(); ++i) show((*messages)[i], title(name, (*messages)[i], i, messages->size()));
  }

  static std::string title(const std::string& name, const MikeyInput& input, std::size_t index, std::size_t count) {
    return name + (count == 1 ? "" : '#' + std::to_string(index + 1)) + (input.where.empty() ? "" : " (" + input.where + ')');
  }

  void show(const MikeyInput& input, const std::string& title) {
    if (!input.octets) return wrong(title, input.octets.error());
    const auto octets = input.octets->reveal();
    const auto message = mikey::decode(octets);
    if (!message) return wrong(title, message.error());
    const auto secrets = options_.show_keys ? schema::Secrets::show : schema::Secrets::hide;
    if (options_.form == "json") return put(mikey_json(title, *message, octets, secrets));
    put(first_ ? "Decoded only: no MAC, signature or time has been verified.\n\n" : "\n");
    first_ = false;
    put(printable(title) + ": " + mikey_text(*message, octets.size(), secrets, colour_));
  }

  void wrong(const std::string& name, const Error& error) {
    flush_output();
    report(name, error);
    bad_ = true;
  }

  MikeyDecodeOptions options_;
  bool colour_;
  bool first_ = true;
  bool bad_ = false;
};

}  // namespace

Run setup_mikey_decode(CLI::App& app) {
  auto options = std::make_shared<MikeyDecodeOptions>();
  app.add_option("files", options->files, "files with messages; none or - is standard input")->option_text("FILE...");
  app.add_option("--from", options->from, "what a file holds: auto, raw octets, hex, base64, or sip (SIP, SDP, a=key-mgmt lines)")
      ->check(CLI::IsMember({"auto", "raw", "hex", "base64", "sip"}))
      ->option_text("FORM");
  app.add_option("-o,--output", options->form, "form: text, or json as in the test vectors")
      ->check(CLI::IsMember({"text", "json"}))
      ->option_text("FORM");
  app.add_flag("--show-keys", options->show_keys, "show keys that stand in the clear instead of asterisks");
  app.add_option("--color", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.footer(
      "Reads MIKEY (RFC 3830) and MIKEY-TICKET (RFC 6043) and shows each payload with its offset and length. Verifies nothing and\n"
      "needs no key: hi2 mikey test does that. Messages of MIKEY-IBAKE, MIKEY-SAKKE and others are named, not read.\n"
      "\n"
      "Examples:\n"
      "  hi2 mikey decode invite.sip\n"
      "  grep key-mgmt offer.sdp | hi2 mikey decode\n"
      "  echo AQUFEGZB... | hi2 mikey decode --from base64 -o json\n");
  return [options] { return MikeyDecode(*options).run(); };
}

}  // namespace li::tool
