#include "tests/callsim/world.hpp"

namespace li::callsim::test {

using kms::test::kNow;
using kms::test::Lab;

namespace {

// Each asks the other one about its tickets.
void make_peers(Lab& lab, Lab& other) {
  auto more = lab.settings();
  more.rules.key_types = {mikey::KeyType::tgk, mikey::KeyType::tgk_salt};
  kms::PeerKms peer;
  peer.identity = other.kms;
  peer.domains = {other.domain};
  peer.names = {"kms." + other.domain};
  peer.key_id = to_bytes("kms-pair");
  peer.key = SecretBytes(Bytes(32, 7));
  peer.ask = [&lab, &other](ByteView message) -> Result<Bytes> {
    return to_bytes(other.tickets->peer(message, {"kms." + lab.domain}, "192.0.2.7").message);
  };
  more.peers.push_back(std::move(peer));
  lab.tickets->set(std::move(more));
}

Subscriber subscribe(Lab& lab, const std::string& name) {
  Subscriber one;
  one.name = name;
  one.identity = default_identity(name);
  one.key_id = "btid-" + name;
  one.kms = lab.kms;
  one.key = crypto::random_secret(32);
  const auto added = lab.store->add_subscriber(name, {one.identity}, kNow);
  const auto keyed = lab.store->put_key(name, to_bytes(one.key_id), one.key, kNow + std::chrono::hours(24));
  if (!added || !keyed) throw std::runtime_error("subscriber");
  return one;
}

}  // namespace

World::World() {
  make_peers(home1, home2);
  make_peers(home2, home1);
  std::string list;
  for (const auto* name : {"alice", "bob", "carol", "dave", "erin", "gateway", "mrf"}) {
    settings.subscribers.push_back(subscribe(std::string_view(name) == "dave" ? home2 : home1, name));
    if (std::string_view(name) != "erin") list += default_identity(name) + " 2020-01-01T00:00:00Z 2040-01-01T00:00:00Z df2.li.example\n";
  }
  home1.keys->set(home1.key_rules(), *kms::LiList::parse(list));
}

Result<Bytes> World::post(const std::string& kms, ByteView message, Kind kind) {
  using Expect = kms::TicketService::Expect;
  auto& lab = kms == home1.kms ? home1 : home2;
  return to_bytes(lab.tickets->user(message, kind == Kind::request ? Expect::request : Expect::resolve, "192.0.2.1").message);
}

Story World::play(const Scenario& scenario, std::uint64_t seed) {
  return callsim::play(
      scenario, settings, *this, [] { return TimePoint(kNow); }, seed);
}

World& world() {
  static World made;
  return made;
}

}  // namespace li::callsim::test
