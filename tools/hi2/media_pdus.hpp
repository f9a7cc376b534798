// hi2/media_pdus.hpp: media packets out of HI3 PDUs (VoIP-HI3-IMS), alone or in PS-PDUs with other content.
//
// Source:  VoIP-HI3-IMS (TS 33.108); TS 102 232-1, -3, -5 and -7; docs/man/hi2-decrypt.1.
// Units:   offsets in octets.
// Errors:  reported on standard error; the result tells that there was one.
// Owns:    nothing beyond a call.
#pragma once

#include <istream>

#include "capture/form.hpp"
#include "hi2/media_input.hpp"
#include "ps/pdu.hpp"

namespace li::tool {

/// `form` is hi3 or ps. What can't be read is reported; false if there was any such thing.
bool packets_of_pdus(std::istream& in, const std::string& name, capture::Form form, const MediaWork& work);

/// The CIN of a header, with whose it is.
[[nodiscard]] std::optional<lemf::Communication> communication_of(const ps::Header& header);

}  // namespace li::tool
