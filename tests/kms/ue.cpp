#include "tests/kms/ue.hpp"

#include "mikey/encode.hpp"

namespace li::kms::test {

using namespace mikey;

namespace {

Bytes fresh(std::size_t octets) { return to_bytes(crypto::random_secret(octets).reveal()); }

GenericId session(std::uint8_t cs_id, std::uint8_t ssrc, const Bytes& spi) { return {cs_id, 0, false, {1}, Bytes(4, ssrc), spi}; }

SecurityPolicy srtp(std::uint8_t prf) { return {1, 0, {{0, {1}}, {1, {static_cast<std::uint8_t>(prf == 0 ? 16 : 32)}}, {4, {14}}}}; }

}  // namespace

Idr idr(IdRole role, std::string_view identity) {
  const auto type = identity.find(':') == std::string_view::npos ? IdType::nai : IdType::uri;
  return {number(role), number(type), to_bytes(identity)};
}

Tp policy(const Wanted& wanted, std::uint8_t prf, const std::string& initiator) {
  Tp tp;
  tp.ticket_type = wanted.ticket_type;
  tp.prf = prf;
  tp.flags = Flags::from_letters(wanted.flags);
  tp.tp_data.push_back(payload(idr(IdRole::initiator, initiator)));
  if (wanted.start) tp.tp_data.push_back(payload(to_timestamp(TsRole::start, *wanted.start)));
  if (wanted.end) tp.tp_data.push_back(payload(to_timestamp(TsRole::end, *wanted.end)));
  if (!wanted.keys.empty()) {
    std::vector<KeyData> chain;
    for (const auto& [type, octets, spi] : wanted.keys) {
      const std::size_t salt = has_salt(type) ? 14 : 0;
      chain.push_back({number(type), SecretBytes(Bytes(octets)), SecretBytes(Bytes(salt)), number(KeyValidity::spi), spi, {}, {}});
    }
    const auto keys = must(encode_keys(chain));
    tp.tp_data.push_back(payload(Kemac{0, to_record_bytes(keys.reveal()), 0, {}}));
  }
  for (const auto& responder : wanted.responders) tp.tp_data.push_back(payload(idr(IdRole::responder, responder)));
  return tp;
}

Stamp Ue::stamp() {
  const auto auth = prf == 0 ? Auth::hmac_sha_1_160 : Auth::hmac_sha_256_256;
  return {prf, static_cast<std::uint32_t>(fresh(4)[0]) << 8 | fresh(1)[0], to_timestamp(now + std::chrono::milliseconds(count++)), auth};
}

KmsRequest Ue::request(std::variant<Tp, Ticket> subject) {
  const auto role = std::holds_alternative<Tp>(subject) ? IdRole::initiator : IdRole::responder;
  return {stamp(),
          fresh(32),
          idr(role, identity_),
          idr(IdRole::kms, kms_),
          std::move(subject),
          Idr{number(IdRole::psk), number(IdType::byte_string), to_bytes(key_id_)}};
}

Bytes Ue::request_init(const Wanted& wanted) { return must(build_request(request(policy(wanted, prf, identity_)), psk())); }

Bytes Ue::transfer_init(const Granted& granted, std::string_view responder) {
  const auto& spi = granted.secrets.keys.front().spi;
  return must(build_transfer_init({stamp(),
                                   {session(1, 0x11, spi), session(2, 0x22, spi)},
                                   fresh(32),
                                   idr(IdRole::initiator, identity_),
                                   idr(IdRole::responder, responder),
                                   {srtp(prf)},
                                   {},
                                   *granted.ticket,
                                   {},
                                   {}},
                                  granted.secrets));
}

Bytes Ue::resolve_init(ByteView transfer_init) {
  const auto message = must(decode(transfer_init));
  return must(build_request(request(find_ticket(message, transfer_init)->ticket), psk()));
}

Bytes Ue::transfer_resp(ByteView transfer_init, const TicketSecrets& secrets) {
  const auto& spi = secrets.keys.front().spi;
  const auto made = stamp();
  return must(build_transfer_resp({made.t, made.auth, {session(1, 0x11, spi), session(2, 0x22, spi)}, fresh(32), {}, {}, {}, {}, {}},
                                  transfer_init, secrets));
}

}  // namespace li::kms::test
