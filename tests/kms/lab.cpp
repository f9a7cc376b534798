#include "tests/kms/lab.hpp"

namespace li::kms::test {

Lab::Lab(const std::string& of) : domain(of), kms("sip:kms." + of), store(new_store(options)) {
  const Journal writing{[this](const std::string& event, const ops::Fields& fields) -> Result<void> {
                          const std::scoped_lock hold(lock);
                          if (!audit_works) return failure(ErrorKind::limit, "no room for the audit trail");
                          journal.push_back({event, "granted", fields});
                          return {};
                        },
                        [this](const Origin&, std::string_view reason, const ops::Fields& fields) {
                          const std::scoped_lock hold(lock);
                          journal.push_back({"refused", std::string(reason), fields});
                        },
                        [](const std::string&, const std::string&) {}};
  const auto clock = [this] { return now; };
  if (!store->rotate_tpk(kNow)) throw std::runtime_error("no TPK");
  tickets = std::make_unique<TicketService>(*store, writing, clock, crypto::random);
  tickets->set(settings());
  keys = std::make_unique<KeyService>(*store, writing, clock);
  keys->set(key_rules(), everybody());
}

TicketService::Settings Lab::settings() const {
  TicketService::Settings made;
  made.rules.kms_identities = {kms};
  made.rules.key_types = {mikey::KeyType::tgk_salt, mikey::KeyType::tgk, mikey::KeyType::gtgk};
  return made;
}

KeyService::Rules Lab::key_rules() const { return {{"df2.li.example"}, {kms}, false, false}; }

LiList Lab::everybody() const {
  std::string text;
  for (const auto* user : {"alice", "bob", "carol"}) {
    for (const auto* of : {"home1.example", "home2.example"}) {
      text += std::string("sip:") + user + "@" + of + " " + to_internet_time(kNow - std::chrono::hours(1)) + " " +
              to_internet_time(kNow + std::chrono::hours(24 * 365)) + " df2.li.example\n";
    }
  }
  return *LiList::parse(text);
}

Ue Lab::subscriber(const std::string& user) {
  const auto identity = "sip:" + user + "@" + domain;
  const auto added = store->add_subscriber(user, {identity, user + "@" + domain}, kNow);
  SecretBytes psk = crypto::random_secret(32);
  const auto keyed = store->put_key(user, to_bytes("btid-" + user), psk, kNow + std::chrono::hours(24 * 365));
  if (!added || !keyed) throw std::runtime_error("subscriber");
  Ue ue(identity, "btid-" + user, std::move(psk), kms);
  ue.now = now;
  return ue;
}

Entry Lab::last() {
  const std::scoped_lock hold(lock);
  return journal.empty() ? Entry() : journal.back();
}

mikey::Granted Lab::request(Ue& ue, const Wanted& wanted) {
  const auto init = ue.request_init(wanted);
  const auto reply = tickets->user(init, TicketService::Expect::request, "192.0.2.1");
  if (reply.fault) throw std::runtime_error(std::string(word(*reply.fault)) + ": " + last().field("detail"));
  return ue.granted(reply.message, init);
}

mikey::Granted Lab::resolve(Ue& ue, ByteView transfer_init) {
  const auto init = ue.resolve_init(transfer_init);
  const auto reply = tickets->user(init, TicketService::Expect::resolve, "192.0.2.2");
  if (reply.fault) throw std::runtime_error(std::string(word(*reply.fault)) + ": " + last().field("detail"));
  return must(mikey::open_answer(reply.message, init, ue.psk()));
}

tl::expected<mikey::CallKeys, xk::Reason> Lab::get_keys(const std::string& target, const mikey::Transfer& transfer,
                                                        const std::string& client) {
  return keys->get_keys({{client}, "192.0.2.9"}, {transfer, std::nullopt, target});
}

Call call(Lab& alices, Ue& alice, Lab& bobs, Ue& bob, Wanted wanted) {
  if (wanted.responders.empty()) wanted.responders = {bob.identity()};
  const auto granted = alices.request(alice, wanted);
  Call made;
  made.init = alice.transfer_init(granted, bob.identity());
  made.secrets = bobs.resolve(bob, made.init).secrets;
  made.resp = bob.transfer_resp(made.init, made.secrets);
  return made;
}

}  // namespace li::kms::test
