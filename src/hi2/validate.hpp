// hi2/validate.hpp: whether an IRI record keeps the rules that its ASN.1 cannot say.
//
// Source:  TS 33.108 Annex B.3, B.9, TS 33.107 clause 7A, TS 101 671 Annexes D.5, G and H; each finding names its clause.
// Units:   offsets are octets from the start of the record.
// Errors:  none: what can't be read at all is a finding too.
// Owns:    findings own their texts, which never hold key material.
//
// Not judged: the SIP message itself, and whether the record agrees with what carries it.
#pragma once

#include "hi2/record.hpp"

namespace li::hi2 {

/// Every finding of form, constraint and rule, in the order of the record. `module` decides for an OID of neither module.
[[nodiscard]] std::vector<schema::Finding> validate(ByteView record, std::optional<Module> module = {});

/// The same for a record that has been decoded.
[[nodiscard]] std::vector<schema::Finding> validate(const IriRecord& record);

}  // namespace li::hi2
