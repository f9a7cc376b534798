// xk/messages.hpp: get_keys and get_keys_response as values, and as XML.
//
// Source:  TS 33.107 clause 7A.7.2 names the parameters; the XML is ours (src/xk/xk.xsd, installed in share/hi2kit/xk).
// Units:   octets.
// Errors:  decode_... says where in the document it stopped (line, offset, path) and never repeats a value. A document type
//          definition is an error in itself, so no entity is ever expanded, and nothing outside the document is read.
//          encode_... refuses what the schema would not take.
// Owns:    everything owns its data. Messages may carry keys (unprotected tickets), so they are overwritten when freed, like documents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace li::xk {

constexpr std::size_t kMaxDocument = 256 * 1024;
constexpr std::size_t kMaxMessage = 32 * 1024;  ///< a MIKEY message
constexpr std::size_t kMaxKey = 256;
constexpr std::size_t kMaxSessions = 256;

/// Why there is no key.
enum class Reason {
  malformed,           ///< the request or a message can't be read
  no_ticket,           ///< TRANSFER_INIT carries none
  unsupported_ticket,  ///< of a type that is not known
  unknown_tpk,         ///< protected with a key that is not, or no longer, known
  ticket_mac,          ///< the ticket's MAC is wrong
  decrypt,             ///< what is encrypted does not open to anything sensible
  not_yet_valid,       ///< used before its time
  expired,             ///< used behind its time
  init_mac,            ///< the MAC of TRANSFER_INIT is wrong
  initiator_data,      ///< the initiator's data in the ticket are wrong
  pair_mismatch,       ///< the two messages are of different exchanges
  resp_missing,        ///< the ticket asks for a TRANSFER_RESP
  resp_mac,            ///< the MAC of TRANSFER_RESP is wrong
  policy,              ///< the ticket's policy does not allow it
  no_key,              ///< none for this crypto session
  unprotected,         ///< an unprotected ticket where none is accepted
  target,              ///< the target is neither of the two parties
  not_listed,          ///< the target is not on the LI list now
  not_authorised,      ///< the client may not ask
  rate_limited,        ///< the client asks too often
  unavailable,         ///< the KMS can't answer now
};

[[nodiscard]] std::string_view to_string(Reason reason);
[[nodiscard]] std::optional<Reason> parse_reason(std::string_view word);

/// The messages of a ticket exchange, as SIP carried them.
struct Exchange {
  RecordBytes transfer_init;
  std::optional<RecordBytes> transfer_resp;

  [[nodiscard]] bool operator==(const Exchange&) const = default;
};

struct GetKeys {
  std::string request_id;           ///< 1 to 64 of letters, digits and ._:-
  std::string target;               ///< public KMS identity
  Exchange exchange;                ///< what is asked about
  std::optional<Exchange> initial;  ///< for a CSB update, the first exchange of the dialog

  [[nodiscard]] bool operator==(const GetKeys&) const = default;
};

struct SessionKey {
  SecretBytes key;
  std::optional<SecretBytes> salt;
  std::optional<Bytes> spi;

  [[nodiscard]] bool operator==(const SessionKey&) const = default;
};

struct CryptoSession {
  std::uint8_t cs_id = 0;
  std::optional<std::uint32_t> ssrc;
  std::variant<SessionKey, Reason> answer;

  [[nodiscard]] bool operator==(const CryptoSession&) const = default;
};

/// What a response can say of a key: without salt and SPI where they are empty; `no_key` when the schema would not take the key.
[[nodiscard]] std::variant<SessionKey, Reason> answer_of(SessionKey key);

/// At least one crypto session, each CS ID once; or a reason for them all.
struct GetKeysResponse {
  std::string request_id;  ///< empty only when the request could not be read
  std::variant<std::vector<CryptoSession>, Reason> answer;

  [[nodiscard]] bool operator==(const GetKeysResponse&) const = default;
};

[[nodiscard]] Result<RecordBytes> encode_request(const GetKeys& request);
[[nodiscard]] Result<GetKeys> decode_request(ByteView document);
[[nodiscard]] Result<RecordBytes> encode_response(const GetKeysResponse& response);
[[nodiscard]] Result<GetKeysResponse> decode_response(ByteView document);

/// The schema, as it is installed.
[[nodiscard]] std::string_view schema_text();

}  // namespace li::xk
