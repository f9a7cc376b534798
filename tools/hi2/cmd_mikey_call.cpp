#include <nlohmann/json.hpp>

#include <memory>
#include <stdexcept>

#include "hi2/cmd_mikey.hpp"
#include "hi2/input.hpp"
#include "hi2/mikey_call.hpp"
#include "hi2/mikey_show.hpp"
#include "mikey/decode.hpp"

namespace li::tool {
namespace {

using schema::Secrets;

struct MikeyCallOptions {
  unsigned prf = 0;
  std::optional<std::uint64_t> seed;
  std::string form = "text";
  std::string colour = "auto";
  bool no_forking = false;
  bool show_keys = false;
};

struct Step {
  const char* name;
  const char* title;
  const char* text;
  Bytes PlayedCall::*octets;
};

constexpr Step kSteps[] = {
    {"REQUEST_INIT_PSK", "1. Alice asks the KMS for a ticket: REQUEST_INIT_PSK, over HTTPS",
     "The TP says what she wants: who may resolve the ticket, until when, and how (the flags). V proves to the KMS that she has the\n"
     "pre-shared key that IDRpsk names, for its MAC key follows from that and RANDRi.",
     &PlayedCall::request_init},
    {"REQUEST_RESP", "2. The KMS grants it: REQUEST_RESP",
     "The TICKET holds MPK and TGK under the Ticket Protection Key, which nobody but the KMS has: to Alice it is opaque. The KEMAC\n"
     "brings her the same keys (MPKi, with key forking MPKr, and the TGK) under her pre-shared key. V proves that the KMS answers this\n"
     "very request.",
     &PlayedCall::request_resp},
    {"TRANSFER_INIT", "3. Alice calls Bob: TRANSFER_INIT, in a=key-mgmt:mikey of the SDP offer",
     "The map names a crypto session for each direction of the media. V is under MPKi, which all who may resolve the ticket learn.\n"
     "Initiator Data is there only with key forking: Vr is under MPKr and proves to the KMS that whoever asked for the ticket sends it.\n"
     "Session keys will follow from the TGK and the RANDs, so they are in no message.",
     &PlayedCall::transfer_init},
    {"RESOLVE_INIT_PSK", "4. Bob asks the KMS to resolve the ticket: RESOLVE_INIT_PSK, over HTTPS",
     "He can't open the TICKET and hands it on as it came. V proves who he is; the policy in the ticket says whether he may.",
     &PlayedCall::resolve_init},
    {"RESOLVE_RESP", "5. The KMS gives Bob the keys: RESOLVE_RESP",
     "With key forking MPKr and TGK are not those of Alice but forked with Bob's identity (IDRr) and RANDRkms: another who resolves\n"
     "the same ticket gets others and learns nothing about this call. Bob can now verify TRANSFER_INIT.",
     &PlayedCall::resolve_resp},
    {"TRANSFER_RESP", "6. Bob answers: TRANSFER_RESP, in the SDP answer",
     "With key forking IDRr and RANDRkms let Alice fork the keys as the KMS did. V is under Bob's forked MPKr (without forking under\n"
     "MPKi) and covers TRANSFER_INIT too: it proves that Bob resolved the ticket, and that both messages are of one exchange.",
     &PlayedCall::transfer_resp}};

class MikeyCall {
 public:
  MikeyCall(const MikeyCallOptions& options, PlayedCall call)
      : call_(std::move(call)), secrets_(options.show_keys ? Secrets::show : Secrets::hide), colour_(use_colour(options.colour)) {}

  void text() const {
    for (const auto& step : kSteps) {
      const auto& octets = call_.*step.octets;
      const auto message = mikey::decode(octets);
      if (!message) throw std::logic_error("a message of the call can't be read");
      put(marked(step.title) + '\n' + step.text + "\n\n" + mikey_text(*message, octets.size(), secrets_, colour_) + '\n');
    }
    put(marked("7. The session keys") +
        "\nAlice derives them with the keys of REQUEST_RESP, Bob with those of RESOLVE_RESP, and the KMS with nothing but the Ticket\n"
        "Protection Key and the two Transfer messages, when get_keys asks for the keys of " +
        call_.alice.identity + ".\n\n");
    for (const auto& session : call_.kms_keys.sessions) put(session_text(session));
    put(call_.agree() ? "\nAll three have the same keys.\n" : "\nThe keys differ.\n");
  }

  // An exchange case as docs/mikey-vectors.md has it.
  [[nodiscard]] std::string json(const std::string& id) const {
    Json one;
    one["id"] = id;
    one["kind"] = "exchange";
    one["comment"] = "all messages of one call, PSK variants";
    one["expect"] = "keys";
    one["tpk"] = {{{"id", hex_text(as_bytes(call_.tpk_id))}, {"key", shown(call_.tpk)}}};
    one["psk"] = {subscriber(call_.alice), subscriber(call_.bob)};
    for (const auto& step : kSteps) one["messages"][step.name] = hex_text(call_.*step.octets);
    one["secrets"] = {{"mpk", shown(call_.mpk)},
                      {"mpki", shown(call_.initiator.mpki)},
                      {"mpkr", shown(call_.initiator.mpkr)},
                      {"mpkr_forked", shown(call_.responder.mpkr)}};
    for (const auto& key : call_.initiator.keys) {
      one["secrets"]["ticket_keys"].push_back(
          {{"type", mikey::key_type_name(key.type)}, {"spi", hex_text(key.spi)}, {"key", shown(key.key)}, {"salt", shown(key.salt)}});
    }
    for (const auto& session : call_.kms_keys.sessions) {
      one["crypto_sessions"].push_back({{"cs_id", session.cs_id}, {"key", shown(session.key)}, {"salt", shown(session.salt)}});
    }
    return one.dump(1) + '\n';
  }

  [[nodiscard]] bool agree() const { return call_.agree(); }

 private:
  using Json = nlohmann::ordered_json;

  [[nodiscard]] Json shown(const SecretBytes& key) const {
    if (key.empty()) return nullptr;
    return secrets_ == Secrets::show ? hex_text(key.reveal()) : std::string(2 * key.size(), '*');
  }
  [[nodiscard]] Json subscriber(const Subscriber& one) const {
    return {{"id", hex_text(as_bytes(one.psk_id))}, {"subscriber", one.identity}, {"key", shown(one.psk)}};
  }
  [[nodiscard]] std::string session_text(const mikey::SessionKey& session) const {
    return "CS " + std::to_string(session.cs_id) + ": SRTP master key " + shown(session.key).get<std::string>() + ", salt " +
           shown(session.salt).get<std::string>() + ", MKI " + hex_text(session.spi) + '\n';
  }
  [[nodiscard]] std::string marked(const std::string& text) const { return colour_ ? "\033[1m" + text + "\033[0m" : text; }

  PlayedCall call_;
  Secrets secrets_;
  bool colour_;
};

}  // namespace

Run setup_mikey_call(CLI::App& app) {
  auto options = std::make_shared<MikeyCallOptions>();
  app.add_option("--prf", options->prf, "0: MIKEY-1 with the 128-bit algorithms, 1: PRF-HMAC-SHA-256 with the 256-bit ones")
      ->check(CLI::IsMember({0, 1}))
      ->option_text("0|1");
  app.add_option("--seed", options->seed, "take all random values and times from a number: the same octets each time")->option_text("N");
  app.add_flag("--no-forking", options->no_forking, "a ticket without key forking");
  app.add_option("-o,--output", options->form, "form: text, or json as in the test vectors")
      ->check(CLI::IsMember({"text", "json"}))
      ->option_text("FORM");
  app.add_flag("--show-keys", options->show_keys, "show keys instead of asterisks");
  app.add_option("--color", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->option_text("WHEN");
  app.footer(
      "Plays a call between Alice and Bob with a KMS, offline: shows each message, says who sends it and what it proves, and ends with\n"
      "the session keys, which both and the KMS that get_keys asks have found.\n"
      "\n"
      "Examples:\n"
      "  hi2 mikey call | less\n"
      "  hi2 mikey call --seed 1 --show-keys -o json | hi2 mikey test\n");
  return [options] {
    const MikeyCall call(*options, play_call({static_cast<mikey::Prf>(options->prf), !options->no_forking, options->seed}));
    if (options->form == "json") put(call.json("call"));
    else call.text();
    flush_output();
    return call.agree() ? kDone : kBadData;
  };
}

}  // namespace li::tool
