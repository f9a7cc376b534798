// df2/warrants.hpp: what may be intercepted, for whom, and where it goes: data, not code.
//
// Source:  TS 33.107 clause 5 and 7A; TS 101 671 6.1 (LIID), 6.2.1 (network identifier); TS 103 221-2 (XID).
//          docs/decisions.md: several warrants may share a target and an XID, one record per LIID.
// Units:   times are UTC.
// Errors:  everything that is wrong with a file, a line each, with file, line and column.
// Owns:    plain values. A set of warrants does not change; a reload makes another.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "hi2/module.hpp"
#include "x2/pdu.hpp"

namespace li::df2 {

enum class Scope {
  iri_only,        ///< no key is asked for or delivered, contents of messages are taken out
  iri_and_content  ///< keys go to the LEMF
};

struct Warrant {
  std::string liid;
  std::vector<x2::Xid> xids;
  std::vector<std::string> targets;  ///< sip:, sips:, tel: URIs and urn:gsma:imei:, at least one
  std::string kms_identity;          ///< public KMS identity of the target; empty only where no key is asked for
  hi2::Module module = hi2::Module::eps;
  TimePoint from{}, until{};  ///< valid when from <= time < until
  Scope scope = Scope::iri_and_content;
  bool network_decrypts = false;  ///< TS 33.107 7A.1.A: no key of media goes to the LEMF
  bool keys_available = true;     ///< false: a visited network without an agreement with the KMS: ciphertext only
  bool gateway_plain = true;      ///< a call with a gateway to a user without media security: neither keys nor a failure
  bool keep_retransmissions = false;
  std::vector<std::string> destinations;  ///< names of [[delivery]] in the daemon's configuration
  std::string operator_identifier;        ///< 1 to 5 octets
  std::string network_element;            ///< DNS name of the intercepting element, or empty
  std::string country;                    ///< authorizationCountryCode and deliveryCountryCode, ISO 3166-1

  [[nodiscard]] bool valid_at(TimePoint time) const { return from <= time && time < until; }
};

class Warrants {
 public:
  /// `path` is for messages. `destinations`: the names that exist; empty: not checked.
  [[nodiscard]] static tl::expected<Warrants, std::vector<std::string>> parse(std::string_view text, const std::string& path,
                                                                              const std::vector<std::string>& destinations = {});
  /// Those with that XID, valid or not; empty for an unknown XID.
  [[nodiscard]] std::vector<std::shared_ptr<const Warrant>> with(const x2::Xid& xid) const;
  [[nodiscard]] std::shared_ptr<const Warrant> with(std::string_view liid) const;
  [[nodiscard]] const std::vector<std::shared_ptr<const Warrant>>& all() const { return all_; }
  [[nodiscard]] std::size_t valid(TimePoint time) const;

 private:
  std::vector<std::shared_ptr<const Warrant>> all_;
  std::map<x2::Xid, std::vector<std::shared_ptr<const Warrant>>> by_xid_;
  std::map<std::string, std::shared_ptr<const Warrant>, std::less<>> by_liid_;
};

inline constexpr std::size_t kMaxWarrantFile = 16 * 1024 * 1024;

/// A file of warrants as it was read.
struct WarrantFile {
  Warrants warrants;
  std::string sha256;
};

/// The file must be private to us.
[[nodiscard]] tl::expected<WarrantFile, std::vector<std::string>> load_warrants(const std::string& path,
                                                                                const std::vector<std::string>& destinations = {});

/// A file to begin with: each key with what it means and its default.
[[nodiscard]] std::string describe_warrants();

}  // namespace li::df2
