#include <algorithm>

#include "mikey/finish_impl.hpp"

namespace li::mikey {

Timestamp ntp_utc(std::uint64_t seconds, std::uint32_t fraction) {
  Bytes value;
  for (int shift = 24; shift >= 0; shift -= 8) value.push_back(static_cast<std::uint8_t>(seconds >> shift));
  for (int shift = 24; shift >= 0; shift -= 8) value.push_back(static_cast<std::uint8_t>(fraction >> shift));
  return {number(TsType::ntp_utc), std::move(value)};
}

std::vector<ByteView> joined(std::vector<ByteView> parts, const std::vector<ByteView>& more) {
  parts.insert(parts.end(), more.begin(), more.end());
  return parts;
}

void add(std::vector<Payload>& chain, const std::optional<Idr>& idr) {
  if (idr) chain.push_back(payload(*idr));
}

Header header_of(DataType type, const Stamp& stamp) {
  Header header;
  header.data_type = number(type);
  header.prf = stamp.prf;
  header.csb_id = stamp.csb_id;
  return header;
}

Result<Bytes> finish_with_v(Message message, Auth auth, const KeySchedule& schedule, const std::vector<ByteView>& more) {
  const auto size = mac_size(number(auth)).value_or(0);
  message.payloads.push_back(payload(Verification{number(auth), Bytes(size)}));
  auto octets = encode(message);
  if (!octets) return octets;
  const auto made = mac(auth, schedule, joined({ByteView(*octets).first(octets->size() - size)}, more));
  std::copy(made.begin(), made.end(), octets->end() - static_cast<std::ptrdiff_t>(size));
  return octets;
}

Result<Bytes> finish_with_sign(Message message, const crypto::PrivateKey& key, crypto::Signature kind, crypto::Hash hash,
                               const std::vector<ByteView>& more) {
  const auto size = key.signature_size();
  message.payloads.push_back(payload(Sign{kind == crypto::Signature::rsa_pkcs1 ? std::uint8_t{0} : std::uint8_t{1}, Bytes(size)}));
  auto octets = encode(message);
  if (!octets) return octets;
  auto covered = to_bytes(ByteView(*octets).first(octets->size() - size));
  for (const auto part : more) covered.insert(covered.end(), part.begin(), part.end());
  const auto signature = key.sign(kind, hash, covered);
  if (!signature) return failure(signature.error());
  std::copy(signature->begin(), signature->end(), octets->end() - static_cast<std::ptrdiff_t>(size));
  return octets;
}

ByteView without_proof(const Message& message, ByteView octets) {
  if (message.payloads.empty()) return {};
  const auto& last = message.payloads.back();
  // V: next payload and Auth alg; SIGN: type and length. Two octets both.
  if (!std::holds_alternative<Verification>(last.body) && !std::holds_alternative<Sign>(last.body)) return {};
  return octets.first(last.offset + 2);
}

Result<void> check_sizes(std::uint8_t prf, Encr encr, Auth auth) {
  const auto large_prf = prf == number(Prf::hmac_sha_256);
  const auto large_encr = encr == Encr::aes_cm_256;
  const auto large_auth = auth == Auth::hmac_sha_256_256;
  if (large_prf != large_auth || (encr != Encr::null && large_encr != large_prf)) {
    return failure(ErrorKind::unexpected, "256-bit algorithms are not mixed with smaller ones", "RFC 6043 12.1");
  }
  return {};
}

Result<void> check_rand(ByteView rand) {
  if (rand.size() < 16 || rand.size() > 255) return failure(ErrorKind::out_of_range, "a RAND has 16 to 255 octets", "RFC 6043 12.1");
  return {};
}

}  // namespace li::mikey
