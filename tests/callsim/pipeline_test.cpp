// Each scenario through the pipeline of hi2-df2, with a KMS behind it: what comes out is what the scenario says.
#include <gtest/gtest.h>

#include "hi2-callsim/poi.hpp"
#include "hi2-callsim/xk_stub.hpp"
#include "tests/callsim/world.hpp"
#include "tests/df2/bench.hpp"

namespace li::callsim {
namespace {

using namespace std::chrono_literals;
using df2::test::Bench;
using test::world;

std::string warrant_lines(const Scenario& scenario, const Terms& terms) {
  const auto flag = [](const char* key, bool value) { return std::string(key) + (value ? " = true\n" : " = false\n"); };
  return "targets = [\"" + world().settings.subscriber(scenario.target)->identity + "\"]\nscope = \"" +
         (terms.scope == df2::Scope::iri_only ? "iri" : "iri+cc") + "\"\n" + flag("network_decrypts", terms.network_decrypts) +
         flag("keys_available", terms.keys_available) + flag("gateway_plain", terms.gateway_plain) +
         flag("keep_retransmissions", terms.keep_retransmissions);
}

std::optional<mikey::Transfer> transfer_of(const std::optional<xk::Exchange>& exchange) {
  if (!exchange) return std::nullopt;
  return mikey::Transfer{exchange->transfer_init,
                         exchange->transfer_resp ? std::optional<ByteView>(*exchange->transfer_resp) : std::nullopt};
}

// What the KMS of the first domain answers.
xk::GetKeysResponse ask_kms(const df2::KeyQuestion& question) {
  const auto keys = world().home1.keys->get_keys(
      {{"df2.li.example"}, "192.0.2.9"},
      {*transfer_of(question.request.exchange), transfer_of(question.request.initial), question.request.target});
  if (!keys) return {question.id, keys.error()};
  std::vector<xk::CryptoSession> sessions;
  for (const auto& one : keys->sessions) {
    xk::CryptoSession session{one.cs_id, one.ssrc, xk::Reason::no_key};
    if (!one.key.empty()) session.answer = xk::answer_of({one.key.copy(), one.salt.copy(), one.spi});
    sessions.push_back(std::move(session));
  }
  return {question.id, std::move(sessions)};
}

void answer(Bench& bench, const df2::KeyQuestion& question, const std::string& mode) {
  if (mode == "refuse") return bench.refuse(question.id, xk::Reason::unavailable);
  auto response = ask_kms(question);
  if (mode == "partial") cut_to_first(response);
  bench.answer(question.id, std::move(response));
}

void play_to(Bench& bench, const Scenario& scenario, const Story& story) {
  std::uint32_t number = 0;
  std::size_t answered = 0;
  const auto& mode = scenario.needs.stub;
  const auto answer_all = [&] {
    for (; answered < bench.asked.size(); ++answered) answer(bench, bench.questions.at(bench.asked[answered]), mode);
  };
  for (const auto& event : story.events) {
    bench.send(
        *x2::decode(to_pdu(event, scenario.xid(), world().settings.subscriber(scenario.target)->identity, "cscf1", number++, bench.now)));
    if (mode != "slow" && mode != "silent") answer_all();
  }
  bench.wait(20s);
  if (mode == "slow") answer_all();
}

using Names = std::map<std::string, std::string>;

/// Labels of sessions and correlation numbers must name the same things.
void expect_session(Names& names, const std::string& label, const hi2::IriRecord& record) {
  const auto number = to_hex(record.correlation_number().value_or(ByteView()));
  EXPECT_EQ(number.size(), 16U);
  EXPECT_EQ(names.emplace(label, number).first->second, number) << label;
  for (const auto& [other, its] : names) EXPECT_TRUE(other == label || its != number) << other << " and " << label;
}

std::string first_line(ByteView sip) { return std::string(as_text(sip).substr(0, as_text(sip).find("\r\n"))); }

std::string keys_of(const Sessions& sessions) {
  std::string all;
  for (const auto& one : sessions)
    all += std::to_string(one.cs_id) + ":" + to_hex(one.key.reveal()) + "/" + to_hex(one.salt.reveal()) + " ";
  return all;
}

std::string keys_of(const hi2::IriRecord& record) {
  std::string all;
  for (const auto& one : record.media_decryption_info())
    all += std::to_string(one.cccsid.at(0)) + ":" + to_hex(one.cc_dec_key.reveal()) + "/" +
           (one.cc_salt ? to_hex(one.cc_salt->reveal()) : "") + " ";
  return all;
}

void compare(const Expected& wanted, const std::vector<const hi2::IriRecord*>& got) {
  Names names;
  std::size_t at = 0;
  std::vector<std::string> keys, wanted_keys;
  std::size_t failures = 0;
  for (const auto* record : got) {
    if (record->ims_event() == hi2::ImsEvent::decryption_keys_available) {
      const auto text = keys_of(*record);
      if (text.empty()) ++failures;
      else keys.push_back(text + (record->media_sec_failure_indication() ? "and a failure" : ""));
      continue;
    }
    ASSERT_LT(at, wanted.records.size());
    const auto& one = wanted.records[at++];
    const auto sip = record->sip_message();
    EXPECT_EQ(sip ? first_line(*sip) : "", one.start_line);
    EXPECT_EQ(record->ims_event() == hi2::ImsEvent::sip_header_only, one.event == "sIPheaderOnly");
    if (sip && !one.sha256.empty()) {
      EXPECT_EQ(to_hex(crypto::digest(crypto::Hash::sha256, *sip)), one.sha256) << one.start_line;
    } else if (sip) {
      EXPECT_EQ(as_text(*sip).find("inline:"), std::string_view::npos);
    }
    expect_session(names, one.session, *record);
  }
  EXPECT_EQ(at, wanted.records.size());
  for (const auto& one : wanted.keys) wanted_keys.push_back(keys_of(one.sessions) + (one.failure_too ? "and a failure" : ""));
  std::sort(keys.begin(), keys.end());
  std::sort(wanted_keys.begin(), wanted_keys.end());
  EXPECT_EQ(keys, wanted_keys);
  EXPECT_EQ(failures, wanted.failures.size());
}

class Pipeline : public testing::TestWithParam<Scenario> {};

TEST_P(Pipeline, GivesWhatTheScenarioSays) {
  const auto& scenario = GetParam();
  const auto story = world().play(scenario);
  Bench bench;
  bench.now = TimePoint(kms::test::kNow);
  bench.rules.allow_unprotected = scenario.needs.allow_unprotected;
  if (scenario.needs.gateways) bench.rules.gateways = {"mgw.home1.example", "mrf.home1.example"};
  for (const auto& terms : scenario.warrants())
    bench.warrant(terms.liid, x2::to_string(scenario.xid()), warrant_lines(scenario, terms) + "valid_until = \"2040-01-01T00:00:00Z\"\n");
  play_to(bench, scenario, story);
  const auto received = bench.received();
  std::set<std::string> attacks;
  for (const auto& terms : scenario.warrants()) {
    const auto wanted = expected(story, terms);
    std::vector<const hi2::IriRecord*> got;
    for (const auto& [pdu, record] : received) {
      if (as_text(record.lawful_interception_identifier()) == terms.liid) got.push_back(&record);
    }
    compare(wanted, got);
    attacks.insert(wanted.signals.begin(), wanted.signals.end());
    std::vector<std::string> told;
    for (const auto& words : bench.keys_told) {
      if (words.starts_with("failed ")) told.push_back(words.substr(7));
    }
    for (const auto& one : wanted.failures) EXPECT_NE(std::find(told.begin(), told.end(), one.reason), told.end()) << one.reason;
  }
  const auto raised = bench.reasons(true);
  EXPECT_EQ(std::set<std::string>(raised.begin(), raised.end()), attacks);
}

INSTANTIATE_TEST_SUITE_P(All, Pipeline, testing::ValuesIn(scenarios()), [](const auto& one) {
  auto name = one.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace li::callsim
