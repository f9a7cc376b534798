#include "mikey/kms_exchange.hpp"

#include "mikey/exchange_impl.hpp"
#include "mikey/finish_impl.hpp"

namespace li::mikey {
namespace {

bool asks_ticket(const KmsRequest& request) { return std::holds_alternative<Tp>(request.subject); }

IdRole own_role(const Message& message) {
  return message.is(DataType::request_init_psk) || message.is(DataType::request_init_pk) ? IdRole::initiator : IdRole::responder;
}

Message start_request(const KmsRequest& request, DataType type, const std::vector<crypto::Certificate>& chain) {
  Message message;
  message.header = header_of(type, request.stamp);
  message.header.v = true;
  const auto role = asks_ticket(request) ? RandRole::initiator : RandRole::responder;
  message.payloads = {payload(request.stamp.t), payload(Randr{number(role), request.rand})};
  add(message.payloads, request.self);
  for (const auto& certificate : chain) message.payloads.push_back(payload(Cert{0, certificate.to_der()}));
  add(message.payloads, request.kms);
  std::visit([&message](const auto& subject) { message.payloads.push_back(payload(subject)); }, request.subject);
  return message;
}

struct Identities {
  Bytes self, kms;
};

// Clause 5.5: the bare ID Data of both, those of the message before those known otherwise.
Identities identities(const Message& message, const KnownIdentities& known) {
  const auto* self = find(message.payloads, own_role(message));
  const auto* kms = find(message.payloads, IdRole::kms);
  return {self != nullptr ? self->data : known.self, kms != nullptr ? kms->data : known.kms};
}

crypto::Hash signature_hash(std::uint8_t prf) { return prf == number(Prf::mikey_1) ? crypto::Hash::sha1 : crypto::Hash::sha256; }

bool is_answer_to(const Message& answer, const Message& request) {
  const auto resolves = own_role(request) == IdRole::responder;
  return answer.is(resolves ? DataType::resolve_resp : DataType::request_resp) && answer.header.csb_id == request.header.csb_id &&
         answer.header.prf == request.header.prf;
}

std::optional<TicketSecrets> secrets_of(std::vector<KeyData> keys, bool forking) {
  const std::size_t mpks = forking ? 2 : 1;
  if (keys.size() < mpks) return std::nullopt;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if ((keys[i].key_type() == KeyType::mpk) != (i < mpks)) return std::nullopt;
  }
  TicketSecrets secrets;
  secrets.mpki = std::move(keys[0].key);
  if (forking) secrets.mpkr = std::move(keys[1].key);
  keys.erase(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(mpks));
  secrets.keys = std::move(keys);
  return secrets;
}

Answer<Granted> take_granted(const Message& answer, const Message& request, std::vector<KeyData> keys) {
  Granted granted;
  if (const auto* ticket = find<Ticket>(answer.payloads)) granted.ticket = *ticket;
  const auto* asked = find<Ticket>(request.payloads);
  const auto* about = granted.ticket ? &*granted.ticket : asked;
  if (about == nullptr) return refuse(Reason::no_ticket, "neither request nor answer holds a TICKET");
  auto secrets = secrets_of(std::move(keys), about->flags.i);
  if (!secrets) return refuse(Reason::decrypt, "the KEMAC does not begin with the MPKs that flag I asks for");
  granted.secrets = std::move(*secrets);
  if (granted.ticket || !about->flags.i) return granted;
  const auto* id = find(answer.payloads, IdRole::responder);
  const auto* rand = find(answer.payloads, RandRole::kms);
  if (id == nullptr || rand == nullptr) return refuse(Reason::policy, "RESOLVE_RESP lacks IDRr or RANDRkms");
  granted.secrets.fork = TicketSecrets::Fork{id->data, rand->data};
  return granted;
}

Result<void> check_request(const KmsRequest& request) {
  if (auto fine = check_rand(request.rand); !fine) return fine;
  return check_sizes(request.stamp.prf, Encr::null, request.stamp.auth);
}

}  // namespace

Result<Bytes> build_request(const KmsRequest& request, ByteView psk, const KnownIdentities& known) {
  if (auto fine = check_request(request); !fine) return failure(fine.error());
  auto message = start_request(request, asks_ticket(request) ? DataType::request_init_psk : DataType::resolve_init_psk, {});
  add(message.payloads, request.psk);
  const auto schedule = request_schedule(message, psk, Direction::init);
  const auto [self, kms] = identities(message, known);
  return finish_with_v(std::move(message), request.stamp.auth, schedule, {self, kms});
}

Result<Bytes> build_request_pk(const KmsRequest& request, const PublicKeyMode& mode, const KnownIdentities& known) {
  if (auto fine = check_request(request); !fine) return failure(fine.error());
  auto message = start_request(request, asks_ticket(request) ? DataType::request_init_pk : DataType::resolve_init_pk,
                               mode.send_chain ? mode.chain : std::vector<crypto::Certificate>());
  if (mode.chash) message.payloads.push_back(payload(*mode.chash));
  auto envelope = mode.kms.encrypt(mode.padding, mode.envelope_key.reveal());
  if (!envelope) return failure(envelope.error());
  message.payloads.push_back(payload(Pke{0, std::move(*envelope)}));
  const auto [self, kms] = identities(message, known);
  return finish_with_sign(std::move(message), mode.signer, mode.signature, signature_hash(request.stamp.prf), {self, kms});
}

KeySchedule request_schedule(const Message& request, ByteView key, Direction direction) {
  const auto resolves = own_role(request) == IdRole::responder;
  const auto* rand = find(request.payloads, resolves ? RandRole::responder : RandRole::initiator);
  const auto data = rand == nullptr ? ByteView() : ByteView(rand->data);
  return KeySchedule::message(static_cast<Prf>(request.header.prf), key, request.header.csb_id, direction, resolves ? ByteView() : data,
                              resolves ? data : ByteView());
}

bool verify_request(const Message& request, ByteView octets, ByteView psk, const KnownIdentities& known) {
  const auto covered = without_proof(request, octets);
  if (covered.empty() || !std::holds_alternative<Verification>(request.payloads.back().body)) return false;
  const auto [self, kms] = identities(request, known);
  return verifies(last_v(request), request_schedule(request, psk, Direction::init), {covered, self, kms});
}

Result<SecretBytes> open_request_pk(const Message& request, ByteView octets, const crypto::PublicKey& signer, const crypto::PrivateKey& kms,
                                    const KnownIdentities& known) {
  const auto* sign = request.payloads.empty() ? nullptr : std::get_if<Sign>(&request.payloads.back().body);
  const auto* pke = find<Pke>(request.payloads);
  if (sign == nullptr || sign->type > 1 || pke == nullptr)
    return failure(ErrorKind::missing, "no PKE or no SIGN with RSA", "RFC 6043 4.2.1.3");
  auto covered = to_bytes(without_proof(request, octets));
  const auto [self, kms_id] = identities(request, known);
  covered.insert(covered.end(), self.begin(), self.end());
  covered.insert(covered.end(), kms_id.begin(), kms_id.end());
  const auto kind = sign->type == 0 ? crypto::Signature::rsa_pkcs1 : crypto::Signature::rsa_pss;
  if (!signer.verify(kind, signature_hash(request.header.prf), covered, sign->signature)) {
    return failure(ErrorKind::unexpected, "the signature is not right", "RFC 6043 5.5");
  }
  // OAEP proves itself; PKCS #1 v1.5 takes one in some hundred blocks of anything for its own.
  auto envelope_key = kms.decrypt(crypto::Padding::oaep, pke->data);
  if (!envelope_key) envelope_key = kms.decrypt(crypto::Padding::pkcs1, pke->data);
  if (envelope_key && envelope_key->size() < 16) return failure(ErrorKind::out_of_range, "an envelope key below 128 bits", "RFC 6043 12.1");
  return envelope_key;
}

Result<std::vector<crypto::Certificate>> certificates(const Message& message) {
  std::vector<crypto::Certificate> found;
  for (const auto& one : message.payloads) {
    const auto* cert = std::get_if<Cert>(&one.body);
    if (cert == nullptr || cert->cert_type == 1) continue;
    auto read = crypto::Certificate::from_der(cert->data);
    if (!read) return failure(read.error());
    found.push_back(std::move(*read));
  }
  return found;
}

Result<Bytes> build_answer(const KmsAnswer& answer, ByteView request, ByteView key) {
  const auto asked = decode(request);
  if (!asked) return failure(asked.error());
  if (auto fine = check_sizes(asked->header.prf, answer.encr, answer.auth); !fine) return failure(fine.error());
  const auto schedule = request_schedule(*asked, key, Direction::resp);
  Message message;
  message.header = asked->header;
  message.header.v = false;
  message.header.data_type = number(answer.ticket ? DataType::request_resp : DataType::resolve_resp);
  message.payloads = {payload(answer.t)};
  add(message.payloads, answer.kms);
  if (answer.ticket) message.payloads.push_back(payload(*answer.ticket));
  auto kemac = seal_keys(answer.encr, schedule, {asked->header.csb_id, timestamp64(answer.t.ts_type, answer.t.value)}, answer.keys);
  if (!kemac) return failure(kemac.error());
  message.payloads.push_back(payload(std::move(*kemac)));
  add(message.payloads, answer.id_r);
  if (!answer.rand_kms.empty()) message.payloads.push_back(payload(Randr{number(RandRole::kms), answer.rand_kms}));
  return finish_with_v(std::move(message), answer.auth, schedule, {request});
}

Answer<Granted> open_answer(ByteView answer, ByteView request, ByteView key) {
  const auto read = decode(answer);
  const auto asked = decode(request);
  if (!read || !asked) return refuse(Reason::malformed, (!read ? read.error() : asked.error()).message());
  if (!is_answer_to(*read, *asked)) return refuse(Reason::pair_mismatch, "no answer to this request");
  const auto schedule = request_schedule(*asked, key, Direction::resp);
  const auto covered = without_proof(*read, answer);
  if (covered.empty() || !std::holds_alternative<Verification>(read->payloads.back().body) ||
      !verifies(last_v(*read), schedule, {covered, request})) {
    return refuse(Reason::resp_mac);
  }
  const auto* kemac = find<Kemac>(read->payloads);
  const auto* t = find<Timestamp>(read->payloads);
  if (kemac == nullptr || t == nullptr) return refuse(Reason::malformed, "the answer lacks KEMAC or T");
  auto keys = open_keys(*kemac, schedule, {read->header.csb_id, timestamp64(t->ts_type, t->value)});
  if (!keys) return refuse(Reason::decrypt, keys.error().message());
  return take_granted(*read, *asked, std::move(*keys));
}

std::vector<KeyData> to_key_data(const TicketSecrets& secrets, const Bytes& mpki_spi, const Bytes& mpkr_spi) {
  const auto mpk = [](const SecretBytes& key, const Bytes& spi) {
    return KeyData{number(KeyType::mpk), key.copy(), {}, number(KeyValidity::spi), spi, {}, {}};
  };
  std::vector<KeyData> keys;
  keys.push_back(mpk(secrets.mpki, mpki_spi));
  if (!secrets.mpkr.empty()) keys.push_back(mpk(secrets.mpkr, mpkr_spi));
  for (const auto& key : secrets.keys) keys.push_back(key.copy());
  return keys;
}

Result<Bytes> build_error(const Header& faulty, const Timestamp& t, ErrorNumber error, const KeySchedule* schedule, Auth auth) {
  Message message;
  message.header.data_type = number(DataType::error);
  message.header.prf = faulty.prf;
  message.header.csb_id = faulty.csb_id;
  message.payloads = {payload(t), payload(Err{number(error), 0})};
  if (schedule == nullptr) return encode(message);
  return finish_with_v(std::move(message), auth, *schedule, {});
}

}  // namespace li::mikey
