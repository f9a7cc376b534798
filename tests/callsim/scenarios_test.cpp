// Each scenario, played with KMSs in this process: SIP that parses, messages whose keys a KMS gives, expectations that hold together.
#include "hi2-callsim/scenarios.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "df2/warrants.hpp"
#include "hi2-callsim/media_file.hpp"
#include "hi2-callsim/report.hpp"
#include "media/capture.hpp"
#include "media/rtp.hpp"
#include "media/srtp.hpp"
#include "sip/bodies.hpp"
#include "sip/sdp.hpp"
#include "tests/callsim/world.hpp"

namespace li::callsim {
namespace {

using test::world;

Story play(const Scenario& scenario) { return world().play(scenario); }

class Scenarios : public testing::TestWithParam<Scenario> {};

TEST_P(Scenarios, Sip) {
  const auto story = play(GetParam());
  EXPECT_FALSE(story.events.empty());
  ASSERT_EQ(story.events.size(), story.reported.size());
  std::set<std::string> unique;
  for (std::size_t i = 0; i < story.events.size(); ++i) {
    const auto& event = story.events[i];
    if (event.format != x2::PayloadFormat::sip) continue;
    const auto message = sip::parse(event.payload);
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_TRUE(message->findings.empty());
    EXPECT_EQ(as_text(event.payload).substr(0, as_text(event.payload).find("\r\n")), story.reported[i].start_line);
    EXPECT_FALSE(message->icid.empty());
    const auto is_new = unique.insert(std::string(as_text(event.payload))).second;
    EXPECT_EQ(is_new, !story.reported[i].retransmission) << story.reported[i].start_line;
    if (message->content_type != "application/sdp") continue;
    const auto sdp = sip::parse_sdp(message->body);
    ASSERT_TRUE(sdp) << sdp.error().message();
    EXPECT_TRUE(sdp->findings.empty());
    EXPECT_EQ(story.reported[i].keys_in_sdp, !sdp->media.front().crypto.empty());
  }
}

TEST_P(Scenarios, Expectation) {
  const auto& scenario = GetParam();
  const auto story = play(scenario);
  const callsim::Run run{scenario, story, 1, "sip:x@y", 0, std::vector<std::string>(story.streams.size(), "00")};
  const auto json = nlohmann::json::parse(as_text(expectation_json(run)));
  EXPECT_EQ(json["scenario"], scenario.name);
  EXPECT_EQ(json["warrants"].size(), scenario.warrants().size());
  for (const auto& warrant : json["warrants"]) {
    EXPECT_FALSE(warrant["records"].empty());
    EXPECT_EQ(warrant["decrypts"].size(), json["media"].size());
    EXPECT_LE(warrant["liid"].get<std::string>().size(), 25U);
    for (const auto& keys : warrant["keys"]) {
      EXPECT_FALSE(keys["crypto_sessions"].empty());
      for (const auto& one : keys["crypto_sessions"]) EXPECT_EQ(one["key"].get<std::string>().size(), 32U);
    }
  }
}

// What the two ends have is what a KMS gives for the pair in the SDP, wherever keys are expected of it.
TEST_P(Scenarios, TheKmsGivesTheKeys) {
  const auto& scenario = GetParam();
  const auto story = play(scenario);
  std::set<std::string> given;
  std::vector<Bytes> inits, resps;
  const auto collect = [&](const Result<sip::Sdp>& sdp) {
    if (!sdp) return;
    for (const auto& one : sip::key_management(*sdp)) {
      if (one.attribute == nullptr) continue;
      const auto octets = to_bytes(one.attribute->octets->reveal());
      (octets.at(1) == mikey::number(mikey::DataType::transfer_init) ? inits : resps).push_back(octets);
    }
  };
  for (const auto& event : story.events) {
    const auto message = sip::parse(event.payload);
    if (message && message->content_type == "application/sdp") collect(sip::parse_sdp(message->body));
  }
  for (const auto& init : inits) {
    for (const auto& resp : resps) {
      const mikey::Transfer initial{inits.front(), ByteView(resps.front())};
      for (const auto& before : {std::optional<mikey::Transfer>(), std::optional(initial)}) {
        const auto keys =
            world().home1.keys->get_keys({{"df2.li.example"}, "192.0.2.9"}, {{init, ByteView(resp)}, before, "sip:bob@home1.example"});
        if (!keys) continue;
        for (const auto& one : keys->sessions) given.insert(to_hex(one.key.reveal()));
      }
    }
  }
  if (scenario.name == "mid-session" || scenario.needs.allow_unprotected || scenario.needs.gateways) return;
  for (const auto& keyed : story.keyed) {
    for (const auto& one : keyed.keys) EXPECT_TRUE(one.key.empty() || given.count(to_hex(one.key.reveal())) == 1) << keyed.session;
  }
}

TEST_P(Scenarios, Media) {
  const auto story = play(GetParam());
  kms::test::Scratch scratch;
  MediaSettings media{scratch.path("sent.pcap"), scratch.path("clear.pcap"), 5, 1, TimePoint(kms::test::kNow)};
  const auto digests = write_media(story.streams, media);
  ASSERT_TRUE(digests) << digests.error().message();
  ASSERT_EQ(digests->size(), story.streams.size());
  auto sent = *media::PacketReader::open(media.sent), clear = *media::PacketReader::open(media.clear);
  std::map<std::uint32_t, media::SrtpSession> sessions;
  for (const auto& one : story.streams) {
    if (!one.key.empty()) sessions.emplace(one.ssrc, *media::SrtpSession::create({}, {one.key.copy(), one.salt.copy(), {}}, one.ssrc));
  }
  std::size_t count = 0;
  while (const auto packet = sent.next()) {
    const auto plain = clear.next();
    ASSERT_TRUE(*packet && plain && *plain);
    const auto header = media::decode_rtp((*plain)->payload);
    ASSERT_TRUE(header);
    const auto session = sessions.find(header->ssrc);
    EXPECT_EQ(session == sessions.end() ? (*packet)->payload : session->second.unprotect((*packet)->payload).value(), (*plain)->payload);
    ++count;
  }
  EXPECT_EQ(count, 5 * story.streams.size());
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::ValuesIn(scenarios()), [](const auto& one) {
  auto name = one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(List, HasEveryScenarioOnceWithItsWarrants) {
  std::set<std::string> names, liids, xids;
  for (const auto& one : scenarios()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_TRUE(xids.insert(x2::to_string(one.xid())).second);
    for (const auto& terms : one.warrants()) EXPECT_TRUE(liids.insert(terms.liid).second);
    EXPECT_EQ(find_scenario(one.name), &one);
  }
  for (const auto* name : {"basic",
                           "reliable-provisional",
                           "late-offer",
                           "two-lines",
                           "forked",
                           "reoffer",
                           "csb-update",
                           "retransmissions",
                           "ends-early",
                           "mid-session",
                           "unprotected",
                           "sdes",
                           "sdes-network-decrypts",
                           "network-decrypts",
                           "ciphertext-only",
                           "gateway-outgoing",
                           "gateway-incoming",
                           "gateway-plain",
                           "mrf",
                           "access-edge",
                           "visited-proxy",
                           "iri-only",
                           "two-warrants",
                           "b2bua",
                           "non-local-id",
                           "mismatch",
                           "identity-mismatch",
                           "ticket-elsewhere",
                           "ticket-changed",
                           "ticket-flood",
                           "kms-silent",
                           "kms-slow",
                           "kms-refusing",
                           "kms-partial"})
    EXPECT_NE(find_scenario(name), nullptr) << name;
  const auto json = nlohmann::json::parse(list_json(&world().settings));
  ASSERT_EQ(json.size(), scenarios().size());
  EXPECT_EQ(json[0]["warrants"][0]["targets"][0], "sip:alice@home1.example");
}

TEST(Scenarios, WarrantsAreAFileForTheDf2) {
  const auto text = warrants_toml({}, "agency", &world().settings);
  ASSERT_TRUE(text) << text.error().message();
  const auto file = df2::Warrants::parse(*text, "warrants.toml", {"agency"});
  ASSERT_TRUE(file) << file.error().front();
  EXPECT_GT(file->all().size(), scenarios().size());  // two-warrants has two, load has one
  EXPECT_FALSE(warrants_toml({"nobody"}, "agency", nullptr));
}

}  // namespace
}  // namespace li::callsim
