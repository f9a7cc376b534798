// tests/lemf/call.hpp: a call for the tests of decryption: its SIP messages and key records, and its media under real SRTP.
#pragma once

#include "hi2/builder.hpp"
#include "lemf/decrypt.hpp"
#include "media/rtp.hpp"
#include "media/srtp.hpp"
#include "mikey/encode.hpp"

namespace li::lemf::test {

inline constexpr TimePoint kStart{std::chrono::seconds(1'795'000'000)};

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

/// Key and salt of invented octets; another number, other octets.
[[nodiscard]] media::SrtpKey key_of(unsigned number, std::size_t key = 16, std::size_t salt = 14);
[[nodiscard]] media::Endpoint at(std::string_view address, std::uint16_t port);

struct NumberedKey {
  std::uint8_t cs_id;
  const media::SrtpKey& key;
};

/// Records of one call.
struct Book {
  std::string liid = "NL-0042";
  Bytes correlation = {1, 2, 3, 4, 5, 6, 7, 8};
  TimePoint now = kStart;                     ///< of the next record
  std::optional<hi2::LocalClock> clock = {};  ///< its time is local
  std::vector<hi2::IriRecord> records;

  void sip(const std::string& message);
  void keys(std::initializer_list<NumberedKey> keys);
  void failure();
  void running(std::string_view offer, std::string_view answer);
  [[nodiscard]] Decrypter decrypter() const;

 private:
  [[nodiscard]] hi2::IriBuilder begin() const;
  void put(const hi2::IriBuilder& builder);
};

/// INVITE with an offer, and 200 with an answer; `to_tag` tells forks apart, `cseq` re-offers.
[[nodiscard]] std::string invite(const std::string& sdp, unsigned cseq = 1, const std::string& call_id = "c1");
[[nodiscard]] std::string ok(const std::string& sdp, const std::string& to_tag = "b", unsigned cseq = 1, const std::string& call_id = "c1");
[[nodiscard]] std::string request(const std::string& method, const std::string& sdp, unsigned cseq = 1);

/// A description with m= lines; `session` holds attributes of the session.
struct MLine {
  std::uint16_t port = 0;
  std::string attributes = {};  ///< lines with CRLF
  std::string proto = "RTP/SAVP";
  std::string formats = "0 8";
};
[[nodiscard]] std::string sdp(std::string_view address, const std::vector<MLine>& lines, const std::string& session = {});

/// A block of the map, and the attribute that carries a message with it.
[[nodiscard]] mikey::GenericId block(std::uint8_t cs_id, std::uint32_t ssrc, Bytes spi = {2});
[[nodiscard]] std::string key_mgmt(mikey::DataType type, std::vector<mikey::GenericId> map,
                                   std::vector<mikey::PolicyParameter> policy = {{0, {1}}, {1, {16}}, {11, {10}}});
[[nodiscard]] std::string crypto(unsigned tag, std::string_view suite, const media::SrtpKey& key, const std::string& more = {});

/// A sender: its packets one after the other, 20 ms of G.711 each.
struct Sender {
  std::uint32_t ssrc;
  media::Endpoint from, to;
  media::SrtpKey key;
  media::SrtpPolicy policy = {};
  std::uint32_t number = 1000;  ///< of the next packet, roll-over counter included
  std::uint8_t payload_type = 0;

  [[nodiscard]] media::UdpPacket clear(std::uint32_t of) const;
  [[nodiscard]] std::vector<media::UdpPacket> clear_packets(unsigned count) const;
  /// The next packets as they are on the wire.
  [[nodiscard]] std::vector<media::UdpPacket> packets(unsigned count);
};

}  // namespace li::lemf::test
