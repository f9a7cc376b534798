// delivery/framer.hpp: PS-PDUs cut out of a stream of octets.
//
// Source:  ETSI TS 102 232-1 V3.26.1 Annex A.2 (PS-PDU ::= SEQUENCE); X.690 8.1.3 (all forms of length), 8.1.5.
// Units:   octets.
// Errors:  an Error means that no later octet can be understood.
// Owns:    the octets of the PDU that is not complete yet. They are overwritten when freed.
#pragma once

#include <optional>

#include "base/secret.hpp"

namespace li::delivery {

class Framer {
 public:
  explicit Framer(std::size_t max_pdu) : max_pdu_(max_pdu) {}

  void feed(ByteView octets);
  /// The next whole PDU, which is valid until the next call of either; nothing when more octets are needed.
  [[nodiscard]] Result<std::optional<ByteView>> next();

 private:
  [[nodiscard]] Result<std::optional<std::size_t>> size_of_first();

  std::size_t max_pdu_;
  RecordBytes octets_;
  std::size_t start_ = 0;  // of the first PDU
  std::size_t at_ = 0;     // how far it was looked at, from its start
  std::size_t open_ = 0;   // TLVs of indefinite length that have not ended there
};

}  // namespace li::delivery
