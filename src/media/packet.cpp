#include "media/packet.hpp"

#include <arpa/inet.h>
#include <pcap/dlt.h>

#include <algorithm>

#include "media/big_endian_impl.hpp"

namespace li::media {
namespace {

constexpr std::uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd;
constexpr std::uint8_t kUdp = 17;
constexpr std::size_t kUdpHeader = 8, kIpv6Header = 40;

tl::unexpected<Error> cut(std::size_t offset, const char* where) {
  return failure({ErrorKind::truncated, std::string("the frame ends inside the ") + where, offset, {}, {}});
}

tl::unexpected<Error> wrong(std::size_t offset, const char* what, const char* clause) {
  return failure({ErrorKind::malformed, what, offset, {}, clause});
}

IpAddress address_at(ByteView frame, std::size_t at, IpAddress::Family family) {
  IpAddress address{family, {}};
  std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), family == IpAddress::Family::v4 ? 4 : 16, address.octets.begin());
  return address;
}

// An IP packet inside a frame: where it starts, where it must end.
struct Inside {
  ByteView frame;
  std::size_t at;
  std::size_t end;
  PacketTime time;
};

Result<Unwrapped> unwrap_udp(const Inside& inside, const IpAddress& from, const IpAddress& to) {
  const auto [frame, at, end, time] = inside;
  if (end - at < kUdpHeader) return wrong(at, "the IP packet has no room for a UDP header", "RFC 768");
  if (frame.size() - at < kUdpHeader) return cut(frame.size(), "UDP header");
  std::size_t length = read16(frame, at + 4);
  if (length == 0 && from.family == IpAddress::Family::v6) length = end - at;  // RFC 2675
  if (length < kUdpHeader || length > end - at) return wrong(at + 4, "the UDP length does not fit the IP packet", "RFC 768");
  if (length > frame.size() - at) return cut(frame.size(), "UDP payload: the capture is cut off");
  return UdpPacket{
      time, {from, read16(frame, at)}, {to, read16(frame, at + 2)}, to_bytes(frame.subspan(at + kUdpHeader, length - kUdpHeader))};
}

Result<Unwrapped> unwrap_ipv4(ByteView frame, std::size_t at, PacketTime time) {
  if (frame.size() - at < 20) return cut(frame.size(), "IPv4 header");
  const std::size_t header = 4U * (frame[at] & 0x0f);
  std::size_t total = read16(frame, at + 2);
  if (total == 0) total = frame.size() - at;  // left to the network card by the sender that was captured
  if (header < 20 || total < header) return wrong(at, "the lengths of the IPv4 header contradict each other", "RFC 791 3.1");
  if (frame.size() - at < header) return cut(frame.size(), "IPv4 header");
  if (frame[at + 9] != kUdp) return NotUdp::other_protocol;
  if ((read16(frame, at + 6) & 0x3fff) != 0) return NotUdp::fragment;
  using enum IpAddress::Family;
  return unwrap_udp({frame, at + header, at + total, time}, address_at(frame, at + 12, v4), address_at(frame, at + 16, v4));
}

bool is_extension(std::uint8_t next) { return next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135; }

Result<Unwrapped> unwrap_ipv6(ByteView frame, std::size_t at, PacketTime time) {
  if (frame.size() - at < kIpv6Header) return cut(frame.size(), "IPv6 header");
  const std::size_t length = read16(frame, at + 4);
  std::size_t place = at + kIpv6Header;
  const std::size_t end = length == 0 ? frame.size() : place + length;
  std::uint8_t next = frame[at + 6];
  while (is_extension(next)) {
    if (place + 8 > end) return wrong(place, "an extension header runs past the end of the IPv6 packet", "RFC 8200 4");
    if (frame.size() < place + 8) return cut(frame.size(), "IPv6 extension header");
    if (next == 44 && (read16(frame, place + 2) & 0xfff9) != 0) return frame[place] == kUdp ? NotUdp::fragment : NotUdp::other_protocol;
    const std::size_t size = next == 44 ? 8 : next == 51 ? 4U * (frame[place + 1] + 2U) : 8U * (frame[place + 1] + 1U);
    next = frame[place];
    place += size;
    if (place > end) return wrong(place - size, "an extension header runs past the end of the IPv6 packet", "RFC 8200 4");
    if (place > frame.size()) return cut(frame.size(), "IPv6 extension header");
  }
  if (next != kUdp) return NotUdp::other_protocol;
  using enum IpAddress::Family;
  return unwrap_udp({frame, place, end, time}, address_at(frame, at + 8, v6), address_at(frame, at + 24, v6));
}

Result<Unwrapped> unwrap_ip_at(ByteView frame, std::size_t at, PacketTime time) {
  if (at >= frame.size()) return cut(frame.size(), "link header");
  if (frame[at] >> 4 == 4) return unwrap_ipv4(frame, at, time);
  if (frame[at] >> 4 == 6) return unwrap_ipv6(frame, at, time);
  return wrong(at, "neither IPv4 nor IPv6", "RFC 791 3.1");
}

// `at` is where the EtherType stands; VLAN tags may come before it.
Result<Unwrapped> unwrap_ethertype(ByteView frame, std::size_t at, std::size_t behind, PacketTime time) {
  if (frame.size() < at + 2 || frame.size() < behind) return cut(frame.size(), "link header");
  auto type = read16(frame, at);
  while (type == 0x8100 || type == 0x88a8 || type == 0x9100) {
    if (frame.size() < behind + 4) return cut(frame.size(), "VLAN tag");
    type = read16(frame, behind + 2);
    behind += 4;
  }
  if (type != kIpv4 && type != kIpv6) return NotUdp::not_ip;
  return unwrap_ip_at(frame, behind, time);
}

std::uint16_t checksum(ByteView octets, std::uint32_t sum = 0) {
  for (std::size_t i = 0; i + 1 < octets.size(); i += 2) sum += read16(octets, i);
  if (octets.size() % 2 != 0) sum += std::uint32_t{octets.back()} << 8;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void put(Bytes& out, ByteView octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void set16(Bytes& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

Bytes ip_header(const UdpPacket& packet, std::size_t udp, std::uint16_t identification) {
  Bytes out;
  if (packet.from.address.family == IpAddress::Family::v6) {
    put32(out, 0x60000000);
    put16(out, udp);
    put(out, Bytes{kUdp, 64});
  } else {
    put(out, Bytes{0x45, 0});
    put16(out, 20 + udp);
    put16(out, identification);
    put(out, Bytes{0x40, 0, 64, kUdp, 0, 0});  // not to be fragmented
  }
  put(out, packet.from.address.view());
  put(out, packet.to.address.view());
  if (packet.from.address.family == IpAddress::Family::v4) set16(out, 10, checksum(out));
  return out;
}

}  // namespace

std::string IpAddress::to_string() const {
  if (family == Family::none) return "-";
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family == Family::v4 ? AF_INET : AF_INET6, octets.data(), text.data(), text.size()) == nullptr ? "" : text.data();
}

std::optional<IpAddress> parse_address(std::string_view text) {
  const std::string copy(text);
  IpAddress address{IpAddress::Family::v4, {}};
  if (inet_pton(AF_INET, copy.c_str(), address.octets.data()) == 1) return address;
  address.family = IpAddress::Family::v6;
  if (inet_pton(AF_INET6, copy.c_str(), address.octets.data()) == 1) return address;
  return std::nullopt;
}

std::string Endpoint::to_string() const {
  if (address.family == IpAddress::Family::none) return "-";
  const auto host = address.family == IpAddress::Family::v6 ? "[" + address.to_string() + "]" : address.to_string();
  return host + ":" + std::to_string(port);
}

Result<Unwrapped> unwrap_ip(ByteView packet, PacketTime time) { return unwrap_ip_at(packet, 0, time); }

bool knows_link_type(int link_type) {
  constexpr std::array known{DLT_EN10MB, DLT_RAW, DLT_IPV4, DLT_IPV6, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL, DLT_LOOP};
  return std::find(known.begin(), known.end(), link_type) != known.end();
}

Result<Unwrapped> unwrap_frame(int link_type, ByteView frame, PacketTime time) {
  switch (link_type) {
    case DLT_EN10MB: return unwrap_ethertype(frame, 12, 14, time);
    case DLT_LINUX_SLL: return unwrap_ethertype(frame, 14, 16, time);
    case DLT_LINUX_SLL2: return unwrap_ethertype(frame, 0, 20, time);
    case DLT_NULL:
    case DLT_LOOP:  // the family's number differs from system to system; the IP header tells, too
      if (frame.size() > 4 && frame[4] >> 4 != 4 && frame[4] >> 4 != 6) return NotUdp::not_ip;
      return unwrap_ip_at(frame, 4, time);
    case DLT_RAW:
    case DLT_IPV4:
    case DLT_IPV6: return unwrap_ip_at(frame, 0, time);
    default: return failure(ErrorKind::unknown, "frames of link type " + std::to_string(link_type) + " are not read");
  }
}

Result<Bytes> wrap_ip(const UdpPacket& packet, std::uint16_t identification) {
  const auto& from = packet.from.address;
  if (from.family == IpAddress::Family::none || from.family != packet.to.address.family) {
    return failure(ErrorKind::unexpected, "a packet goes from an IPv4 address to an IPv4 address, or from IPv6 to IPv6");
  }
  const auto udp = kUdpHeader + packet.payload.size();
  if (udp > 65535 - (from.family == IpAddress::Family::v4 ? 20U : 0U)) {
    return failure(ErrorKind::limit, "a UDP packet of " + std::to_string(udp) + " octets", "RFC 768");
  }
  auto out = ip_header(packet, udp, identification);
  const auto header = out.size();
  out.reserve(header + udp);
  put16(out, packet.from.port);
  put16(out, packet.to.port);
  put16(out, udp);
  put16(out, 0);
  put(out, packet.payload);
  Bytes pseudo;
  put(pseudo, from.view());
  put(pseudo, packet.to.address.view());
  const auto sum = [](ByteView octets) { return std::uint32_t{static_cast<std::uint16_t>(~checksum(octets))}; };
  const auto check = checksum(ByteView(out).subspan(header), sum(pseudo) + kUdp + static_cast<std::uint32_t>(udp));
  set16(out, header + 6, check == 0 ? 0xffff : check);  // 0 says that there is none
  return out;
}

}  // namespace li::media
