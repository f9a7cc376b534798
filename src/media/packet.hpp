// media/packet.hpp: a UDP packet with its addresses and time, out of a frame and into an IP packet.
//
// Source:  RFC 768 (UDP), RFC 791 (IPv4), RFC 8200 (IPv6), IEEE 802.1Q (VLAN tags), the link types of libpcap
//          (tcpdump.org/linktypes.html).
// Units:   octets; ports in host order; times are UTC with nanoseconds.
// Errors:  malformed and truncated, with the offset in the frame given. What is no UDP is no error, see NotUdp.
// Owns:    a UdpPacket owns its payload.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace li::media {

using PacketTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// An IP address; without a family it is no address.
struct IpAddress {
  enum class Family : std::uint8_t { none, v4, v6 };
  Family family = Family::none;
  std::array<std::uint8_t, 16> octets{};  ///< of IPv4 the first four
  auto operator<=>(const IpAddress&) const = default;

  [[nodiscard]] ByteView view() const { return ByteView(octets).first(family == Family::none ? 0 : family == Family::v4 ? 4 : 16); }
  [[nodiscard]] std::string to_string() const;
};

/// "192.0.2.1" or "2001:db8::1"; nothing for a name.
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;

  [[nodiscard]] std::string to_string() const;  ///< "192.0.2.1:4000", "[2001:db8::1]:4000"; "-" without an address
};

struct UdpPacket {
  PacketTime time;
  Endpoint from;
  Endpoint to;
  Bytes payload;
  bool operator==(const UdpPacket&) const = default;
};

/// Why a frame gives no UDP packet, without being wrong.
enum class NotUdp : std::uint8_t { not_ip, other_protocol, fragment };

using Unwrapped = std::variant<UdpPacket, NotUdp>;

/// Out of an IP packet. `payload` holds what the packet has of it; a capture that cut it off is an error.
[[nodiscard]] Result<Unwrapped> unwrap_ip(ByteView packet, PacketTime time = {});
/// Out of a frame; `link_type` is a number of libpcap's DLT_: Ethernet, raw IP, Linux cooked v1 and v2, loopback.
[[nodiscard]] Result<Unwrapped> unwrap_frame(int link_type, ByteView frame, PacketTime time = {});
[[nodiscard]] bool knows_link_type(int link_type);

/// The packet as IPv4 or IPv6, checksums included. Both addresses must be of one family.
[[nodiscard]] Result<Bytes> wrap_ip(const UdpPacket& packet, std::uint16_t identification = 0);

}  // namespace li::media
