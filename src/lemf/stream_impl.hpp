// lemf/stream_impl.hpp: one stream on its way to the clear.
//
// Source:  RFC 3711.
// Units:   packets.
// Errors:  none: what does not open is counted.
// Owns:    its sessions; the book must outlive it.
#pragma once

#include "lemf/decrypt.hpp"
#include "lemf/key_book_impl.hpp"
#include "media/rtp.hpp"

namespace li::lemf {

class Stream {
 public:
  Stream(const KeyBook& book, std::uint32_t ssrc, const CarriedPacket& first);

  /// When a packet with this timestamp was sent: further ones without a time go from there.
  void anchor(std::uint32_t timestamp, media::PacketTime time) { anchor_ = {timestamp, time}; }
  /// A time for a packet without one; of the first packet `start`.
  [[nodiscard]] media::PacketTime spaced(const media::RtpHeader& header, media::PacketTime start);

  /// The RTP packet in the clear, if it opens.
  [[nodiscard]] std::optional<Bytes> take(const media::RtpHeader& header, const media::UdpPacket& packet);
  [[nodiscard]] std::optional<Bytes> take_rtcp(ByteView packet);
  [[nodiscard]] StreamSummary summary() const;
  [[nodiscard]] std::optional<media::SoundFormat> sound(std::uint8_t payload_type) const;
  [[nodiscard]] const media::Endpoint& from() const { return from_; }
  [[nodiscard]] const Carrier& carrier() const { return carrier_; }

 private:
  /// A key that has opened packets.
  struct Open {
    Attempt attempt;
    media::SrtpSession session;
  };
  [[nodiscard]] std::optional<Bytes> open(const media::UdpPacket& packet, bool is_duplicate);
  /// Of a stream that nothing authenticates: under the key in force then.
  [[nodiscard]] std::optional<Bytes> open_unverified(const media::UdpPacket& packet);
  [[nodiscard]] std::optional<Bytes> search(const media::UdpPacket& packet, bool restarted);
  /// With keys of which nothing but their LIID and correlation says that they might be the one.
  [[nodiscard]] std::optional<Bytes> guess(const Scope& scope, ByteView packet, bool restarted);
  /// Where the CIN's call has no key that opens it.
  [[nodiscard]] std::optional<Bytes> search_wider(const media::UdpPacket& packet, bool restarted);
  [[nodiscard]] std::optional<Bytes> attempt_with(const Attempt& attempt, ByteView packet, bool restarted);
  [[nodiscard]] bool may_be_clear() const;
  [[nodiscard]] const Call* call() const;
  [[nodiscard]] const MediaLine* line() const;
  [[nodiscard]] const sip::Codec* codec(std::uint8_t payload_type) const;
  void describe(StreamSummary& summary) const;
  [[nodiscard]] StreamState state() const;
  [[nodiscard]] std::string note(StreamState state) const;
  [[nodiscard]] std::string no_key_note() const;

  std::uint32_t ssrc_;
  media::Endpoint from_, to_;
  Carrier carrier_;
  Scope scope_;
  std::vector<Match> matches_;
  std::optional<std::vector<Match>> wider_matches_;
  std::optional<std::pair<std::uint32_t, media::PacketTime>> anchor_;
  bool without_times_ = false;
  std::optional<Open> current_, before_;
  std::set<const media::SrtpKey*> used_;
  media::SequenceCounter all_, opened_;
  media::PacketTime first_, last_;
  std::map<std::uint8_t, std::uint64_t> payload_types_;
  bool has_keys_ = false;       // of its own lines
  std::uint64_t failures_ = 0;  // in a row
  std::size_t left_out_ = 0;    // guesses that were too many
  std::uint64_t guessed_ = 0;   // in vain
  std::uint64_t clear_ = 0, decrypted_ = 0, unverified_ = 0, failed_ = 0, no_key_ = 0, rtcp_ = 0;
};

}  // namespace li::lemf
