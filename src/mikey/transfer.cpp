#include <algorithm>

#include "mikey/exchange_impl.hpp"

namespace li::mikey {
namespace {

// Seconds since 1900 counted on past 2036, and the fraction.
struct Moment {
  std::uint64_t seconds = 0;
  std::uint32_t fraction = 0;
  auto operator<=>(const Moment&) const = default;
};

std::uint32_t read32(ByteView octets) {
  std::uint32_t value = 0;
  for (const auto octet : octets.first(4)) value = value << 8 | octet;
  return value;
}

bool tells_time(std::uint8_t ts_type) { return ts_type != number(TsType::counter); }

// RFC 4330 clause 3: with the first bit clear, the time lies in 2036 or later.
Moment moment(std::uint8_t ts_type, ByteView value) {
  const auto whole = timestamp64(ts_type, value);
  const auto seconds = read32(whole);
  const std::uint64_t later = (seconds & 0x80000000U) == 0 ? std::uint64_t{1} << 32 : 0;
  return {seconds + later, read32(ByteView(whole).subspan(4))};
}

Answer<void> check_entry(Established& call, const GenericId& id, bool is_response, std::vector<bool>& seen) {
  if (seen[id.cs_id]) return refuse(Reason::policy, "CS ID " + std::to_string(id.cs_id) + " stands twice in the map");
  seen[id.cs_id] = true;
  if (is_response && id.policies.size() != 1) return refuse(Reason::policy, "a response names exactly one policy for each session");
  const auto is_named = [&id](const SecurityPolicy& policy) { return policy.policy_no == id.policies.front(); };
  if (is_response && std::none_of(call.policies.begin(), call.policies.end(), is_named)) {
    return refuse(Reason::policy, "a response names a policy that no SP payload has");
  }
  call.map.push_back(id);
  call.map_is_final = is_response;
  return {};
}

}  // namespace

Bytes data_of(const Idr* idr) { return idr == nullptr ? Bytes() : idr->data; }

Answer<Message> read_transfer(ByteView octets, DataType type) {
  auto message = decode(octets);
  if (!message) return refuse(Reason::malformed, message.error().message());
  if (!message->is(type)) return refuse(Reason::malformed, "a " + std::string(data_type_name(message->header.data_type)) + " message");
  if (prf_name(message->header.prf).empty())
    return refuse(Reason::malformed, "PRF func " + std::to_string(message->header.prf) + " is not known");
  if (message->payloads.empty() || !std::holds_alternative<Verification>(message->payloads.back().body)) {
    return refuse(Reason::malformed, "the last payload is not V");
  }
  if (find<Timestamp>(message->payloads) == nullptr) return refuse(Reason::malformed, "no T");
  return std::move(*message);
}

Answer<void> check_validity(const TicketPolicy& policy, const Timestamp* t, std::uint64_t now) {
  const auto at = t != nullptr && tells_time(t->ts_type) ? moment(t->ts_type, t->value) : Moment{now, 0};
  const auto* start = find(policy.tp_data, TsRole::start);
  const auto* end = find(policy.tp_data, TsRole::end);
  if (start != nullptr && tells_time(start->ts_type) && at < moment(start->ts_type, start->value)) return refuse(Reason::not_yet_valid);
  if (end != nullptr && tells_time(end->ts_type) && at > moment(end->ts_type, end->value)) return refuse(Reason::expired);
  return {};
}

Answer<void> take_kemac(Established& call, const Message& message, const KeySchedule& schedule, bool allowed, const char* whose) {
  const auto* kemac = find<Kemac>(message.payloads);
  if (kemac == nullptr) return {};
  if (!allowed) return refuse(Reason::policy, std::string("the ticket allows no KEMAC in ") + whose);
  const auto* t = find<Timestamp>(message.payloads);
  auto keys = open_keys(*kemac, schedule, {message.header.csb_id, t == nullptr ? Bytes() : timestamp64(t->ts_type, t->value)});
  if (!keys) return refuse(Reason::decrypt, std::string(whose) + ": " + keys.error().message());
  std::erase_if(*keys, [](const KeyData& key) { return key.key_type() == KeyType::mpk; });
  call.keys.insert(call.keys.begin(), std::make_move_iterator(keys->begin()), std::make_move_iterator(keys->end()));
  return {};
}

void take_policies(Established& call, const Message& message) {
  for (const auto& payload : message.payloads) {
    if (const auto* policy = std::get_if<SecurityPolicy>(&payload.body)) call.policies.insert(call.policies.begin(), *policy);
  }
}

Answer<void> take_map(Established& call, const Message& message, bool is_response) {
  if (message.header.map_type == number(MapType::srtp_id)) return refuse(Reason::policy, "an SRTP-ID map in MIKEY-TICKET");
  call.map.clear();
  std::vector<bool> seen(256);
  for (const auto& id : message.header.generic_ids) {
    if (auto fine = check_entry(call, id, is_response, seen); !fine) return fine;
  }
  return {};
}

}  // namespace li::mikey
