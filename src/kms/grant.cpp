#include "kms/grant.hpp"

#include <algorithm>

#include "kms/identity.hpp"
#include "kms/ntp.hpp"
#include "mikey/encode.hpp"
#include "mikey/ticket.hpp"

namespace li::kms {

namespace {

using mikey::IdRole;
using mikey::TsRole;

constexpr std::size_t kSaltSize = 14;
constexpr std::size_t kSpiSize = 4;

template <typename T>
bool contains(const std::vector<T>& list, const T& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

std::optional<Time> time_of(const mikey::TicketPolicy& policy, TsRole role) {
  const auto* tr = mikey::find(policy.tp_data, role);
  return tr == nullptr ? std::nullopt : to_time(tr->ts_type, tr->value);
}

void add_all(std::vector<mikey::Payload>& to, const mikey::TicketPolicy& policy, IdRole role) {
  for (const auto& payload : policy.tp_data) {
    const auto* idr = std::get_if<mikey::Idr>(&payload.body);
    if (idr != nullptr && idr->role == mikey::number(role)) to.push_back(mikey::payload(*idr));
  }
}

struct Validity {
  Time start, end;
};

// A ticket ends a lifetime from now at the latest, whatever its start: that is how long a retired TPK is kept.
Verdict<Validity> validity(const Wish& wish, const TicketRules& rules) {
  const auto start = std::max(time_of(wish.policy, TsRole::start).value_or(wish.now), wish.now - rules.clock_skew);
  const auto latest = wish.now + rules.lifetime;
  const auto end = std::min(time_of(wish.policy, TsRole::end).value_or(latest), latest);
  if (end <= start || end <= wish.now) return refused(Fault::policy, "the validity that is asked for is over before it begins");
  return Validity{start, end};
}

Verdict<void> check_responders(const mikey::TicketPolicy& policy, const TicketRules& rules) {
  std::size_t count = 0;
  for (const auto& payload : policy.tp_data) {
    const auto* idr = std::get_if<mikey::Idr>(&payload.body);
    if (idr == nullptr || idr->role != mikey::number(IdRole::responder)) continue;
    if (!identity_of(*idr)) return refused(Fault::policy, "an IDRr is neither a URI nor an NAI");
    ++count;
  }
  if (count == 0) return refused(Fault::policy, "no IDRr: nobody could resolve the ticket");
  if (count > rules.max_responders) return refused(Fault::policy, "more than " + std::to_string(rules.max_responders) + " IDRr");
  return {};
}

Verdict<mikey::Flags> grant_flags(const mikey::Flags& asked, const TicketRules& rules) {
  auto flags = without(asked, mikey::Flags::from_letters("K"));
  if (const auto broken = mikey::broken_flag_rule(flags); !broken.empty()) return refused(Fault::policy, broken);
  flags = without(with(flags, rules.required), rules.forbidden);
  if (const auto broken = mikey::broken_flag_rule(flags); !broken.empty())
    return refused(Fault::policy, "with the flags that are required and forbidden here: " + broken);
  return flags;
}

// The order is that of clause 6.10.
Verdict<std::vector<mikey::Payload>> grant_tp_data(const Wish& wish, const TicketRules& rules) {
  const auto times = validity(wish, rules);
  if (!times) return tl::unexpected(times.error());
  const auto& kms = rules.kms_identities.front();
  const auto* asked_kms = mikey::find(wish.policy.tp_data, IdRole::kms);
  const auto spelling = asked_kms != nullptr && identity_of(*asked_kms) == canonical_identity(kms) ? asked_kms->data : to_bytes(kms);
  std::vector<mikey::Payload> chain;
  chain.push_back(mikey::payload(mikey::Idr{mikey::number(IdRole::kms), mikey::number(id_type_of(kms)), spelling}));
  chain.push_back(mikey::payload(wish.initiator));
  chain.push_back(mikey::payload(to_timestamp(TsRole::start, times->start)));
  chain.push_back(mikey::payload(to_timestamp(TsRole::end, times->end)));
  if (const auto* rekeying = mikey::find(wish.policy.tp_data, TsRole::rekeying)) chain.push_back(mikey::payload(*rekeying));
  add_all(chain, wish.policy, IdRole::application);
  add_all(chain, wish.policy, IdRole::responder);
  return chain;
}

Bytes draw_spi(const crypto::Random& random) {
  Bytes spi(kSpiSize);
  random(spi);
  return spi;
}

mikey::KeyData new_key(mikey::KeyType type, std::size_t size, std::size_t salt_size, Bytes spi, const crypto::Random& random) {
  return {mikey::number(type),
          draw(random, size),
          mikey::has_salt(type) ? draw(random, salt_size) : SecretBytes(),
          mikey::number(mikey::KeyValidity::spi),
          std::move(spi),
          {},
          {}};
}

struct Keys {
  std::vector<mikey::KeyData> keys;
  bool as_asked = true;
};

Verdict<Keys> grant_keys(const Wish& wish, const TicketRules& rules, const crypto::Random& random) {
  Keys granted;
  const auto size = wish.algorithms.key_size;
  const auto* kemac = mikey::find<mikey::Kemac>(wish.policy.tp_data);
  if (kemac == nullptr) {
    granted.keys.push_back(new_key(rules.key_types.front(), size, kSaltSize, draw_spi(random), random));
    return granted;
  }
  if (kemac->encr_alg != 0 || kemac->mac_alg != 0) return refused(Fault::policy, "the KEMAC of a TP has NULL algorithms");
  const auto asked = mikey::decode_keys(kemac->data);
  if (!asked) return refused(Fault::policy, "KEMAC of the TP: " + asked.error().message());
  if (asked->size() > rules.max_keys) return refused(Fault::policy, "more than " + std::to_string(rules.max_keys) + " keys");
  for (const auto& key : *asked) {
    if (!contains(rules.key_types, key.key_type())) return refused(Fault::policy, "a type of key that is not given here");
    const auto salt_size = key.salt.size() == 0 || key.salt.size() > kSaltSize ? kSaltSize : key.salt.size();
    granted.as_asked = granted.as_asked && key.key.size() == size && !key.spi.empty() && (key.salt.empty() || key.salt.size() == salt_size);
    const auto taken = std::any_of(granted.keys.begin(), granted.keys.end(), [&](const auto& one) { return one.spi == key.spi; });
    if (taken) return refused(Fault::policy, "two keys with one SPI");
    granted.keys.push_back(new_key(key.key_type(), size, salt_size, key.spi.empty() ? draw_spi(random) : key.spi, random));
  }
  return granted;
}

// Whether the wish is met to the letter; what it leaves to the KMS (KEMAC) is no change.
bool differs(const Wish& wish, const mikey::TicketPolicy& granted) {
  auto asked = wish.policy.tp_data;
  std::erase_if(asked, [](const mikey::Payload& payload) { return std::holds_alternative<mikey::Kemac>(payload.body); });
  const auto before = mikey::encode_field(asked), after = mikey::encode_field(granted.tp_data);
  return !before || !after || *before != *after || wish.policy.prf != granted.prf ||
         without(wish.policy.flags, mikey::Flags::from_letters("K")) != granted.flags;
}

}  // namespace

SecretBytes draw(const crypto::Random& random, std::size_t octets) {
  RecordBytes drawn;
  drawn.resize(octets);
  random({drawn.data(), drawn.size()});
  return SecretBytes(drawn);
}

Verdict<Algorithms> algorithms_of(std::uint8_t prf, const TicketRules& rules) {
  constexpr Algorithms kSmall{mikey::Prf::mikey_1, mikey::Encr::aes_cm_128, mikey::Auth::hmac_sha_1_160, 16};
  constexpr Algorithms kLarge{mikey::Prf::hmac_sha_256, mikey::Encr::aes_cm_256, mikey::Auth::hmac_sha_256_256, 32};
  for (const auto& set : {kSmall, kLarge}) {
    if (mikey::number(set.prf) == prf && contains(rules.algorithms, set.prf)) return set;
  }
  return refused(Fault::algorithms, "PRF func " + std::to_string(prf));
}

Verdict<Grant> grant(const Wish& wish, const TicketRules& rules, const crypto::Random& random) {
  const auto& asked = wish.policy;
  if (!contains(rules.ticket_types, asked.ticket_type) || asked.subtype != rules.subtype || asked.version != rules.version)
    return refused(Fault::ticket_type, "ticket type " + std::to_string(asked.ticket_type));
  if (auto fine = check_responders(asked, rules); !fine) return tl::unexpected(fine.error());
  const auto flags = grant_flags(asked.flags, rules);
  if (!flags) return tl::unexpected(flags.error());
  auto tp_data = grant_tp_data(wish, rules);
  if (!tp_data) return tl::unexpected(tp_data.error());
  auto keys = grant_keys(wish, rules, random);
  if (!keys) return tl::unexpected(keys.error());
  Grant granted{{asked.ticket_type, asked.subtype, asked.version, mikey::number(wish.algorithms.prf), *flags, 0, std::move(*tp_data)},
                std::move(keys->keys)};
  granted.policy.flags.k = differs(wish, granted.policy) || !keys->as_asked;
  return granted;
}

}  // namespace li::kms
