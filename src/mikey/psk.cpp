#include "mikey/psk.hpp"

#include <algorithm>

#include "crypto/hash.hpp"
#include "mikey/exchange_impl.hpp"
#include "mikey/finish_impl.hpp"

namespace li::mikey {
namespace {

KeySchedule schedule_of(const Message& message, ByteView psk, ByteView rand) {
  return KeySchedule::rfc3830(static_cast<Prf>(message.header.prf), psk, message.header.csb_id, rand);
}

std::vector<const Id*> identities(const Message& message) {
  std::vector<const Id*> found;
  for (const auto& one : message.payloads) {
    if (const auto* id = std::get_if<Id>(&one.body)) found.push_back(id);
  }
  return found;
}

// What the MAC of a verification message covers behind the message: Identity_i ++ Identity_r ++ T of I_MESSAGE.
struct Covered {
  Bytes id_i, id_r, t;
};

Covered covered_by_verification(const Message& init, const Message& verification, ByteView id_i, ByteView id_r) {
  const auto of_init = identities(init);
  const auto of_resp = identities(verification);
  Covered covered{to_bytes(id_i), to_bytes(id_r), {}};
  if (!of_init.empty()) covered.id_i = of_init[0]->data;
  if (of_init.size() > 1) covered.id_r = of_init[1]->data;
  if (!of_resp.empty()) covered.id_r = of_resp[0]->data;
  if (const auto* t = find<Timestamp>(init.payloads)) covered.t = t->value;
  return covered;
}

Result<Message> psk_message(const PskInit& spec) {
  Message message;
  message.header = header_of(DataType::psk, spec.stamp);
  message.header.v = spec.v;
  message.header.map_type = number(MapType::srtp_id);
  message.header.srtp_ids = spec.map;
  message.payloads = {payload(spec.stamp.t), payload(Rand{spec.rand})};
  if (spec.id_i) message.payloads.push_back(payload(*spec.id_i));
  if (spec.id_r) message.payloads.push_back(payload(*spec.id_r));
  for (const auto& policy : spec.policies) message.payloads.push_back(payload(policy));
  return message;
}

SessionKey session_key(const Message& init, ByteView rand, std::uint8_t cs_id, const SrtpId& id, const KeyData& key) {
  SessionKey session;
  session.cs_id = cs_id;
  session.spi = key.spi;
  session.ssrc = id.ssrc;
  if (has_salt(key.key_type())) session.salt = key.salt.copy();
  const auto label = SessionLabel::rfc3830(static_cast<Prf>(init.header.prf), cs_id, init.header.csb_id, rand);
  const auto* policy = find_policy(init.payloads, id.policy);
  std::size_t length = 16;
  for (const auto& [type, value] : policy == nullptr ? std::vector<PolicyParameter>() : policy->parameters) {
    if (type == 1 && !value.empty()) length = value.back();
  }
  session.key = is_tek(key.key_type()) ? key.key.copy() : label.tek(key.key.reveal(), length);
  if (session.salt.empty() && !is_tek(key.key_type())) session.salt = label.salt(key.key.reveal(), 14);
  return session;
}

}  // namespace

Result<Bytes> build_psk_init(const PskInit& spec, ByteView psk) {
  auto message = psk_message(spec);
  if (!message) return failure(message.error());
  const auto schedule = schedule_of(*message, psk, spec.rand);
  auto kemac = seal_keys(spec.encr, schedule, {spec.stamp.csb_id, timestamp64(spec.stamp.t.ts_type, spec.stamp.t.value)}, spec.keys);
  if (!kemac) return failure(kemac.error());
  const auto size = mac_size(number(spec.stamp.auth)).value_or(0);
  kemac->mac_alg = number(spec.stamp.auth);
  kemac->mac = Bytes(size);
  message->payloads.push_back(payload(std::move(*kemac)));
  auto octets = encode(*message);
  if (!octets) return octets;
  const auto made = mac(spec.stamp.auth, schedule, {ByteView(*octets).first(octets->size() - size)});
  std::copy(made.begin(), made.end(), octets->end() - static_cast<std::ptrdiff_t>(size));
  return octets;
}

Result<Bytes> build_psk_verification(ByteView init, const std::optional<Id>& id_r, ByteView psk, Auth auth) {
  const auto asked = decode(init);
  if (!asked) return failure(asked.error());
  const auto* t = find<Timestamp>(asked->payloads);
  const auto* rand = find<Rand>(asked->payloads);
  if (t == nullptr || rand == nullptr) return failure(ErrorKind::missing, "I_MESSAGE lacks T or RAND", "RFC 3830 3.1");
  Message message;
  message.header = asked->header;
  message.header.data_type = number(DataType::psk_verification);
  message.header.v = false;
  message.payloads = {payload(*t)};
  if (id_r) message.payloads.push_back(payload(*id_r));
  const auto covered = covered_by_verification(*asked, message, {}, {});
  return finish_with_v(std::move(message), auth, schedule_of(*asked, psk, rand->data), {covered.id_i, covered.id_r, covered.t});
}

Answer<std::vector<SessionKey>> open_psk_init(ByteView init, ByteView psk) {
  const auto message = decode(init);
  if (!message) return refuse(Reason::malformed, message.error().message());
  const auto* t = find<Timestamp>(message->payloads);
  const auto* rand = find<Rand>(message->payloads);
  const auto* kemac = message->payloads.empty() ? nullptr : std::get_if<Kemac>(&message->payloads.back().body);
  if (!message->is(DataType::psk) || t == nullptr || rand == nullptr || kemac == nullptr)
    return refuse(Reason::malformed, "no I_MESSAGE of the pre-shared key mode");
  const auto schedule = schedule_of(*message, psk, rand->data);
  if (!verifies({kemac->mac_alg, kemac->mac}, schedule, {init.first(init.size() - kemac->mac.size())})) return refuse(Reason::init_mac);
  const auto keys = open_keys(*kemac, schedule, {message->header.csb_id, timestamp64(t->ts_type, t->value)});
  if (!keys) return refuse(Reason::decrypt, keys.error().message());
  std::vector<SessionKey> sessions;
  for (std::size_t i = 0; i < message->header.srtp_ids.size(); ++i) {
    if (i >= keys->size() && keys->size() != 1) return refuse(Reason::no_key, "more sessions than keys");
    sessions.push_back(session_key(*message, rand->data, static_cast<std::uint8_t>(i + 1), message->header.srtp_ids[i],
                                   keys->at(keys->size() == 1 ? 0 : i)));
  }
  return sessions;
}

bool verify_psk_verification(ByteView verification, ByteView init, ByteView psk, ByteView id_i, ByteView id_r) {
  const auto asked = decode(init);
  const auto answer = decode(verification);
  if (!asked || !answer || !answer->is(DataType::psk_verification) || answer->header.csb_id != asked->header.csb_id) return false;
  const auto* rand = find<Rand>(asked->payloads);
  const auto proof = without_proof(*answer, verification);
  if (rand == nullptr || proof.empty() || !std::holds_alternative<Verification>(answer->payloads.back().body)) return false;
  const auto covered = covered_by_verification(*asked, *answer, id_i, id_r);
  return verifies(last_v(*answer), schedule_of(*asked, psk, rand->data), {proof, covered.id_i, covered.id_r, covered.t});
}

}  // namespace li::mikey
