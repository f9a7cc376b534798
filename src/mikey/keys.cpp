#include "mikey/keys.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace li::mikey {
namespace {

// RFC 3830 tables 4.1.3 and 4.1.4, RFC 6043 tables 5.1 and A.1.
constexpr std::uint32_t kTek = 0x2AD01C64;
constexpr std::uint32_t kSessionSalt = 0x39A2C14B;
constexpr std::uint32_t kEncr = 0x150533E1;
constexpr std::uint32_t kAuth = 0x2D22AC75;
constexpr std::uint32_t kSalt = 0x29B88916;
constexpr std::uint32_t kForkedMpkr = 0x2B288856;
constexpr std::uint32_t kForkedTgk = 0x1512B54A;
constexpr std::uint32_t kMpki = 0x220E99A2;
constexpr std::uint32_t kMpkr = 0x1F4D675B;

constexpr std::uint32_t kNoCsb = 0xFFFFFFFF;
constexpr std::uint8_t kNoCs = 0xFF;
constexpr std::size_t kInkeyBlock = 32;  // 256 bits, for both PRFs

void add32(Bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void add(Bytes& out, ByteView octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void add_rand(Bytes& out, ByteView rand) {
  out.push_back(static_cast<std::uint8_t>(rand.size()));
  add(out, rand);
}

// CS ID ++ CSB ID, what follows the constant in every label.
Bytes label_of(std::uint8_t cs_id, std::uint32_t csb_id) {
  Bytes label{cs_id};
  add32(label, csb_id);
  return label;
}

Bytes with_constant(std::uint32_t constant, ByteView label) {
  Bytes whole;
  add32(whole, constant);
  add(whole, label);
  return whole;
}

// XORs P(s, label, m) into `out`.
void add_p(crypto::Hash hash, ByteView s, ByteView label, RecordBytes& out) {
  auto a = crypto::hmac(hash, s, {label});
  for (std::size_t at = 0;;) {
    const auto block = crypto::hmac(hash, s, {a.reveal(), label});
    const auto count = std::min(block.size(), out.size() - at);
    for (std::size_t i = 0; i < count; ++i) out[at + i] ^= block.reveal()[i];
    at += count;
    if (at == out.size()) return;
    a = crypto::hmac(hash, s, {a.reveal()});
  }
}

SecretBytes fork(std::uint32_t constant, Prf ticket_prf, ByteView key, ByteView id_data, ByteView rand_kms) {
  auto label = label_of(kNoCs, kNoCsb);
  label.push_back(0);
  label.push_back(static_cast<std::uint8_t>(id_data.size() >> 8));
  label.push_back(static_cast<std::uint8_t>(id_data.size()));
  add(label, id_data);
  add_rand(label, rand_kms);
  return prf(ticket_prf, key, with_constant(constant, label), key.size());
}

SecretBytes from_mpk(std::uint32_t constant, Prf ticket_prf, ByteView mpk, ByteView ticket_rand) {
  auto label = label_of(kNoCs, kNoCsb);
  label.push_back(6);
  add_rand(label, ticket_rand);
  return prf(ticket_prf, mpk, with_constant(constant, label), mpk.size());
}

}  // namespace

SecretBytes prf(Prf function, ByteView inkey, ByteView label, std::size_t octets) {
  const auto hash = function == Prf::mikey_1 ? crypto::Hash::sha1 : crypto::Hash::sha256;
  RecordBytes out;
  out.assign(octets, std::uint8_t{0});
  for (std::size_t at = 0; at < inkey.size(); at += kInkeyBlock) {
    add_p(hash, inkey.subspan(at, std::min(kInkeyBlock, inkey.size() - at)), label, out);
  }
  return SecretBytes(out);
}

KeySchedule KeySchedule::message(Prf function, ByteView key, std::uint32_t csb_id, Direction direction, ByteView rand_i, ByteView rand_r) {
  auto label = label_of(kNoCs, csb_id);
  label.push_back(number(direction));
  add_rand(label, rand_i);
  add_rand(label, rand_r);
  return {function, key, std::move(label)};
}

KeySchedule KeySchedule::ticket(Prf function, ByteView tpk, ByteView rand) {
  auto label = label_of(kNoCs, kNoCsb);
  label.push_back(5);
  add_rand(label, rand);
  return {function, tpk, std::move(label)};
}

KeySchedule KeySchedule::initiator_data(Prf function, ByteView mpkr) {
  auto label = label_of(kNoCs, kNoCsb);
  label.push_back(4);
  return {function, mpkr, std::move(label)};
}

KeySchedule KeySchedule::rfc3830(Prf function, ByteView key, std::uint32_t csb_id, ByteView rand) {
  auto label = label_of(kNoCs, csb_id);
  add(label, rand);
  return {function, key, std::move(label)};
}

SecretBytes KeySchedule::derive(std::uint32_t constant, std::size_t octets) const {
  return prf(function_, key_.reveal(), with_constant(constant, label_), octets);
}

SecretBytes KeySchedule::encr_key(std::size_t octets) const { return derive(kEncr, octets); }
SecretBytes KeySchedule::auth_key(std::size_t octets) const { return derive(kAuth, octets); }
SecretBytes KeySchedule::salt_key(std::size_t octets) const { return derive(kSalt, octets); }

SessionLabel SessionLabel::ticket(Prf function, std::uint8_t cs_id, ByteView rand_i, ByteView rand_r) {
  auto label = label_of(cs_id, kNoCsb);
  label.push_back(3);
  add_rand(label, rand_i);
  add_rand(label, rand_r);
  return {function, std::move(label)};
}

SessionLabel SessionLabel::rfc3830(Prf function, std::uint8_t cs_id, std::uint32_t csb_id, ByteView rand) {
  auto label = label_of(cs_id, csb_id);
  add(label, rand);
  return {function, std::move(label)};
}

SecretBytes SessionLabel::tek(ByteView tgk, std::size_t octets) const { return prf(function, tgk, with_constant(kTek, label), octets); }
SecretBytes SessionLabel::salt(ByteView tgk, std::size_t octets) const {
  return prf(function, tgk, with_constant(kSessionSalt, label), octets);
}

SecretBytes derive_mpki(Prf ticket_prf, ByteView mpk, ByteView ticket_rand) { return from_mpk(kMpki, ticket_prf, mpk, ticket_rand); }
SecretBytes derive_mpkr(Prf ticket_prf, ByteView mpk, ByteView ticket_rand) { return from_mpk(kMpkr, ticket_prf, mpk, ticket_rand); }

SecretBytes fork_mpkr(Prf ticket_prf, ByteView mpkr, ByteView id_data, ByteView rand_kms) {
  return fork(kForkedMpkr, ticket_prf, mpkr, id_data, rand_kms);
}

SecretBytes fork_tgk(Prf ticket_prf, ByteView tgk, ByteView id_data, ByteView rand_kms) {
  return fork(kForkedTgk, ticket_prf, tgk, id_data, rand_kms);
}

}  // namespace li::mikey
