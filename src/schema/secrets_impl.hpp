// schema/secrets_impl.hpp: which members hold secrets (TS 33.107 7A.7.4, RFC 4568, RFC 4567).
#pragma once

#include <string_view>

#include "schema/type.hpp"

namespace li::schema {

struct SecretMember {
  std::string_view type;
  std::string_view member;
  Secrecy secrecy;
};

inline constexpr SecretMember kSecretMembers[] = {
    {"CCKeyInfo", "cCDecKey", Secrecy::key},
    {"CCKeyInfo", "cCSalt", Secrecy::key},
    {"PTCEncryptionInfo", "key", Secrecy::key},
    {"PTCEncryptionInfo", "salt", Secrecy::key},
    {"IRI-Parameters", "sIPMessage", Secrecy::sip},
    {"IRI-Parameters", "sipMessageHeaderOffer", Secrecy::sip},
    {"IRI-Parameters", "sipMessageHeaderAnswer", Secrecy::sip},
    {"IRI-Parameters", "sdpOffer", Secrecy::sip},
    {"IRI-Parameters", "sdpAnswer", Secrecy::sip},
};

[[nodiscard]] constexpr Secrecy secrecy_of(std::string_view type, std::string_view member) {
  for (const auto& entry : kSecretMembers) {
    if (entry.type == type && entry.member == member) return entry.secrecy;
  }
  return Secrecy::none;
}

}  // namespace li::schema
