// df2/handover.hpp: a record to each LEMF of its warrant: inside a PS-PDU, or bare for a file.
//
// Source:  ETSI TS 102 232-7 6.2 and table A.2 (what of the record stands in the header); TS 102 232-1 5.2.4 to 5.2.6.
// Units:   times are UTC.
// Errors:  of the spool alone. A record that no PDU can be made of is told beside them: no attempt would mend it.
// Owns:    nothing but the rules.
#pragma once

#include "df2/pipeline.hpp"

namespace li::df2 {

/// What ties a record to its session.
struct SessionNumbers {
  Bytes correlation;  ///< 8 octets
  std::uint32_t communication_identity_number = 0;
};

class Handover {
 public:
  explicit Handover(std::shared_ptr<const PipelineRules> rules) : rules_(std::move(rules)) {}

  /// Appends to the spool, once a destination. Without numbers: a record that belongs to no session. Gives why it can't go, for each
  /// destination that can't have it.
  [[nodiscard]] Result<std::vector<Error>> deliver(const Warrant& warrant, ByteView record, TimePoint time,
                                                   const std::optional<SessionNumbers>& numbers, delivery::Spool::Batch& batch) const;

 private:
  std::shared_ptr<const PipelineRules> rules_;
};

}  // namespace li::df2
