#include "bench.hpp"

#include <stdexcept>

#include "base/base64.hpp"
#include "mikey/build.hpp"
#include "sip/message.hpp"

namespace li::df2::test {
namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::string mikey_line(const Bytes& message) { return message.empty() ? "" : "a=key-mgmt:mikey " + to_base64(message) + "\r\n"; }

std::string sip_word(ByteView octets) {
  const auto text = std::string(as_text(octets));
  const auto first = text.substr(0, text.find("\r\n"));
  if (first.starts_with("SIP/2.0 ")) return first.substr(8, 3);
  return first.substr(0, first.find(' '));
}

std::string word_of(const hi2::IriRecord& record) {
  switch (record.ims_event().value_or(hi2::ImsEvent{})) {
    case hi2::ImsEvent::unfiltered_sip_message: return sip_word(*record.sip_message());
    case hi2::ImsEvent::sip_header_only: return "header " + sip_word(*record.sip_message());
    case hi2::ImsEvent::start_of_interception_for_ims_established_session: return "start";
    case hi2::ImsEvent::decryption_keys_available: break;
    default: return "?";
  }
  std::string word;
  for (const auto& key : record.media_decryption_info()) word += (word.empty() ? "keys " : " ") + std::to_string(key.cccsid.at(0));
  if (record.media_sec_failure_indication()) word += word.empty() ? "failure" : " + failure";
  return word;
}

}  // namespace

std::string Sip::text() const {
  std::string out = start + "\r\nVia: SIP/2.0/UDP pcscf.example;branch=" + branch + "\r\nMax-Forwards: 70\r\nFrom: <" + from +
                    ">;tag=" + from_tag + "\r\nTo: <" + to + ">" + (to_tag.empty() ? "" : ";tag=" + to_tag) + "\r\nCall-ID: " + call_id +
                    "\r\nCSeq: " + cseq + "\r\n" + more;
  if (!body.empty()) out += "Content-Type: " + type + "\r\n";
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Sip request(const std::string& method, const std::string& cseq, const std::string& to_tag) {
  Sip sip;
  sip.start = method + " sip:bob@home2.example SIP/2.0";
  sip.cseq = cseq + " " + method;
  sip.branch = "z9hG4bK" + method + cseq;
  sip.to_tag = to_tag;
  return sip;
}

Sip response(int status, const Sip& request, const std::string& body, const std::string& to_tag) {
  auto sip = request;
  sip.start = "SIP/2.0 " + std::to_string(status) + " Fine";
  sip.to_tag = to_tag;
  sip.body = body;
  return sip;
}

Call::Call(const std::string& flags, std::uint8_t random, std::uint32_t csb_id) {
  exchange.flags = flags;
  exchange.rand_transfer = mikey::test::counting(random, 16);
  exchange.ticket_rand = mikey::test::counting(static_cast<std::uint8_t>(random + 0x90), 16);
  exchange.play();
  if (csb_id != 0x0a0b0c02) {
    mikey::TransferInit spec;
    spec.stamp = exchange.stamp(csb_id, 4);
    spec.map = exchange.init_map;
    spec.rand_i = exchange.rand_transfer;
    spec.id_i = mikey::test::uri(mikey::IdRole::initiator, exchange.alice);
    spec.id_r = mikey::test::uri(mikey::IdRole::responder, exchange.bob);
    spec.policies = exchange.policies;
    spec.ticket = exchange.ticket;
    exchange.transfer_init = must(mikey::build_transfer_init(spec, exchange.alice_secrets));
    exchange.resolve();
    exchange.respond();
  }
  invite.body = sdp({exchange.transfer_init});
}

Call Call::fork() const {
  Call other(exchange.flags, exchange.rand_transfer[0]);
  other.exchange.rand_kms = mikey::test::counting(0x33, 16);
  other.exchange.rand_resp = mikey::test::counting(0x44, 16);
  other.exchange.play();
  return other;
}

std::string sdp(const std::vector<Bytes>& mikey, const std::string& extra, const std::string& profile) {
  std::string out = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";
  unsigned port = 49170;
  for (const auto& message : mikey) {
    out += "m=audio " + std::to_string(port) + " " + profile + " 0\r\n" + mikey_line(message) + extra;
    port += 2;
  }
  return out;
}

std::string session_level_sdp(const Bytes& mikey, std::size_t lines) {
  auto out = sdp(std::vector<Bytes>(lines));
  return out.insert(out.find("m="), mikey_line(mikey));
}

void Bench::warrant(const std::string& liid, const std::string& xid, const std::string& more) {
  const auto unless = [&](const std::string& key, const std::string& line) {
    return more.find(key + " =") == std::string::npos ? line : "";
  };
  warrants_text += "[[warrant]]\nliid = \"" + liid + "\"\nxids = [\"" + xid + "\"]\n" +
                   unless("targets", "targets = [\"sip:alice@home1.example\", \"tel:+31611111111\"]\n") +
                   unless("valid_from", "valid_from = \"2026-01-01T00:00:00Z\"\n") +
                   unless("valid_until", "valid_until = \"2027-01-01T00:00:00Z\"\n") + unless("deliver_to", "deliver_to = [\"lemf\"]\n") +
                   "operator = \"OP01\"\nnetwork_element = \"scscf1.example\"\ncountry = \"NL\"\n" + more + "\n";
}

Warrants Bench::warrants() const {
  auto parsed = Warrants::parse(warrants_text, "warrants.toml");
  if (!parsed) throw std::runtime_error(parsed.error().front());
  return std::move(*parsed);
}

Pipeline& Bench::pipeline() {
  if (!pipeline_) start();
  return *pipeline_;
}

void Bench::start() {
  Observer observer;
  observer.on_signal = [this](const Signal& signal) {
    if (!muted_) signals.push_back(signal);
  };
  observer.before_reading = [this](const KeyQuestion& question) -> Result<void> {
    if (!muted_) read.push_back(question.whose());
    return no_trail ? failure(ErrorKind::limit, "the audit trail is full") : Result<void>();
  };
  observer.on_keys = [this](std::string_view outcome, std::string_view reason) {
    if (!muted_) keys_told.push_back(std::string(outcome) + (reason.empty() ? "" : " ") + std::string(reason));
  };
  observer.on_dropped = [this](std::string_view why) {
    if (!muted_) dropped.emplace_back(why);
  };
  observer.on_media_keys = [this](const MediaKeys& keys) {
    if (muted_) return;
    MediaKeys copy{keys.liid, keys.correlation, {}};
    for (const auto& key : keys.keys) copy.keys.push_back({key.id, key.suite, key.media, key.ssrc, key.key.copy(), key.salt.copy()});
    media_keys.push_back(std::move(copy));
  };
  pipeline_ = must(Pipeline::restore(spool, std::make_shared<const PipelineRules>(rules), observer));
}

void Bench::restart() {
  pipeline_.reset();
  start();
}

template <typename Work>
void Bench::batch(Work work) {
  const auto now_valid = warrants();
  if (life_ == Life::crashed) {
    muted_ = true;
    must(work(pipeline(), now_valid, *must(spool.begin())));
    restart();
    muted_ = false;
  }
  auto batch = must(spool.begin());
  must(work(pipeline(), now_valid, *batch));
  must(batch->commit());
  if (life_ != Life::quiet) {
    restart();
    auto next = must(spool.begin());
    must(pipeline().tick(now_valid, now, *next));
    must(next->commit());
  }
  collect();
}

void Bench::collect() {
  for (auto& id : pipeline().take_withdrawn()) withdrawn.push_back(std::move(id));
  for (auto& question : pipeline().take_questions()) {
    if (open_.insert(question.id).second) asked.push_back(question.id);
    auto id = question.id;
    questions.insert_or_assign(std::move(id), std::move(question));
  }
}

x2::Pdu Bench::pdu(ByteView payload, x2::PayloadFormat format) {
  x2::Pdu pdu;
  pdu.xid = *x2::to_xid(kXid);
  pdu.format = format;
  pdu.direction = x2::Direction::from_target;
  pdu.payload = to_record_bytes(payload);
  pdu.attributes.push_back(x2::sequence_number(number_++));
  return pdu;
}

void Bench::send(const Sip& sip, x2::Direction direction) {
  auto made = pdu(as_bytes(sip.text()));
  made.direction = direction;
  send(std::move(made));
}

void Bench::send(x2::Pdu pdu) {
  batch([&](Pipeline& pipeline, const Warrants& valid, delivery::Spool::Batch& batch) { return pipeline.handle(pdu, valid, now, batch); });
}

void Bench::wait(std::chrono::milliseconds time) {
  now += time;
  batch([&](Pipeline& pipeline, const Warrants& valid, delivery::Spool::Batch& batch) { return pipeline.tick(valid, now, batch); });
}

void Bench::answer(const std::string& id, std::variant<xk::GetKeysResponse, NoAnswer> answer, std::set<std::string> whose) {
  if (const auto known = questions.find(id); whose.empty() && known != questions.end()) whose = known->second.liids;
  const auto* given = std::get_if<xk::GetKeysResponse>(&answer);
  const auto* why = given == nullptr ? nullptr : std::get_if<xk::Reason>(&given->answer);
  if (given != nullptr && (why == nullptr || *why != xk::Reason::unavailable)) open_.erase(id);
  const auto copy = [&]() -> KeyAnswer {
    if (const auto* none = std::get_if<NoAnswer>(&answer)) return {id, *none, whose};
    const auto& response = std::get<xk::GetKeysResponse>(answer);
    if (const auto* reason = std::get_if<xk::Reason>(&response.answer)) return {id, xk::GetKeysResponse{id, *reason}, whose};
    std::vector<xk::CryptoSession> sessions;
    for (const auto& one : std::get<std::vector<xk::CryptoSession>>(response.answer)) {
      xk::CryptoSession session{one.cs_id, one.ssrc, xk::Reason::no_key};
      if (const auto* key = std::get_if<xk::SessionKey>(&one.answer))
        session.answer = xk::SessionKey{key->key.copy(), key->salt ? std::optional(key->salt->copy()) : std::nullopt, key->spi};
      sessions.push_back(std::move(session));
    }
    return {id, xk::GetKeysResponse{id, std::move(sessions)}, whose};
  };
  batch(
      [&](Pipeline& pipeline, const Warrants& valid, delivery::Spool::Batch& batch) { return pipeline.answer(copy(), valid, now, batch); });
}

void Bench::give(const std::string& id, const mikey::CallKeys& keys, std::set<std::string> whose) {
  std::vector<xk::CryptoSession> sessions;
  for (const auto& key : keys.sessions) {
    sessions.push_back({key.cs_id, key.ssrc, xk::Reason::no_key});
    if (!key.reason) sessions.back().answer = xk::SessionKey{key.key.copy(), key.salt.copy(), key.spi};
  }
  answer(id, xk::GetKeysResponse{id, std::move(sessions)}, std::move(whose));
}

std::vector<Received> Bench::received(const std::string& destination) {
  std::vector<Received> out;
  for (const auto& waiting : must(spool.read(destination, 0, SIZE_MAX, SIZE_MAX))) {
    auto pdu = must(ps::decode(waiting.octets));
    const auto items = ps::items(pdu);
    out.push_back({std::move(pdu), must(hi2::decode(items.at(0).record.value().octets))});
  }
  return out;
}

std::vector<std::string> Bench::story(const std::string& destination) {
  std::vector<std::string> out;
  std::map<std::string, std::vector<Bytes>> seen;  // sessions of each LIID
  for (const auto& [pdu, record] : received(destination)) {
    const std::string liid(as_text(record.lawful_interception_identifier()));
    auto word = (liid == "LI-1" ? "" : liid + " ") + word_of(record);
    auto& known = seen[liid];
    const auto correlation = to_bytes(record.correlation_number().value_or(ByteView()));
    auto place = std::find(known.begin(), known.end(), correlation);
    if (place == known.end()) place = known.insert(known.end(), correlation);
    if (place != known.begin()) word += " /" + std::to_string(place - known.begin() + 1);
    out.push_back(std::move(word));
  }
  return out;
}

std::vector<std::string> Bench::reasons(bool attacks_only) const {
  std::vector<std::string> out;
  for (const auto& signal : signals) {
    if (!attacks_only || signal.attack) out.push_back(signal.reason);
  }
  return out;
}

std::size_t Bench::sessions() { return pipeline().sessions(); }

}  // namespace li::df2::test
