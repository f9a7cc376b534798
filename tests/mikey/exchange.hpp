// tests/mikey/exchange.hpp: a whole exchange between Alice, a KMS and Bob, made with the library's builders; the parameters are those of
// the worked exchange unless a test changes them.
#pragma once

#include <string>

#include "mikey/get_keys.hpp"
#include "mikey/kms_exchange.hpp"

namespace li::mikey::test {

inline Bytes counting(std::uint8_t first, std::size_t octets) {
  Bytes out;
  for (std::size_t i = 0; i < octets; ++i) out.push_back(static_cast<std::uint8_t>(first + i));
  return out;
}

inline Idr uri(IdRole role, std::string_view text) { return {number(role), number(IdType::uri), to_bytes(text)}; }
inline Idr psk_id(std::string_view text) { return {number(IdRole::psk), number(IdType::byte_string), to_bytes(text)}; }
inline KeyData tgk(ByteView key, ByteView salt, Bytes spi) {
  return {number(salt.empty() ? KeyType::tgk : KeyType::tgk_salt),
          SecretBytes(key),
          SecretBytes(salt),
          number(KeyValidity::spi),
          std::move(spi),
          {},
          {}};
}

inline constexpr std::uint64_t kNow = 0xd6b43232;

struct Exchange {
  // What a test may change before play().
  std::uint8_t prf = 0;
  std::string flags = "DEFGHIJNO";
  std::string alice = "sip:alice@home1.example", bob = "sip:bob@home2.example", kms = "sip:kms.home1.example";
  std::vector<std::string> responders = {bob};  ///< that the ticket names
  Bytes tpk_id = to_bytes(std::string_view("tpk-7"));
  std::uint32_t ticket_end = 0xd6b58380;
  bool names_initiator = true;       ///< whether the ticket has an IDRi
  std::vector<KeyData> ticket_keys;  ///< empty: one TGK with salt and SPI 02
  std::vector<GenericId> init_map, resp_map;
  std::vector<SecurityPolicy> policies;
  Bytes tpk, mpk, psk_alice, psk_bob, ticket_rand, rand_request, rand_transfer, rand_resolve, rand_resp, rand_kms;

  // What play() makes.
  Bytes request_init, request_resp, transfer_init, resolve_init, resolve_resp, transfer_resp;
  Ticket ticket;
  TicketSecrets alice_secrets, bob_secrets;

  explicit Exchange(std::uint8_t the_prf = 0);
  /// Throws when a step fails.
  void play();
  void request();
  void transfer();
  void resolve();
  void respond();

  [[nodiscard]] std::size_t key_size() const { return prf == 0 ? 16 : 32; }
  [[nodiscard]] Auth auth() const { return prf == 0 ? Auth::hmac_sha_1_160 : Auth::hmac_sha_256_256; }
  [[nodiscard]] Encr encr() const { return prf == 0 ? Encr::aes_cm_128 : Encr::aes_cm_256; }
  [[nodiscard]] Stamp stamp(std::uint32_t csb_id, std::uint32_t k) const { return {prf, csb_id, ntp_utc(kNow, k), auth()}; }
  [[nodiscard]] Transfer messages() const {
    return {transfer_init, transfer_resp.empty() ? std::nullopt : std::optional<ByteView>(transfer_resp)};
  }
  [[nodiscard]] OpenTicket opener() const;
  [[nodiscard]] Answer<CallKeys> get_keys(std::string_view target, Trace* trace = nullptr) const;
};

/// One SRTP policy: AES-CM of this key length, HMAC-SHA-1-80.
SecurityPolicy srtp_policy(std::uint8_t policy_no, std::uint8_t key_length);
GenericId session(std::uint8_t cs_id, std::uint8_t policy, Bytes ssrc, Bytes spi);

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}
template <typename T>
T must(Answer<T> result) {
  if (!result) throw std::runtime_error(std::string(word(result.error().reason)) + ": " + result.error().detail);
  return std::move(*result);
}

}  // namespace li::mikey::test
