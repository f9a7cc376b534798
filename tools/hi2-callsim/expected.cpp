#include <algorithm>

#include "hi2-callsim/story.hpp"

namespace li::callsim {

namespace {

using df2::Scope;

Expected::Record record_of(const Reported& reported, const Terms& terms) {
  const bool iri_only = terms.scope == Scope::iri_only;
  Expected::Record record{"unfilteredSIPmessage", reported.start_line, reported.session, reported.sha256};
  if (reported.start_line.empty()) record.event = "startOfInterceptionForIMSEstablishedSession";
  if (iri_only && !reported.start_line.empty()) record.event = "sIPheaderOnly";
  if ((iri_only && reported.content) || (reported.keys_in_sdp && (iri_only || terms.network_decrypts))) record.sha256.clear();
  return record;
}

void add_keys(const Keyed& keyed, Expected& out) {
  Expected::Keys keys{keyed.session, {}, keyed.outcome == Outcome::partial};
  for (const auto& session : keyed.keys) {
    if (session.key.empty() || (keyed.outcome == Outcome::partial && !keys.sessions.empty())) continue;
    keys.sessions.push_back(session.copy());
  }
  out.keys.push_back(std::move(keys));
}

// Nobody asks for keys that the LEMF may not have.
void add_outcome(const Keyed& keyed, const Terms& terms, Expected& out) {
  if (terms.scope == Scope::iri_only || keyed.outcome == Outcome::nothing) return;
  if (!terms.keys_available) {
    const auto told = std::any_of(out.failures.begin(), out.failures.end(), [&](const auto& one) { return one.session == keyed.session; });
    if (!told) out.failures.push_back({keyed.session, "keys_unavailable"});
    return;
  }
  if (keyed.outcome == Outcome::failure || keyed.outcome == Outcome::late) out.failures.push_back({keyed.session, keyed.reason});
  if (keyed.outcome != Outcome::failure && !terms.network_decrypts) add_keys(keyed, out);
}

bool opens(const Stream& stream, const Terms& terms, const Expected& made) {
  if (stream.key.empty()) return true;
  if (stream.unknown_key || terms.scope == Scope::iri_only || terms.network_decrypts) return false;
  if (stream.keys_in_sdp) return true;
  return std::any_of(made.keys.begin(), made.keys.end(), [&](const auto& keys) {
    return std::any_of(keys.sessions.begin(), keys.sessions.end(), [&](const auto& one) { return one.key == stream.key; });
  });
}

}  // namespace

Expected expected(const Story& story, const Terms& terms) {
  Expected made;
  made.liid = terms.liid;
  for (const auto& reported : story.reported) {
    if (!reported.retransmission || terms.keep_retransmissions) made.records.push_back(record_of(reported, terms));
  }
  for (const auto& keyed : story.keyed) add_outcome(keyed, terms, made);
  if (terms.scope != Scope::iri_only) {
    for (const auto& signal : story.signals) made.signals.push_back(signal.reason);
  }
  for (const auto& stream : story.streams) made.decrypts.push_back(opens(stream, terms, made));
  return made;
}

}  // namespace li::callsim
