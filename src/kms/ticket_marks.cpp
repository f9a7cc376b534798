#include "kms/ticket_marks.hpp"

#include "crypto/hash.hpp"
#include "kms/identity.hpp"
#include "mikey/encode.hpp"
#include "mikey/kms_exchange.hpp"

namespace li::kms {

Bytes ticket_mark(const mikey::TicketView& view) {
  const auto end = view.ticket.ticket_data_offset + view.ticket.ticket_data_length;
  return crypto::digest(crypto::Hash::sha256, view.message.subspan(view.offset + 1, end - view.offset - 1));
}

Bytes fork_mark(ByteView id_r, ByteView rand_kms) {
  // Both lengths fit 16 bits; the first one keeps the two apart.
  Bytes both{static_cast<std::uint8_t>(id_r.size() >> 8), static_cast<std::uint8_t>(id_r.size())};
  both.insert(both.end(), id_r.begin(), id_r.end());
  both.insert(both.end(), rand_kms.begin(), rand_kms.end());
  return crypto::digest(crypto::Hash::sha256, both);
}

Result<SecretBytes> to_cached(const mikey::TicketSecrets& secrets) {
  return mikey::encode_keys(mikey::to_key_data(secrets, Bytes{1}, Bytes{2}));
}

Result<mikey::TicketSecrets> read_cached(const SecretBytes& cached, bool forking) {
  auto keys = mikey::decode_keys(cached.reveal());
  if (!keys) return failure(keys.error());
  const std::size_t mpks = forking ? 2 : 1;
  if (keys->size() < mpks) return failure(ErrorKind::missing, "the cached keys lack an MPK");
  mikey::TicketSecrets secrets;
  secrets.mpki = std::move(keys->front().key);
  if (forking) secrets.mpkr = std::move(keys->at(1).key);
  keys->erase(keys->begin(), keys->begin() + static_cast<std::ptrdiff_t>(mpks));
  secrets.keys = std::move(*keys);
  return secrets;
}

std::optional<std::string> issuer_of(const mikey::TicketPolicy& policy) {
  const auto* kms = mikey::find(policy.tp_data, mikey::IdRole::kms);
  return kms == nullptr ? std::nullopt : identity_of(*kms);
}

}  // namespace li::kms
