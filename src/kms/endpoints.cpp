#include "kms/endpoints.hpp"

#include <algorithm>
#include <charconv>

#include "kms/query.hpp"

namespace li::kms {

namespace {

using net::HttpRequest;
using net::HttpResponse;

/// 404, 405 or 415, or nothing.
std::optional<HttpResponse> misdirected(const HttpRequest& request, std::string_view path, std::string_view content_type) {
  if (path_of(request.target) != path) return HttpResponse{404, {}, {}, {}};
  if (request.method != "POST") return HttpResponse{405, {}, {}, {{"Allow", "POST"}}};
  if (request.content_type() != content_type) return HttpResponse{415, {}, {}, {}};
  return std::nullopt;
}

HttpResponse to_http(TicketService::Reply reply) {
  if (!reply.message.empty()) return {200, kMikeyType, std::move(reply.message), {{"Cache-Control", "no-store"}}};
  if (reply.fault == Fault::malformed) return {400, {}, {}, {}};
  return {reply.fault == Fault::unavailable ? 503U : 403U, {}, {}, {}};
}

mikey::Transfer to_transfer(const xk::Exchange& exchange) {
  return {exchange.transfer_init, exchange.transfer_resp ? std::optional<ByteView>(*exchange.transfer_resp) : std::nullopt};
}

xk::CryptoSession to_session(mikey::SessionKey& session) {
  if (session.reason) return {session.cs_id, session.ssrc, to_xk(*session.reason)};
  auto answer = xk::answer_of({std::move(session.key), std::move(session.salt), std::move(session.spi)});
  if (std::holds_alternative<xk::Reason>(answer)) session.reason = mikey::Reason::no_key;  // for the audit entry's count
  return {session.cs_id, session.ssrc, std::move(answer)};
}

std::optional<Time> parse_time(const std::optional<std::string>& text) {
  std::int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ptr != text->data() + text->size()) return std::nullopt;
  if (value <= 0 || value > 0xFFFF'FFFF'FFLL) return std::nullopt;
  return Time(seconds(value));
}

struct Given {
  std::optional<std::string> subscriber, key_id;
  std::optional<Time> expires;
};

bool is_whole(const Given& given, Time now, std::chrono::seconds longest) {
  return given.subscriber && given.key_id && given.expires && *given.expires > now && *given.expires <= now + longest;
}

HttpResponse take_key(const HttpRequest& request, Store& store, const Journal& journal, Time now, const Settings::Bsf& settings) {
  const Given given{parameter_of(request.target, "subscriber"), parameter_of(request.target, "key_id"),
                    parse_time(parameter_of(request.target, "expires"))};
  const auto& names = request.peer->names;
  const auto allowed = std::find_first_of(names.begin(), names.end(), settings.clients.begin(), settings.clients.end());
  const auto client = allowed == names.end() ? request.peer->subject : *allowed;
  ops::Fields fields{{"client", client},
                     {"address", request.peer->address},
                     {"subscriber", given.subscriber.value_or("")},
                     {"key_id", given.key_id.value_or("")}};
  const auto refuse = [&](unsigned status, std::string_view reason) -> HttpResponse {
    journal.alarm({"bsf", client}, reason, fields);
    return {status, {}, {}, {}};
  };
  if (allowed == names.end()) return refuse(403, "not_authorised");
  if (!is_whole(given, now, settings.longest)) return refuse(400, "bad_parameters");
  if (!journal.audit("key_given", fields)) return {503, {}, {}, {}};
  const auto kept = store.put_key(*given.subscriber, as_bytes(*given.key_id), SecretBytes(request.body), *given.expires);
  if (kept) return {204, {}, {}, {}};
  fields.emplace_back("detail", kept.error().message());
  return refuse(kept.error().kind == ErrorKind::limit || kept.error().kind == ErrorKind::unknown ? 503U : 409U, "key_not_taken");
}

}  // namespace

net::HttpHandler ue_handler(TicketService& tickets, const Settings::Ue& settings) {
  return [&tickets, settings](const HttpRequest& request) -> HttpResponse {
    if (auto wrong = misdirected(request, settings.path, kMikeyType)) return std::move(*wrong);
    auto expect = TicketService::Expect::any;
    if (const auto kind = parameter_of(request.target, settings.parameter)) {
      if (*kind != settings.ticket_request && *kind != settings.ticket_resolve) return {404, {}, {}, {}};
      expect = *kind == settings.ticket_request ? TicketService::Expect::request : TicketService::Expect::resolve;
    }
    return to_http(tickets.user(request.body, expect, request.peer->address));
  };
}

net::HttpHandler peer_handler(TicketService& tickets, const std::string& path) {
  return [&tickets, path](const HttpRequest& request) -> HttpResponse {
    if (auto wrong = misdirected(request, path, kMikeyType)) return std::move(*wrong);
    return to_http(tickets.peer(request.body, request.peer->names, request.peer->address));
  };
}

RecordBytes answer_xk(KeyService& keys, const xk::GetKeys& request, const net::PeerIdentity& peer) {
  const mikey::GetKeys asked{to_transfer(request.exchange), request.initial ? std::optional(to_transfer(*request.initial)) : std::nullopt,
                             request.target};
  RecordBytes document;
  const auto prepare = [&](mikey::CallKeys& found) -> Result<void> {
    std::vector<xk::CryptoSession> sessions;
    for (auto& session : found.sessions) sessions.push_back(to_session(session));
    auto encoded = xk::encode_response({request.request_id, std::move(sessions)});
    if (!encoded) return failure(encoded.error());
    document = std::move(*encoded);
    return {};
  };
  if (const auto answer = keys.get_keys({peer.names, peer.address}, asked, prepare); !answer)
    document = xk::encode_response({request.request_id, answer.error()}).value();
  return document;
}

net::HttpHandler bsf_handler(Store& store, const Journal& journal, const ops::Clock& clock, const Settings::Bsf& settings) {
  return [&store, journal, clock, settings](const HttpRequest& request) -> HttpResponse {
    if (auto wrong = misdirected(request, settings.path, "application/octet-stream")) return std::move(*wrong);
    return take_key(request, store, journal, std::chrono::floor<seconds>(clock()), settings);
  };
}

}  // namespace li::kms
