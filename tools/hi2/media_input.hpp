// hi2/media_input.hpp: media packets from a capture or from PDUs, and the records that have their keys.
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
#include "lemf/carrier.hpp"

namespace li::tool {

using MediaWork = std::function<void(lemf::CarriedPacket)>;

/// Calls `work` with each UDP packet of a pcap or pcapng file, or with the packets in HI3 PDUs or PS-PDUs. What can't be read is reported;
/// false if there was any such thing.
bool for_each_media_packet(const std::string& file, const MediaWork& work);

struct FoundRecord {
  const std::string& file;
  std::size_t offset;
  const hi2::IriRecord& record;
  lemf::RecordCarrier carrier;
};
using RecordWork = std::function<void(const FoundRecord&)>;

/// Calls `work` with each record of the files: records one after the other, or inside PS-PDUs. As above.
bool for_each_record(const std::vector<std::string>& files, std::optional<hi2::Module> module, const RecordWork& work);

}  // namespace li::tool
