// kms/endpoints.hpp: what each listener of a KMS does with a request.
//
// Source:  TS 33.328 carries MIKEY-TICKET over HTTP POST; what of it is not confirmed (path, parameter) is configuration. RFC 3830
//          clause 10.1 (application/mikey).
// Units:   octets.
// Errors:  404, 405 and 415 without a body; 400 for what is no MIKEY message, 403 for what is not answered, 503 when the KMS can't work.
//          A MIKEY Error is a 200.
// Owns:    handlers refer to what they are given, which must outlive the server.
#pragma once

#include "kms/key_service.hpp"
#include "kms/settings.hpp"

namespace li::kms {

constexpr auto kMikeyType = "application/mikey";

[[nodiscard]] net::HttpHandler ue_handler(TicketService& tickets, const Settings::Ue& settings);
[[nodiscard]] net::HttpHandler peer_handler(TicketService& tickets, const std::string& path);

/// get_keys as xk's endpoint hands it over. The answer is encoded before it is audited.
[[nodiscard]] RecordBytes answer_xk(KeyService& keys, const xk::GetKeys& request, const net::PeerIdentity& peer);

/// A BSF that gives keys: POST PATH?subscriber=NAME&key_id=B-TID&expires=SECONDS, the octets of the key as body. 204 when it is kept.
[[nodiscard]] net::HttpHandler bsf_handler(Store& store, const Journal& journal, const ops::Clock& clock, const Settings::Bsf& settings);

}  // namespace li::kms
