#include <algorithm>

#include "mikey/exchange_impl.hpp"

namespace li::mikey {
namespace {

// SRTP parameters of an SP payload, RFC 3830 clause 6.10.1.
constexpr std::uint8_t kEncryption = 0;
constexpr std::uint8_t kKeyLength = 1;
constexpr std::uint8_t kSaltLength = 4;
constexpr std::uint8_t kAesGcm = 6;

constexpr std::size_t kMostOctets = 256;

// A value is a big-endian integer; what is too long to be a length here counts as too long.
std::optional<std::size_t> parameter(const SecurityPolicy& policy, std::uint8_t type) {
  for (const auto& [kind, value] : policy.parameters) {
    if (kind != type) continue;
    std::size_t number = 0;
    for (const auto octet : value) number = std::min<std::size_t>(number << 8 | octet, 0xFFFF);
    return number;
  }
  return std::nullopt;
}

struct Lengths {
  std::size_t key = 16;
  std::size_t salt = 14;
  bool operator==(const Lengths&) const = default;
};

Lengths lengths(const SecurityPolicy& policy) {
  Lengths found;
  if (parameter(policy, kEncryption) == kAesGcm) found.salt = 12;
  found.key = parameter(policy, kKeyLength).value_or(found.key);
  found.salt = parameter(policy, kSaltLength).value_or(found.salt);
  return found;
}

const SecurityPolicy* policy_of(const Established& call, std::uint8_t number) {
  for (const auto& policy : call.policies) {
    if (policy.policy_no == number) return &policy;
  }
  return nullptr;
}

// Without a response, which names one policy for each session, alternatives do when they come to the same lengths.
Answer<Lengths> lengths_of(const Established& call, const GenericId& id) {
  std::optional<Lengths> found;
  for (const auto number : id.policies) {
    const auto* policy = policy_of(call, number);
    if (policy == nullptr) return refuse(Reason::policy, "no SP payload with this number");
    if (found && *found != lengths(*policy)) return refuse(Reason::policy, "nothing says which policy was chosen");
    found = lengths(*policy);
  }
  if (!found) return refuse(Reason::policy, "no policy");
  if (found->key > kMostOctets || found->salt > kMostOctets)
    return refuse(Reason::policy, "a policy that asks for keys of over 256 octets");
  return *found;
}

// By SPI; the newest key of that SPI counts.
const KeyData* key_of(const Established& call, const GenericId& id) {
  if (id.spi.empty()) return nullptr;
  for (const auto& key : call.keys) {
    if (key.kv == number(KeyValidity::spi) && key.spi == id.spi) return &key;
  }
  return nullptr;
}

std::optional<std::uint32_t> ssrc_of(const GenericId& id) {
  if (id.prot_type != 0 || id.session_data.size() < 4) return std::nullopt;
  std::uint32_t ssrc = 0;
  for (const auto octet : ByteView(id.session_data).first(4)) ssrc = ssrc << 8 | octet;
  return ssrc;
}

void fill(SessionKey& session, const Established& call, const KeyData& key, const Lengths& lengths) {
  if (has_salt(key.key_type())) session.salt = key.salt.copy();
  if (is_tek(key.key_type())) {
    session.key = key.key.copy();
    return;
  }
  const auto label = SessionLabel::ticket(call.prf, session.cs_id, call.rand_i, call.rand_r);
  session.key = label.tek(key.key.reveal(), lengths.key);
  if (!has_salt(key.key_type())) session.salt = label.salt(key.key.reveal(), lengths.salt);
}

SessionKey session_key(const Established& call, const GenericId& id) {
  SessionKey session;
  session.cs_id = id.cs_id;
  session.spi = id.spi;
  session.ssrc = ssrc_of(id);
  const auto lengths = lengths_of(call, id);
  const auto* key = key_of(call, id);
  if (!lengths) {
    session.reason = lengths.error().reason;
  } else if (key == nullptr || key->key.empty()) {
    session.reason = Reason::no_key;
  } else if (call.lacks_rand_r && !is_tek(key->key_type())) {
    session.reason = Reason::resp_missing;
  } else {
    fill(session, call, *key, *lengths);
    if (session.key.empty()) session.reason = Reason::no_key;
  }
  return session;
}

}  // namespace

std::vector<SessionKey> session_keys(const Established& call) {
  std::vector<SessionKey> sessions;
  for (const auto& id : call.map) sessions.push_back(session_key(call, id));
  return sessions;
}

}  // namespace li::mikey
