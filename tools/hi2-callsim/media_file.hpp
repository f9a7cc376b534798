// hi2-callsim/media_file.hpp: the media of a story: RTP, made and encrypted, as captures.
//
// Source:  RFC 3550, 3551 (PCMU, PCMA, L16), 3711.
// Units:   packets of 20 ms.
// Errors:  what the file system says.
// Owns:    nothing.
#pragma once

#include "hi2-callsim/story.hpp"

namespace li::callsim {

struct MediaSettings {
  std::string sent;   ///< pcap as the network carries it; empty: none
  std::string clear;  ///< pcap of the same packets without encryption; empty: none
  unsigned packets = 50;
  std::uint64_t seed = 1;
  TimePoint start{};
};

/// SHA-256 of all clear payloads of each stream, one behind the other.
[[nodiscard]] Result<std::vector<std::string>> write_media(const std::vector<Stream>& streams, const MediaSettings& settings);

}  // namespace li::callsim
