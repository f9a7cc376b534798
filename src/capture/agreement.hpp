// capture/agreement.hpp: what a PS-PDU says twice, in its header and in the records or packets inside, must be the same.
//
// Source:  ETSI TS 102 232-7 6.2, 10.2, 12.2, 12.3; table A.1, A.2.
// Units:   times agree within a second, since records are of whole seconds; a local time agrees when it does in some zone.
// Errors:  none: each disagreement is a sentence, of a few at most, and the last one says how many more there are. What only one of them
//          says is none.
// Owns:    plain values.
#pragma once

#include <string>
#include <vector>

#include "ps/pdu.hpp"

namespace li::capture {

inline constexpr std::size_t kMostTexts = 4;  ///< and one for the rest

[[nodiscard]] std::vector<std::string> disagreements(const ps::Pdu& pdu);

}  // namespace li::capture
