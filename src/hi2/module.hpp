// hi2/module.hpp: which module a record belongs to, told by the object identifier in its first member.
//
// Source:  TS 33.108 Annex B.3 (UmtsHI2Operations) and B.9 (EpsHI2Operations); releases as ETSI TR 102 503 registers them.
// Units:   octets.
// Errors:  look() never fails: what it can't see stays empty.
// Owns:    Domain points into the octets given.
#pragma once

#include <optional>
#include <string>

#include "schema/type.hpp"

namespace li::hi2 {

enum class Module : std::uint8_t { umts, eps };

/// "UmtsHI2Operations" or "EpsHI2Operations".
[[nodiscard]] std::string_view name(Module module);
[[nodiscard]] std::optional<Module> module_by_name(std::string_view short_name);  ///< "umts" or "eps"

/// UmtsIRIsContent or EpsIRIsContent: one record or an aggregate.
[[nodiscard]] const schema::Type& contents_type(Module module);
/// UmtsIRIContent or EpsIRIContent: one record.
[[nodiscard]] const schema::Type& content_type(Module module);
/// IRI-Parameters of the module.
[[nodiscard]] const schema::Type& parameters_type(Module module);

/// The domain identifier of a record, read without judging the rest.
struct Domain {
  ByteView oid;                            ///< content octets; empty if the record does not start with one
  std::optional<Module> module;            ///< none for an OID of neither module
  bool registered = false;                 ///< the release and version are known to TR 102 503
  [[nodiscard]] std::string text() const;  ///< "0.4.0.2.2.4.1.16.1"
};

/// Looks into a record (A1..A4) or the first one of an aggregate (30). `octets` may end early.
[[nodiscard]] Domain look(ByteView octets);
/// The same for content octets of an OID.
[[nodiscard]] Domain domain_of(ByteView oid);

}  // namespace li::hi2
