// lemf/decrypt.hpp: the media of intercepted calls, opened with the keys of the IRI records.
//
// All records go in first, then the packets in the order of the capture. A stream is an SSRC between two addresses. It is tied to a crypto
// session by its SSRC (map of crypto sessions, a=ssrc), then by the addresses of offer and answer, and by the order of the m= lines; which
// key is right its packets tell, since they are authenticated: of several key records (re-keying, forks) the newest that opens a packet.
// Where they are not, it is the newest record that is not later than the packet, and the stream is `unverified`.
//
// Where the PDU of a packet says an LIID, a correlation or a CIN (carrier.hpp), a stream is of those, too, and only the calls of that LIID
// and correlation have keys for it. When no record has that correlation all calls of the LIID may have them, and the note says so; likewise
// when the keys of the call with that CIN open nothing.
//
// Source:  TS 33.107 7A.7.2 (keys and correlation), RFC 6043 6.1.1, RFC 4567 7.1, RFC 4568, RFC 3711.
// Units:   counts of packets.
// Errors:  records with a SIP message or description that can't be read give an Error and still give their keys.
// Owns:    a Decrypter owns keys, and wipes them. No key leaves it.
#pragma once

#include <memory>

#include "hi2/record.hpp"
#include "lemf/carrier.hpp"
#include "media/wav.hpp"

namespace li::lemf {

enum class StreamState : std::uint8_t {
  decrypted,   ///< packets opened
  unverified,  ///< packets were deciphered, but nothing authenticates them: another key would have given octets as well
  clear,       ///< the m= line has no protection
  failed,      ///< there are keys for it, and they open nothing
  no_key,      ///< its m= line is known, its key is not
  unknown,     ///< no m= line has its SSRC or addresses, no call is known that it is of, and no key opens it
};
[[nodiscard]] std::string_view to_string(StreamState state);

struct StreamSummary {
  std::uint32_t ssrc = 0;
  media::Endpoint from, to;
  StreamState state = StreamState::unknown;
  std::string lawful_interception_identifier;
  Bytes correlation;  ///< of the call
  Carrier::Direction direction = Carrier::Direction::unknown;
  std::string media;                  ///< "audio"; empty for an unknown stream
  std::optional<std::size_t> m_line;  ///< from 1
  std::optional<std::uint8_t> cs_id;  ///< of the key that opened it
  std::string suite;                  ///< likewise; "SDES" keys have one, too
  std::string codec;                  ///< "PCMU/8000", "PT 96"
  std::uint64_t packets = 0;          ///< RTP
  std::uint64_t decrypted = 0;
  std::uint64_t failed_authentication = 0;
  std::uint64_t no_key = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t keys_used = 0;  ///< 2 and more after re-keying
  std::uint64_t rtcp = 0;       ///< SRTCP packets that opened
  media::PacketTime first, last;
  std::string note;  ///< why there is no key: "key retrieval failed", "DTLS-SRTP", "AES-F8" ...; what is uncertain
};

/// A packet without its protection.
struct ClearPacket {
  std::size_t stream = 0;  ///< for streams()[stream]
  media::UdpPacket packet;
  bool rtcp = false;
  std::optional<media::SoundFormat> sound;  ///< of an RTP packet whose payload can be written as WAV
};

class Decrypter {
 public:
  Decrypter();
  ~Decrypter();
  Decrypter(Decrypter&&) noexcept;
  Decrypter& operator=(Decrypter&&) noexcept;

  /// Any record; what it says of keys and media is taken. Records after the first packet are not.
  [[nodiscard]] Result<void> add(const hi2::IriRecord& record, const RecordCarrier& carrier = {});

  /// The packet in the clear, or nothing when it can't be opened or is no media.
  [[nodiscard]] std::optional<ClearPacket> take(media::UdpPacket packet) { return take_carried({std::move(packet)}); }
  /// The same; a packet without a time gets one, as far behind the one before as its RTP timestamp says.
  [[nodiscard]] std::optional<ClearPacket> take_carried(CarriedPacket packet);

  /// All streams so far, in the order of their first packets. Unknown ones of a few packets that hardly are RTP are among them.
  [[nodiscard]] std::vector<StreamSummary> streams() const;
  [[nodiscard]] StreamSummary stream(std::size_t index) const;

  /// How many keys the records had: of key records, and of a=crypto.
  [[nodiscard]] std::size_t keys() const;
  /// Packets that are neither RTP nor RTCP, or of more streams than are kept.
  [[nodiscard]] std::uint64_t other_packets() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether what looks like an unknown stream is likely to be none: a few packets, or numbers that follow no order.
[[nodiscard]] bool is_noise(const StreamSummary& stream);

}  // namespace li::lemf
