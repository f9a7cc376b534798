#include "hi2-callsim/report.hpp"

#include <nlohmann/json.hpp>

#include "hi2-callsim/load.hpp"

namespace li::callsim {

namespace {

using Json = nlohmann::ordered_json;

// Octets of keys pass through strings of the JSON library here, which does not wipe: they are keys of calls that nobody made.
Json sessions_of(const Sessions& sessions) {
  auto made = Json::array();
  for (const auto& one : sessions) {
    Json session{{"cs_id", one.cs_id}, {"ssrc", one.ssrc}, {"key", to_hex(one.key.reveal())}};
    session["salt"] = one.salt.empty() ? Json() : Json(to_hex(one.salt.reveal()));
    made.push_back(std::move(session));
  }
  return made;
}

Json to_json(const Expected& expected) {
  auto records = Json::array(), keys = Json::array(), failures = Json::array();
  for (const auto& one : expected.records) {
    Json record{{"event", one.event}, {"start_line", one.start_line}, {"session", one.session}};
    if (!one.sha256.empty()) record["sha256"] = one.sha256;
    records.push_back(std::move(record));
  }
  for (const auto& one : expected.keys)
    keys.push_back({{"session", one.session}, {"failure_too", one.failure_too}, {"crypto_sessions", sessions_of(one.sessions)}});
  for (const auto& one : expected.failures) failures.push_back({{"session", one.session}, {"reason", one.reason}});
  return {{"liid", expected.liid}, {"records", records},          {"keys", keys},
          {"failures", failures},  {"signals", expected.signals}, {"decrypts", expected.decrypts}};
}

Json media_of(const Run& run) {
  auto streams = Json::array();
  for (std::size_t i = 0; i < run.story.streams.size(); ++i) {
    const auto& one = run.story.streams[i];
    streams.push_back({{"ssrc", one.ssrc},
                       {"payload_type", one.payload_type},
                       {"codec", one.codec},
                       {"from", one.from_address + ":" + std::to_string(one.from_port)},
                       {"to", one.to_address + ":" + std::to_string(one.to_port)},
                       {"encrypted", !one.key.empty()},
                       {"packets", run.packets},
                       {"payload_sha256", run.payloads.at(i)}});
  }
  return streams;
}

Json warrant_of(const Scenario& scenario, const Terms& terms, const std::string& target) {
  Json warrant{{"liid", terms.liid}, {"xids", {x2::to_string(scenario.xid())}}, {"targets", {target}}};
  warrant["scope"] = terms.scope == df2::Scope::iri_only ? "iri" : "iri+cc";
  warrant["network_decrypts"] = terms.network_decrypts;
  warrant["keys_available"] = terms.keys_available;
  warrant["gateway_plain"] = terms.gateway_plain;
  warrant["keep_retransmissions"] = terms.keep_retransmissions;
  return warrant;
}

std::string identity_of(const Settings* settings, const std::string& name) {
  const auto* subscriber = settings == nullptr ? nullptr : settings->subscriber(name);
  return subscriber == nullptr ? default_identity(name) : subscriber->identity;
}

// JSON's strings, lists and truth values are TOML's.
std::string toml_of(const Json& warrant) {
  std::string text = "[[warrant]]\n";
  for (const auto& [key, value] : warrant.items()) text += key + " = " + value.dump() + "\n";
  return text;
}

std::string toml_of(const Scenario& scenario, const Json& always, const Settings* settings) {
  std::string text = "# " + scenario.name + ": " + scenario.description + "\n";
  for (const auto& terms : scenario.warrants()) {
    auto warrant = warrant_of(scenario, terms, identity_of(settings, scenario.target));
    warrant.update(always);
    text += toml_of(warrant) + "\n";
  }
  return text;
}

Scenario load_scenario() {
  Scenario load;
  load.name = kLoad;
  load.description = "many calls of alice to bob";
  return load;
}

Result<std::vector<Scenario>> scenarios_of(const std::vector<std::string>& names) {
  if (names.empty()) {
    auto all = scenarios();
    all.push_back(load_scenario());
    return all;
  }
  std::vector<Scenario> found;
  for (const auto& name : names) {
    const auto* scenario = find_scenario(name);
    if (scenario == nullptr && name != kLoad) return failure(ErrorKind::missing, "no scenario '" + name + "'; hi2-callsim list shows them");
    found.push_back(scenario == nullptr ? load_scenario() : *scenario);
  }
  return found;
}

}  // namespace

RecordBytes expectation_json(const Run& run) {
  auto warrants = Json::array();
  for (const auto& terms : run.scenario.warrants()) warrants.push_back(to_json(expected(run.story, terms)));
  const Json all{{"scenario", run.scenario.name},
                 {"seed", run.seed},
                 {"xid", x2::to_string(run.scenario.xid())},
                 {"target", run.target},
                 {"events", run.story.events.size()},
                 {"warrants", warrants},
                 {"media", media_of(run)}};
  return to_record_bytes(as_bytes(all.dump(2) + "\n"));
}

std::string list_json(const Settings* settings) {
  auto all = Json::array();
  for (const auto& scenario : scenarios()) {
    const auto target = identity_of(settings, scenario.target);
    auto warrants = Json::array();
    for (const auto& terms : scenario.warrants()) warrants.push_back(warrant_of(scenario, terms, target));
    Json df2{{"allow_unprotected", scenario.needs.allow_unprotected}, {"gateways", Json::array()}};
    if (scenario.needs.gateways) {
      for (const auto* name : {"gateway", "mrf"}) {
        const auto identity = identity_of(settings, name);
        df2["gateways"].push_back(identity.substr(identity.find('@') + 1));
      }
    }
    Json ues = Json::array();
    for (const auto& name : scenario.needs.ues) ues.push_back({{"name", name}, {"identity", identity_of(settings, name)}});
    all.push_back({{"name", scenario.name},
                   {"description", scenario.description},
                   {"xid", x2::to_string(scenario.xid())},
                   {"target", target},
                   {"on_li_list", !scenario.needs.not_listed},
                   {"xk_stub", scenario.needs.stub.empty() ? Json() : Json(scenario.needs.stub)},
                   {"df2", df2},
                   {"ues", ues},
                   {"warrants", warrants}});
  }
  return all.dump(2);
}

Result<std::string> warrants_toml(const std::vector<std::string>& names, const std::string& destination, const Settings* settings) {
  const auto wanted = scenarios_of(names);
  if (!wanted) return failure(wanted.error());
  const Json always{{"valid_from", "2020-01-01T00:00:00Z"},
                    {"valid_until", "2099-01-01T00:00:00Z"},
                    {"deliver_to", {destination}},
                    {"operator", "OP01"},
                    {"network_element", "cscf.home1.example"},
                    {"country", "NL"}};
  std::string text;
  for (const auto& scenario : *wanted) text += toml_of(scenario, always, settings);
  return text;
}

}  // namespace li::callsim
