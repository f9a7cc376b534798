#include "hi2/mikey_case_exchange.hpp"
#include <algorithm>

#include "hi2/mikey_case_call.hpp"

namespace li::tool {
namespace {

using mikey::DataType;

std::optional<Said> said(const Json& messages, const char* name) {
  auto octets = find_octets(messages, name);
  if (!octets) return std::nullopt;
  auto message = mikey::decode(*octets);
  if (!message) throw CaseFault{std::string(name) + " can't be read: " + message.error().message()};
  if (message->is(DataType::error) || mikey::data_type_name(message->header.data_type) != name)
    throw CaseFault{std::string(name) + " is a " + std::string(mikey::data_type_name(message->header.data_type))};
  return Said{name, std::move(*octets), std::move(*message)};
}

// By the IDRpsk of the request, or else the subscriber who asks.
SecretBytes psk_of(const Json& one, const mikey::Message& request, mikey::IdRole self) {
  const auto* named = mikey::find(request.payloads, mikey::IdRole::psk);
  const auto* asker = mikey::find(request.payloads, self);
  for (const auto& psk : list_member(one, "psk")) {
    const bool is_it = named != nullptr ? find_octets(psk, "id") == named->data
                                        : asker != nullptr && text_member(psk, "subscriber") == as_text(asker->data);
    if (is_it) return SecretBytes(octets_member(psk, "key"));
  }
  throw CaseFault{"it has no psk for " + std::string(mikey::data_type_name(request.header.data_type))};
}

std::optional<Asked> asked(const Json& one, const char* request, const char* answer, mikey::IdRole self, Differences& differences) {
  auto question = said(one.at("messages"), request);
  if (!question) return std::nullopt;
  auto psk = psk_of(one, question->message, self);
  if (!mikey::verify_request(question->message, question->octets, psk.reveal())) differences.add(std::string(request) + ": V is wrong");
  auto reply = said(one.at("messages"), answer);
  if (!reply) throw CaseFault{std::string(request) + " without " + answer};
  auto granted = mikey::open_answer(reply->octets, question->octets, psk.reveal());
  if (!granted) {
    differences.add(std::string(answer) + " does not open: " + std::string(mikey::word(granted.error().reason)));
    return std::nullopt;
  }
  return Asked{std::move(*question), std::move(*reply), std::move(psk), std::move(*granted)};
}

void compare_keys(const Json& secrets, const mikey::TicketSecrets& is, const std::string& whose, Differences& differences) {
  const auto& expected = list_member(secrets, "ticket_keys");
  if (is.keys.size() != expected.size()) return differences.add(whose + std::to_string(is.keys.size()) + " ticket keys");
  for (std::size_t i = 0; i < is.keys.size(); ++i) {
    const auto& key = is.keys[i];
    const auto where = whose + "ticket key " + std::to_string(i + 1) + ": ";
    const auto type = mikey::key_type_name(key.type);
    if (text_member(expected[i], "type") != type) differences.add(where + "type is " + std::string(type));
    differences.compare(where + "spi", key.spi, octets_member(expected[i], "spi"));
    differences.compare(where + "salt", key.salt.reveal(), find_octets(expected[i], "salt").value_or(Bytes()));
    // A forked TGK is compared by what follows from it.
    if (!is.fork || !mikey::is_tgk(key.key_type())) differences.compare(where + "key", key.key.reveal(), octets_member(expected[i], "key"));
  }
}

void compare_secrets(const Json& one, const mikey::TicketSecrets& is, const std::string& whose, Differences& differences) {
  const auto* secrets = find_member(one, "secrets");
  if (secrets == nullptr) return;
  const auto compare = [&](const char* name, const SecretBytes& value) {
    if (const auto expected = find_octets(*secrets, name)) differences.compare(whose + name, value.reveal(), *expected);
  };
  compare("mpki", is.mpki);
  compare(is.fork ? "mpkr_forked" : "mpkr", is.mpkr);
  if (find_member(*secrets, "ticket_keys") != nullptr) compare_keys(*secrets, is, whose, differences);
  const auto tgk = std::find_if(is.keys.begin(), is.keys.end(), [](const auto& key) { return mikey::is_tgk(key.key_type()); });
  if (is.fork && tgk != is.keys.end()) compare("tgk_forked", tgk->key);
}

// The session keys as one of the three parties derives them.
void compare_call(const Json& one, const Exchange& exchange, const mikey::OpenTicket& open, const std::string& whose,
                  Differences& differences) {
  const auto keys = mikey::derive_call(exchange.transfer(), std::nullopt, open, {});
  if (!keys) differences.add(whose + "refused: " + std::string(mikey::word(keys.error().reason)));
  else compare_sessions(one, keys->sessions, whose, differences);
}

mikey::OpenTicket with(const mikey::TicketSecrets& secrets) {
  return [&secrets](const mikey::TicketView&) -> mikey::Answer<mikey::TicketSecrets> { return secrets.copy(); };
}

void compare_calls(const Json& one, const Exchange& exchange, Differences& differences) {
  const auto tpks = tpks_of(one);
  const auto open = [&tpks](const mikey::TicketView& view) { return mikey::open_ticket(view, tpks, true); };
  const auto view = mikey::find_ticket(exchange.init->message, exchange.init->octets);
  if (const auto secrets = view ? open(*view) : mikey::refuse(mikey::Reason::no_ticket); secrets)
    compare_secrets(one, *secrets, "ticket: ", differences);
  compare_call(one, exchange, open, "KMS: ", differences);
  if (exchange.request) compare_call(one, exchange, with(exchange.request->granted.secrets), "initiator: ", differences);
  if (exchange.resolve) compare_call(one, exchange, with(exchange.resolve->granted.secrets), "responder: ", differences);
}

}  // namespace

void run_exchange_case(const Json& one, Differences& differences) {
  const auto& messages = member(one, "messages");
  Exchange exchange;
  exchange.request = asked(one, "REQUEST_INIT_PSK", "REQUEST_RESP", mikey::IdRole::initiator, differences);
  exchange.resolve = asked(one, "RESOLVE_INIT_PSK", "RESOLVE_RESP", mikey::IdRole::responder, differences);
  exchange.init = said(messages, "TRANSFER_INIT");
  exchange.resp = said(messages, "TRANSFER_RESP");
  if (exchange.request) compare_secrets(one, exchange.request->granted.secrets, "REQUEST_RESP: ", differences);
  if (exchange.resolve) compare_secrets(one, exchange.resolve->granted.secrets, "RESOLVE_RESP: ", differences);
  if (exchange.init) compare_calls(one, exchange, differences);
  rebuild(one, exchange, differences);
}

}  // namespace li::tool
