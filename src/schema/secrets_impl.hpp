// schema/secrets_impl.hpp: which members hold secrets (TS 33.107 7A.7.4, RFC 4568, RFC 4567).
//
// Source:  TS 33.107 clause 7A.7.4; RFC 4567, RFC 4568 for SDP in SIP.
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
    {"SIPMessage", "sIPContent", Secrecy::sip},
    {"IPIRIContents", "originalIPMMMessage", Secrecy::sip},
    {"IPIRIContents", "iRIOnlyOriginalIPMMMessage", Secrecy::sip},
    {"AdditionalSignalling", "sipHeaderLine", Secrecy::sip},
    {"IPMMCC", "streamIdentifier", Secrecy::sip},
    {"Payload-description", "copyOfSDPdescription", Secrecy::sip},
    {"Payload-description", "mediaAttributes", Secrecy::sip},
    {"SupportedMedia", "confServerSideSDP", Secrecy::sip},
    {"SupportedMedia", "confUserSideSDP", Secrecy::sip},
    {"EncryptionContainer", "encryptedPayload", Secrecy::payload},
};

[[nodiscard]] constexpr Secrecy secrecy_of(std::string_view type, std::string_view member) {
  for (const auto& entry : kSecretMembers) {
    if (entry.type == type && entry.member == member) return entry.secrecy;
  }
  return Secrecy::none;
}

}  // namespace li::schema
