#include "mikey/protection.hpp"

#include <algorithm>

#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"
#include "mikey/encode.hpp"

namespace li::mikey {
namespace {

constexpr std::size_t kCmSalt = 14;
constexpr std::size_t kKwSalt = 8;

// IV = (S XOR (0x0000 ++ CSB ID ++ T)) ++ 0x0000
Result<SecretBytes> initial_block(const KeySchedule& schedule, const KemacPlace& place) {
  if (place.t.size() != 8) return failure(ErrorKind::missing, "AES-CM needs a T of 64 bits for its IV", "RFC 3830 4.2.3");
  const auto salt = schedule.salt_key(kCmSalt);
  RecordBytes block;
  block.assign(16, std::uint8_t{0});
  std::copy(salt.reveal().begin(), salt.reveal().end(), block.begin());
  for (std::size_t i = 0; i < 4; ++i) block[2 + i] ^= static_cast<std::uint8_t>(place.csb_id >> (24 - 8 * i));
  for (std::size_t i = 0; i < 8; ++i) block[6 + i] ^= place.t[i];
  return SecretBytes(block);
}

Result<SecretBytes> counter_mode(const KeySchedule& schedule, const KemacPlace& place, std::size_t key_size, ByteView data) {
  const auto block = initial_block(schedule, place);
  if (!block) return failure(block.error());
  return crypto::aes_ctr(schedule.encr_key(key_size).reveal(), block->reveal(), data);
}

enum class Way { seal, open };

Result<SecretBytes> apply(Way way, std::uint8_t encr, const KeySchedule& schedule, const KemacPlace& place, ByteView data) {
  switch (static_cast<Encr>(encr)) {
    case Encr::null: return SecretBytes(data);
    case Encr::aes_cm_128: return counter_mode(schedule, place, 16, data);
    case Encr::aes_cm_256: return counter_mode(schedule, place, 32, data);
    case Encr::aes_kw_128: {
      const auto key = schedule.encr_key(16);
      const auto salt = schedule.salt_key(kKwSalt);
      return way == Way::seal ? crypto::aes_wrap(key.reveal(), salt.reveal(), data) : crypto::aes_unwrap(key.reveal(), salt.reveal(), data);
    }
  }
  return failure(ErrorKind::unknown, "Encr alg " + std::to_string(encr) + " is not known", "RFC 6043 6.2");
}

}  // namespace

Bytes mac(Auth auth, const KeySchedule& schedule, std::initializer_list<ByteView> parts) {
  return mac(auth, schedule, std::vector<ByteView>(parts));
}

Bytes mac(Auth auth, const KeySchedule& schedule, const std::vector<ByteView>& parts) {
  if (auth == Auth::null) return {};
  const auto hash = auth == Auth::hmac_sha_1_160 ? crypto::Hash::sha1 : crypto::Hash::sha256;
  const auto key = schedule.auth_key(crypto::size(hash));
  RecordBytes whole;  // an unprotected message holds keys
  for (const auto part : parts) append(whole, part);
  return to_bytes(crypto::hmac(hash, key.reveal(), {whole}).reveal());
}

bool verifies(const Verification& v, const KeySchedule& schedule, const std::vector<ByteView>& parts) {
  if (v.auth_alg == number(Auth::null) || !mac_size(v.auth_alg)) return false;
  return crypto::same(mac(static_cast<Auth>(v.auth_alg), schedule, parts), v.mac);
}

Bytes timestamp64(std::uint8_t ts_type, ByteView value) {
  Bytes whole(8);
  const auto leading = ts_type == number(TsType::counter) && value.size() < 8 ? 8 - value.size() : 0;
  std::copy_n(value.begin(), std::min<std::size_t>(value.size(), 8), whole.begin() + static_cast<std::ptrdiff_t>(leading));
  return whole;
}

Result<Kemac> seal_keys(Encr encr, const KeySchedule& schedule, const KemacPlace& place, std::span<const KeyData> keys) {
  const auto plain = encode_keys(keys);
  if (!plain) return failure(plain.error());
  const auto sealed = apply(Way::seal, number(encr), schedule, place, plain->reveal());
  if (!sealed) return failure(sealed.error());
  return Kemac{number(encr), to_record_bytes(sealed->reveal()), number(Auth::null), {}};
}

Result<std::vector<KeyData>> open_keys(const Kemac& kemac, const KeySchedule& schedule, const KemacPlace& place) {
  const auto plain = apply(Way::open, kemac.encr_alg, schedule, place, kemac.data);
  if (!plain) return failure(plain.error());
  return decode_keys(plain->reveal());
}

}  // namespace li::mikey
