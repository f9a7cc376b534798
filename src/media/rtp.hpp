// media/rtp.hpp: the header of RTP, RTCP told apart from it, and the count of what got lost.
//
// Source:  RFC 3550 clause 5.1 (header), 5.3.1 (extension), A.1 (sequence numbers); RFC 5761 clause 4 (RTP and RTCP on one port);
//          RFC 7983 clause 7 (what else is on such a port).
// Units:   octets; timestamps and sequence numbers as they are on the wire.
// Errors:  malformed and truncated, with the offset in the packet.
// Owns:    an RtpHeader owns its parts; ByteViews point into the packet given.
#pragma once

#include <bitset>
#include <optional>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace li::media {

enum class PacketKind : std::uint8_t { rtp, rtcp, other };

/// What the first two octets say of a packet from a port of media. SRTP and SRTCP have the headers of RTP and RTCP.
[[nodiscard]] PacketKind kind_of(ByteView packet);

struct RtpExtension {
  std::uint16_t profile = 0;
  Bytes data;  ///< a multiple of 4 octets
  bool operator==(const RtpExtension&) const = default;
};

struct RtpHeader {
  bool padding = false;
  bool marker = false;
  std::uint8_t payload_type = 0;  ///< 0..127
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  std::vector<std::uint32_t> csrcs;  ///< at most 15
  std::optional<RtpExtension> extension;
  bool operator==(const RtpHeader&) const = default;

  /// How many octets it takes.
  [[nodiscard]] std::size_t size() const;
};

/// decode_rtp reads the header alone; what lies behind it is not looked at.
[[nodiscard]] Result<RtpHeader> decode_rtp(ByteView packet);
/// encode_rtp writes the header and the payload. With `padding` set the payload must end in its padding.
[[nodiscard]] Result<Bytes> encode_rtp(const RtpHeader& header, ByteView payload);

/// What is behind the header, without the padding. Not for SRTP, where the count of the padding is encrypted.
[[nodiscard]] Result<ByteView> rtp_payload(const RtpHeader& header, ByteView packet);

/// SSRC of the sender of an RTCP packet of 8 octets or more.
[[nodiscard]] std::uint32_t rtcp_sender(ByteView packet);

/// The packets of one stream, counted by their sequence numbers.
class SequenceCounter {
 public:
  /// The sequence number with the roll-over counter in front: the one nearest to the highest so far.
  std::uint64_t add(std::uint16_t sequence);

  [[nodiscard]] std::uint64_t packets() const { return unique_ + duplicates_; }
  [[nodiscard]] std::uint64_t duplicates() const { return duplicates_; }
  [[nodiscard]] std::uint64_t reordered() const { return reordered_; }
  /// Sequence numbers between the first and the highest that never came. A sender that starts afresh somewhere else loses nothing.
  [[nodiscard]] std::uint64_t lost() const;
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

 private:
  void start(std::uint64_t extended);
  void late(std::uint64_t extended);
  void advance(std::uint64_t extended);

  static constexpr std::uint64_t kWindow = 1024;      // how far back a duplicate is known as one
  static constexpr std::uint64_t kMaxDropout = 3000;  // RFC 3550 A.1: further ahead it is another start
  std::bitset<kWindow> seen_;
  std::optional<std::uint64_t> highest_;
  std::uint64_t first_ = 0;
  std::uint64_t unique_ = 0, of_this_start_ = 0, lost_before_ = 0;
  std::uint64_t duplicates_ = 0, reordered_ = 0, restarts_ = 0;
};

}  // namespace li::media
