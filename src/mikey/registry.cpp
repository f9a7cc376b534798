#include "mikey/registry.hpp"

#include <array>
#include <span>

namespace li::mikey {
namespace {

using Name = std::string_view;

Name at(std::span<const Name> names, std::uint8_t number) { return number < names.size() ? names[number] : Name(); }

constexpr Name kDataTypes[] = {"PSK_I_MESSAGE",    "PSK_VER_MSG",      "PK_I_MESSAGE",  "PK_VER_MSG",
                               "DH_INIT",          "DH_RESP",          "ERROR",         "DHHMAC_INIT",
                               "DHHMAC_RESP",      "RSA_R_I_MSG",      "RSA_R_R_MSG",   "REQUEST_INIT_PSK",
                               "REQUEST_INIT_PK",  "REQUEST_RESP",     "TRANSFER_INIT", "TRANSFER_RESP",
                               "RESOLVE_INIT_PSK", "RESOLVE_INIT_PK",  "RESOLVE_RESP",  "REQUEST_KEY_PSK",
                               "REQUEST_KEY_PKE",  "REQUEST_KEY_RESP", "I_MESSAGE_1",   "R_MESSAGE_1",
                               "I_MESSAGE_2",      "R_MESSAGE_2",      "SAKKE"};
constexpr Name kPayloads[] = {"LAST", "KEMAC", "PKE",      "DH",          "SIGN",  "T",   "ID",    "CERT",  "CHASH",
                              "V",    "SP",    "RAND",     "ERR",         "TR",    "IDR", "RANDR", "TP",    "TICKET",
                              "",     "",      "KEY_DATA", "GENERAL_EXT", "IBAKE", "ESK", "SK",    "ECCPT", "SAKKE"};
constexpr Name kPrfs[] = {"MIKEY-1", "PRF-HMAC-SHA-256"};
constexpr Name kEncrs[] = {"NULL", "AES-CM-128", "AES-KW-128", "AES-CM-256"};
constexpr Name kAuths[] = {"NULL", "HMAC-SHA-1-160", "HMAC-SHA-256-256"};
constexpr Name kMapTypes[] = {"SRTP-ID", "Empty", "GENERIC-ID"};
constexpr Name kTsTypes[] = {"NTP-UTC", "NTP", "COUNTER", "NTP-UTC-32"};
constexpr Name kTsRoles[] = {"", "TRi", "TRs", "TRe", "TRr"};
constexpr Name kRandRoles[] = {"", "RANDRi", "RANDRr", "RANDRkms"};
constexpr Name kIdRoles[] = {"", "IDRi", "IDRr", "IDRkms", "IDRpsk", "IDRapp", "IDRkmsi", "IDRkmsr"};
constexpr Name kIdTypes[] = {"NAI", "URI", "byte string"};
constexpr Name kKeyTypes[] = {"TGK", "TGK+SALT", "TEK", "TEK+SALT", "GTGK", "GTGK+SALT", "MPK", "K_PR"};
constexpr Name kErrors[] = {
    "Auth failure",   "Invalid TS",   "Invalid PRF", "Invalid MAC",   "Invalid EA", "Invalid HA",        "Invalid DH",
    "Invalid ID",     "Invalid Cert", "Invalid SP",  "Invalid SPpar", "Invalid DT", "Unspecified error", "Unsupported message type",
    "Invalid TICKET", "Invalid TPpar"};
constexpr Name kGeneralExts[] = {"Vendor ID", "SDP IDs",   "TESLA I-Key",   "Key ID",
                                 "CSB_ID",    "OMA BCAST", "SAKKE-to-self", "3GPP key parameters"};
constexpr Name kSrtpParameters[] = {"encryption algorithm",
                                    "session encryption key length",
                                    "authentication algorithm",
                                    "session authentication key length",
                                    "session salt key length",
                                    "SRTP PRF",
                                    "key derivation rate",
                                    "SRTP encryption",
                                    "SRTCP encryption",
                                    "sender FEC order",
                                    "SRTP authentication",
                                    "authentication tag length",
                                    "SRTP prefix length",
                                    "ROC transmission rate",
                                    "SRTP authentication algorithm",
                                    "SRTCP authentication algorithm",
                                    "SRTP session authentication key length",
                                    "SRTCP session authentication key length",
                                    "SRTP authentication tag length",
                                    "SRTCP authentication tag length",
                                    "AEAD authentication tag length"};

std::optional<std::size_t> size_at(std::span<const std::size_t> sizes, std::uint8_t number) {
  if (number >= sizes.size()) return std::nullopt;
  return sizes[number];
}

}  // namespace

Name data_type_name(std::uint8_t number) { return at(kDataTypes, number); }
Name payload_name(std::uint8_t number) { return at(kPayloads, number); }
Name prf_name(std::uint8_t number) { return at(kPrfs, number); }
Name encr_name(std::uint8_t number) { return at(kEncrs, number); }
Name auth_name(std::uint8_t number) { return at(kAuths, number); }
Name map_type_name(std::uint8_t number) { return at(kMapTypes, number); }
Name ts_type_name(std::uint8_t number) { return at(kTsTypes, number); }
Name ts_role_name(std::uint8_t number) { return at(kTsRoles, number); }
Name rand_role_name(std::uint8_t number) { return at(kRandRoles, number); }
Name id_role_name(std::uint8_t number) { return at(kIdRoles, number); }
Name id_type_name(std::uint8_t number) { return at(kIdTypes, number); }
Name key_type_name(std::uint8_t number) { return at(kKeyTypes, number); }
Name error_name(std::uint8_t number) { return at(kErrors, number); }
Name general_ext_name(std::uint8_t number) { return at(kGeneralExts, number); }
Name srtp_parameter_name(std::uint8_t number) { return at(kSrtpParameters, number); }

Name other_solution(std::uint8_t data_type) {
  if (data_type == 7 || data_type == 8) return "MIKEY-DHHMAC, RFC 4650";
  if (data_type == 9 || data_type == 10) return "MIKEY-RSA-R, RFC 4738";
  if (data_type >= 19 && data_type <= 25) return "MIKEY-IBAKE, RFC 6267";
  if (data_type == 26) return "MIKEY-SAKKE, RFC 6509";
  return {};
}

std::optional<std::size_t> mac_size(std::uint8_t auth) {
  constexpr std::size_t sizes[] = {0, 20, 32};
  return size_at(sizes, auth);
}

std::optional<std::size_t> timestamp_size(std::uint8_t ts_type) {
  constexpr std::size_t sizes[] = {8, 8, 4, 4};
  return size_at(sizes, ts_type);
}

std::optional<std::size_t> hash_size(std::uint8_t hash) {
  constexpr std::size_t sizes[] = {20, 16, 32};
  return size_at(sizes, hash);
}

std::optional<std::size_t> dh_size(std::uint8_t group) {
  constexpr std::size_t sizes[] = {192, 96, 128};
  return size_at(sizes, group);
}

}  // namespace li::mikey
