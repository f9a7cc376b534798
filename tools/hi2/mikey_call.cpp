#include "hi2/mikey_call.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "crypto/hash.hpp"

namespace li::tool {
namespace {

using mikey::Idr;
using mikey::IdRole;
using mikey::KeyType;
using mikey::Payload;

constexpr std::uint64_t kSeededTime = 4004164800;  // 2026-11-20 12:00:00 UTC
constexpr std::uint64_t kFrom1900To1970 = 2208988800;
constexpr const char* kKms = "sip:kms.home1.example";

template <typename T, typename E>
T sure(tl::expected<T, E>&& result, const char* what) {
  if (!result) throw std::logic_error(std::string("refused: ") + what);
  return std::move(*result);
}

void need(bool good, const char* what) {
  if (!good) throw std::logic_error(std::string("refused: ") + what);
}

// Random octets, or those that a seed and a name come to.
class Dice {
 public:
  explicit Dice(std::optional<std::uint64_t> seed) : seed_(seed) {}

  [[nodiscard]] SecretBytes secret(const std::string& name, std::size_t octets) const {
    if (!seed_) return crypto::random_secret(octets);
    const auto key = "hi2 mikey call " + std::to_string(*seed_);
    const auto hash = crypto::hmac(crypto::Hash::sha256, as_bytes(key), {as_bytes(name)});
    return SecretBytes(hash.reveal().first(octets));
  }
  [[nodiscard]] Bytes octets(const std::string& name, std::size_t count) const { return to_bytes(secret(name, count).reveal()); }
  [[nodiscard]] std::uint32_t number(const std::string& name) const {
    std::uint32_t value = 0;
    for (const auto octet : octets(name, 4)) value = value << 8 | octet;
    return value;
  }

 private:
  std::optional<std::uint64_t> seed_;
};

Idr uri(IdRole role, const std::string& identity) { return {mikey::number(role), mikey::number(mikey::IdType::uri), to_bytes(identity)}; }
Idr name_of(const std::string& psk_id) { return {mikey::number(IdRole::psk), mikey::number(mikey::IdType::byte_string), to_bytes(psk_id)}; }

class Stage {
 public:
  explicit Stage(const CallPlan& plan)
      : plan_(plan),
        dice_(plan.seed),
        start_(plan.seed ? kSeededTime : static_cast<std::uint64_t>(std::time(nullptr)) + kFrom1900To1970),
        size_(plan.prf == mikey::Prf::mikey_1 ? 16 : 32),
        encr_(plan.prf == mikey::Prf::mikey_1 ? mikey::Encr::aes_cm_128 : mikey::Encr::aes_cm_256),
        auth_(plan.prf == mikey::Prf::mikey_1 ? mikey::Auth::hmac_sha_1_160 : mikey::Auth::hmac_sha_256_256) {}

  PlayedCall play() {
    call_.alice = {"sip:alice@home1.example", "btid-alice", dice_.secret("psk alice", size_)};
    call_.bob = {"sip:bob@home2.example", "btid-bob", dice_.secret("psk bob", size_)};
    call_.tpk_id = "tpk-1";
    call_.tpk = dice_.secret("tpk", size_);
    call_.mpk = dice_.secret("mpk", size_);
    ssrcs_ = {dice_.octets("ssrc alice", 4), dice_.octets("ssrc bob", 4)};
    request();
    grant();
    offer();
    resolve();
    give();
    answer();
    derive();
    return std::move(call_);
  }

 private:
  [[nodiscard]] mikey::Timestamp t(std::uint32_t step) const { return mikey::ntp_utc(start_ + step, step << 28); }
  [[nodiscard]] mikey::Stamp stamp(const char* exchange, std::uint32_t step) const {
    return {mikey::number(plan_.prf), dice_.number(std::string("csb ") + exchange), t(step), auth_};
  }

  [[nodiscard]] mikey::TicketPolicy policy() const {
    constexpr std::uint64_t kDay = 86400;
    const auto limit = [](mikey::TsRole role, std::uint64_t seconds) {
      auto value = mikey::ntp_utc(seconds).value;
      value.resize(4);
      return mikey::payload(mikey::TimestampRole{mikey::number(role), mikey::number(mikey::TsType::ntp_utc_32), std::move(value)});
    };
    mikey::TicketPolicy policy;
    policy.prf = mikey::number(plan_.prf);
    policy.flags = mikey::Flags::from_letters(plan_.forking ? "DEFGHIJNO" : "DEFGHJNO");
    policy.tp_data = {mikey::payload(uri(IdRole::kms, kKms)), mikey::payload(uri(IdRole::initiator, call_.alice.identity)),
                      limit(mikey::TsRole::start, start_), limit(mikey::TsRole::end, start_ + kDay),
                      mikey::payload(uri(IdRole::responder, call_.bob.identity))};
    return policy;
  }

  // Alice asks the KMS for a ticket.
  void request() {
    mikey::Tp tp;
    static_cast<mikey::TicketPolicy&>(tp) = policy();
    call_.request_init =
        sure(mikey::build_request({stamp("request", 1), dice_.octets("rand request", size_), uri(IdRole::initiator, call_.alice.identity),
                                   uri(IdRole::kms, kKms), std::move(tp), name_of(call_.alice.psk_id)},
                                  call_.alice.psk.reveal()),
             "REQUEST_INIT is built");
  }

  // The KMS makes the ticket; Alice gets it with its keys.
  void grant() {
    verify_request(call_.request_init, call_.alice);
    mikey::TicketSpec spec;
    spec.policy = policy();
    spec.t = t(0);
    spec.rand = dice_.octets("rand ticket", size_);
    spec.encr = encr_;
    spec.auth = auth_;
    spec.mpk = call_.mpk.copy();
    spec.mpk_spi = {1};
    spec.tpk_id = to_bytes(call_.tpk_id);
    spec.keys.push_back({mikey::number(KeyType::tgk_salt),
                         dice_.secret("tgk", size_),
                         dice_.secret("salt", 14),
                         mikey::number(mikey::KeyValidity::spi),
                         {2},
                         {},
                         {}});
    auto ticket = sure(mikey::make_ticket(spec, call_.tpk.reveal()), "the ticket is made");
    const auto rand = ByteView(spec.rand);
    mikey::TicketSecrets secrets;
    secrets.mpki = mikey::derive_mpki(plan_.prf, call_.mpk.reveal(), rand);
    if (plan_.forking) secrets.mpkr = mikey::derive_mpkr(plan_.prf, call_.mpk.reveal(), rand);
    secrets.keys = std::move(spec.keys);
    call_.request_resp =
        sure(mikey::build_answer(
                 {t(2), auth_, encr_, uri(IdRole::kms, kKms), std::move(ticket), mikey::to_key_data(secrets, {3}, {4}), std::nullopt, {}},
                 call_.request_init, call_.alice.psk.reveal()),
             "REQUEST_RESP is built");
    auto granted = sure(mikey::open_answer(call_.request_resp, call_.request_init, call_.alice.psk.reveal()), "REQUEST_RESP");
    ticket_ = *granted.ticket;
    call_.initiator = std::move(granted.secrets);
  }

  // Alice calls Bob: TRANSFER_INIT stands in the SDP offer.
  void offer() {
    mikey::TransferInit spec;
    spec.stamp = stamp("transfer", 3);
    spec.map = {session(1, true), session(2, false)};
    spec.rand_i = dice_.octets("rand transfer init", size_);
    spec.id_i = uri(IdRole::initiator, call_.alice.identity);
    spec.id_r = uri(IdRole::responder, call_.bob.identity);
    spec.policies = {{1, 0, {{0, {1}}, {1, {static_cast<std::uint8_t>(size_)}}, {2, {1}}, {3, {20}}, {4, {14}}, {11, {10}}}}};
    spec.ticket = ticket_;
    spec.encr = encr_;
    call_.transfer_init = sure(mikey::build_transfer_init(spec, call_.initiator), "TRANSFER_INIT is built");
  }

  // Bob asks the KMS for the keys of the ticket that he got.
  void resolve() {
    const auto message = sure(mikey::decode(call_.transfer_init), "TRANSFER_INIT");
    call_.resolve_init =
        sure(mikey::build_request({stamp("resolve", 4), dice_.octets("rand resolve", size_), uri(IdRole::responder, call_.bob.identity),
                                   uri(IdRole::kms, kKms), *mikey::find<mikey::Ticket>(message.payloads), name_of(call_.bob.psk_id)},
                                  call_.bob.psk.reveal()),
             "RESOLVE_INIT is built");
  }

  // The KMS opens the ticket and gives Bob its keys, forked for him.
  void give() {
    const auto asked = verify_request(call_.resolve_init, call_.bob);
    const auto view = *mikey::find_ticket(asked, call_.resolve_init);
    auto secrets = sure(open(view), "the ticket");
    std::optional<Idr> id;
    Bytes rand;
    if (plan_.forking) {
      need(mikey::verify_initiator_data(view, &secrets.mpkr, nullptr), "Initiator Data");
      id = uri(IdRole::responder, call_.bob.identity);
      rand = dice_.octets("rand kms", size_);
      secrets = secrets.forked(plan_.prf, id->data, rand);
    }
    call_.resolve_resp = sure(mikey::build_answer({t(5), auth_, encr_, uri(IdRole::kms, kKms), std::nullopt,
                                                   mikey::to_key_data(secrets, {3}, {4}), std::move(id), std::move(rand)},
                                                  call_.resolve_init, call_.bob.psk.reveal()),
                              "RESOLVE_RESP is built");
    call_.responder = sure(mikey::open_answer(call_.resolve_resp, call_.resolve_init, call_.bob.psk.reveal()), "RESOLVE_RESP").secrets;
  }

  // Bob accepts: TRANSFER_RESP stands in the SDP answer.
  void answer() {
    mikey::TransferResp spec;
    spec.t = t(6);
    spec.auth = auth_;
    spec.map = {session(1, true), session(2, true)};
    spec.rand_r = dice_.octets("rand transfer resp", size_);
    if (!plan_.forking) spec.id_r = uri(IdRole::responder, call_.bob.identity);
    spec.encr = encr_;
    call_.transfer_resp = sure(mikey::build_transfer_resp(spec, call_.transfer_init, call_.responder), "TRANSFER_RESP is built");
  }

  void derive() {
    const mikey::Transfer transfer{call_.transfer_init, ByteView(call_.transfer_resp)};
    const auto with = [](const mikey::TicketSecrets& secrets) {
      return [&secrets](const mikey::TicketView&) -> mikey::Answer<mikey::TicketSecrets> { return secrets.copy(); };
    };
    call_.alice_keys = sure(mikey::derive_call(transfer, std::nullopt, with(call_.initiator), {}), "the call, by Alice");
    call_.bob_keys = sure(mikey::derive_call(transfer, std::nullopt, with(call_.responder), {}), "the call, by Bob");
    call_.kms_keys = sure(mikey::get_keys({transfer, std::nullopt, call_.alice.identity},
                                          [this](const mikey::TicketView& view) { return open(view); }, {}, {}),
                          "the call, by the KMS");
  }

  [[nodiscard]] mikey::Answer<mikey::TicketSecrets> open(const mikey::TicketView& view) const {
    const auto tpks = [this](std::optional<ByteView> id) {
      return id && equal(*id, as_bytes(call_.tpk_id)) ? std::optional(call_.tpk.copy()) : std::nullopt;
    };
    return mikey::open_ticket(view, tpks, false);
  }

  static mikey::Message verify_request(const Bytes& octets, const Subscriber& subscriber) {
    auto message = sure(mikey::decode(octets), "a request");
    need(mikey::verify_request(message, octets, subscriber.psk.reveal()), "V of a request");
    return message;
  }

  // What Alice sends to Bob is session 1, the other direction 2; whoever sends chooses the SSRC.
  [[nodiscard]] mikey::GenericId session(std::uint8_t cs_id, bool complete) const {
    if (!complete) return {cs_id, 0, false, {1}, {}, {}};
    return {cs_id, 0, false, {1}, ssrcs_[cs_id - 1], {2}};
  }

  CallPlan plan_;
  Dice dice_;
  std::uint64_t start_;
  std::size_t size_;
  mikey::Encr encr_;
  mikey::Auth auth_;
  std::array<Bytes, 2> ssrcs_;
  mikey::Ticket ticket_;
  PlayedCall call_;
};

bool same(const std::vector<mikey::SessionKey>& a, const std::vector<mikey::SessionKey>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.cs_id == y.cs_id && x.key == y.key && x.salt == y.salt && !x.reason && !y.reason;
  });
}

}  // namespace

bool PlayedCall::agree() const {
  return !kms_keys.sessions.empty() && same(alice_keys.sessions, kms_keys.sessions) && same(bob_keys.sessions, kms_keys.sessions);
}

PlayedCall play_call(const CallPlan& plan) { return Stage(plan).play(); }

}  // namespace li::tool
