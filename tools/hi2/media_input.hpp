// hi2/media_input.hpp: media packets from a capture or from HI3 PDUs, and the records that have their keys.
//
// Source:  docs/man/hi2-decrypt.1.
// Units:   offsets in octets.
// Errors:  reported on standard error; the result tells that there was one.
// Owns:    nothing beyond a call.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "hi2/record.hpp"
#include "media/packet.hpp"

namespace li::tool {

/// Calls `work` with each UDP packet of a pcap or pcapng file, or with the packet in each HI3 PDU. What can't be read is reported; false
/// if there was any such thing. Packets of HI3 PDUs have no time: they come a millisecond apart.
bool for_each_media_packet(const std::string& file, const std::function<void(media::UdpPacket)>& work);

/// Calls `work` with each record of the files: records one after the other, or inside PS-PDUs. As above.
bool for_each_record(const std::vector<std::string>& files, std::optional<hi2::Module> module,
                     const std::function<void(const std::string& file, std::size_t offset, const hi2::IriRecord&)>& work);

}  // namespace li::tool
