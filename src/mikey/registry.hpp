// mikey/registry.hpp: the numbers of MIKEY and MIKEY-TICKET, and their names.
//
// Source:  RFC 3830 clause 6, RFC 6043 clauses 6 and 14, RFC 6309; types of other key solutions from RFC 4650, 4738, 6267, 6509.
// Units:   numbers as they stand on the wire; key and tag sizes in octets.
// Errors:  none; a number that no registry knows has an empty name.
// Owns:    nothing; names are string literals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace li::mikey {

enum class DataType : std::uint8_t {
  psk = 0,
  psk_verification = 1,
  pk = 2,
  pk_verification = 3,
  dh_init = 4,
  dh_resp = 5,
  error = 6,
  request_init_psk = 11,
  request_init_pk = 12,
  request_resp = 13,
  transfer_init = 14,
  transfer_resp = 15,
  resolve_init_psk = 16,
  resolve_init_pk = 17,
  resolve_resp = 18,
};

enum class Next : std::uint8_t {
  last = 0,
  kemac = 1,
  pke = 2,
  dh = 3,
  sign = 4,
  t = 5,
  id = 6,
  cert = 7,
  chash = 8,
  v = 9,
  sp = 10,
  rand = 11,
  err = 12,
  tr = 13,
  idr = 14,
  randr = 15,
  tp = 16,
  ticket = 17,
  key_data = 20,
  general_ext = 21,
};

enum class Prf : std::uint8_t { mikey_1 = 0, hmac_sha_256 = 1 };
enum class Encr : std::uint8_t { null = 0, aes_cm_128 = 1, aes_kw_128 = 2, aes_cm_256 = 3 };
enum class Auth : std::uint8_t { null = 0, hmac_sha_1_160 = 1, hmac_sha_256_256 = 2 };
enum class MapType : std::uint8_t { srtp_id = 0, empty = 1, generic_id = 2 };
enum class TsType : std::uint8_t { ntp_utc = 0, ntp = 1, counter = 2, ntp_utc_32 = 3 };
enum class TsRole : std::uint8_t { issue = 1, start = 2, end = 3, rekeying = 4 };
enum class RandRole : std::uint8_t { initiator = 1, responder = 2, kms = 3 };
enum class IdRole : std::uint8_t { initiator = 1, responder = 2, kms = 3, psk = 4, application = 5 };
enum class IdType : std::uint8_t { nai = 0, uri = 1, byte_string = 2 };
enum class KeyType : std::uint8_t { tgk = 0, tgk_salt = 1, tek = 2, tek_salt = 3, gtgk = 4, gtgk_salt = 5, mpk = 6 };
enum class KeyValidity : std::uint8_t { null = 0, spi = 1, interval = 2 };

/// RFC 3830 Table 6.12, RFC 6043 Table 6.14.
enum class ErrorNumber : std::uint8_t {
  auth_failure = 0,
  invalid_ts = 1,
  invalid_prf = 2,
  invalid_mac = 3,
  invalid_ea = 4,
  invalid_ha = 5,
  invalid_dh = 6,
  invalid_id = 7,
  invalid_cert = 8,
  invalid_sp = 9,
  invalid_sp_par = 10,
  invalid_dt = 11,
  unspecified = 12,
  unsupported_message_type = 13,
  invalid_ticket = 14,
  invalid_tp_par = 15,
};

/// The words of the RFCs: "TRANSFER_INIT", "KEMAC", "AES-CM-128". Empty for a number that is not assigned.
[[nodiscard]] std::string_view data_type_name(std::uint8_t number);
[[nodiscard]] std::string_view payload_name(std::uint8_t number);
[[nodiscard]] std::string_view prf_name(std::uint8_t number);
[[nodiscard]] std::string_view encr_name(std::uint8_t number);
[[nodiscard]] std::string_view auth_name(std::uint8_t number);
[[nodiscard]] std::string_view map_type_name(std::uint8_t number);
[[nodiscard]] std::string_view ts_type_name(std::uint8_t number);
[[nodiscard]] std::string_view ts_role_name(std::uint8_t number);
[[nodiscard]] std::string_view rand_role_name(std::uint8_t number);
[[nodiscard]] std::string_view id_role_name(std::uint8_t number);
[[nodiscard]] std::string_view id_type_name(std::uint8_t number);
[[nodiscard]] std::string_view key_type_name(std::uint8_t number);
[[nodiscard]] std::string_view error_name(std::uint8_t number);
[[nodiscard]] std::string_view general_ext_name(std::uint8_t number);
[[nodiscard]] std::string_view srtp_parameter_name(std::uint8_t number);

/// The key management solution that a data type of another RFC belongs to ("MIKEY-SAKKE, RFC 6509"); empty for types that are read here.
[[nodiscard]] std::string_view other_solution(std::uint8_t data_type);

/// Sizes that follow from a number; nothing for a number that is not known.
[[nodiscard]] std::optional<std::size_t> mac_size(std::uint8_t auth);
[[nodiscard]] std::optional<std::size_t> timestamp_size(std::uint8_t ts_type);
[[nodiscard]] std::optional<std::size_t> hash_size(std::uint8_t hash);
[[nodiscard]] std::optional<std::size_t> dh_size(std::uint8_t group);

[[nodiscard]] constexpr bool has_salt(KeyType type) {
  return type == KeyType::tgk_salt || type == KeyType::tek_salt || type == KeyType::gtgk_salt;
}
[[nodiscard]] constexpr bool is_tek(KeyType type) { return type == KeyType::tek || type == KeyType::tek_salt; }
[[nodiscard]] constexpr bool is_tgk(KeyType type) { return type == KeyType::tgk || type == KeyType::tgk_salt; }

template <typename Enum>
[[nodiscard]] constexpr std::uint8_t number(Enum value) {
  return static_cast<std::uint8_t>(value);
}

}  // namespace li::mikey
