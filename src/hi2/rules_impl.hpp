// hi2/rules_impl.hpp: the rules between the members of an IRI record, said once for validate and for the builder.
//
// Source:  the checklist of this project, rows 5, 6 and 8 to 12, with the clauses named at each rule in rules.cpp.
#pragma once

#include <vector>

#include "hi2/module.hpp"
#include "hi2/terms.hpp"
#include "schema/node.hpp"

namespace li::hi2 {

/// What the rules look at.
struct Outline {
  Module module = Module::umts;
  RecordType type = RecordType::report;
  bool any_optional = false;
  std::optional<std::int64_t> event;
  bool network_identifier = false;
  bool correlation = false;            // correlation, or the correlation number
  bool media_decryption_info = false;  // at least one CCKeyInfo
  bool media_sec_failure = false;
  bool offer_or_answer = false;
  bool xcap_message = false;
  bool cc_unavailable_reason = false;
  struct BadKey {
    std::size_t index = 0;
    bool no_cccsid = false;
    bool no_key = false;
  };
  std::vector<BadKey> bad_keys;

  void key(std::size_t index, std::size_t cccsid_octets, std::size_t key_octets) {
    media_decryption_info = true;
    if (cccsid_octets == 0 || key_octets == 0) bad_keys.push_back({index, cccsid_octets == 0, key_octets == 0});
  }
};

/// The alternative of the record type: "iRI-Report-record".
[[nodiscard]] std::string_view alternative_name(RecordType type);

void apply_rules(const Outline& outline, std::vector<schema::Finding>& findings);

/// Outside the recommended alphabet of an LIID: a warning.
[[nodiscard]] bool has_recommended_alphabet(ByteView liid);

}  // namespace li::hi2
