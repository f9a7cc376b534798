// ps/options.hpp: what two ends offer each other before PDUs go.
//
// Source:  ETSI TS 102 232-1 V3.26.1 6.3.5 (option negotiation), Annex A.2 (OptionRequest, OptionResponse).
// Units:   none.
// Errors:  a PDU that holds neither is refused.
// Owns:    plain values.
#pragma once

#include "ps/pdu.hpp"

namespace li::ps {

/// Where pDUAcknowledgement stands; other options are read over.
struct Options {
  bool requested = false;  ///< of an optionRequest
  bool accepted = false;   ///< of an optionResponse
  bool declined = false;
  bool operator==(const Options&) const = default;
};

[[nodiscard]] Result<Options> options_of(const Pdu& pdu);

}  // namespace li::ps
