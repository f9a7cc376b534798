#include "media/packet.hpp"

#include <gtest/gtest.h>

#include "tests/data/data.hpp"

namespace li::media {
namespace {

std::string said(const Result<Unwrapped>& frame) {
  if (!frame) return frame.error().message();
  if (const auto* packet = std::get_if<UdpPacket>(&*frame)) {
    return packet->from.to_string() + " > " + packet->to.to_string() + " " + (packet->payload.empty() ? "-" : to_hex(packet->payload));
  }
  switch (std::get<NotUdp>(*frame)) {
    case NotUdp::not_ip: return "not_ip";
    case NotUdp::other_protocol: return "other_protocol";
    case NotUdp::fragment: return "fragment";
  }
  return "";
}

TEST(Packet, frames) {
  for (const auto& one : test::read_cases("media/frames.vec")) {
    const auto link_type = std::stoi(one.parts.at(0));
    const auto frame = test::octets_of(one.parts.at(1));
    EXPECT_EQ(said(unwrap_frame(link_type, frame)), one.parts.at(2)) << one.place;
    EXPECT_EQ(knows_link_type(link_type), link_type != 105);
    // Cut anywhere it must not be read as something else.
    for (std::size_t size = 0; size < frame.size(); ++size) static_cast<void>(unwrap_frame(link_type, ByteView(frame).first(size)));
  }
}

Endpoint endpoint(std::string_view address, std::uint16_t port) { return {parse_address(address).value(), port}; }

TEST(Packet, addresses) {
  for (const auto* text : {"192.0.2.1", "0.0.0.0", "2001:db8::1", "::", "::ffff:192.0.2.1"})
    EXPECT_EQ(parse_address(text)->to_string(), text);
  for (const auto* text : {"", "host.example", "192.0.2", "192.0.2.256", "1:2", "192.0.2.1 "}) EXPECT_FALSE(parse_address(text)) << text;
  EXPECT_EQ(Endpoint().to_string(), "-");
  EXPECT_EQ(endpoint("2001:db8::1", 5).to_string(), "[2001:db8::1]:5");
}

TEST(Packet, wrapped_and_unwrapped) {
  for (const auto& [from, to] :
       {std::pair(endpoint("192.0.2.1", 1), endpoint("192.0.2.2", 65535)), {endpoint("::1", 1), endpoint("2001:db8::2", 2)}}) {
    for (const std::size_t size : {0U, 1U, 2U, 1499U}) {
      const UdpPacket packet{{}, from, to, Bytes(size, 0xab)};
      const auto out = unwrap_ip(*wrap_ip(packet));
      ASSERT_TRUE(out);
      EXPECT_EQ(std::get<UdpPacket>(*out), packet);
    }
  }
}

TEST(Packet, what_can_not_be_wrapped) {
  const auto refusal = [](const UdpPacket& packet) {
    const auto out = wrap_ip(packet);
    return out ? std::string() : out.error().text;
  };
  EXPECT_EQ(refusal({}), "a packet goes from an IPv4 address to an IPv4 address, or from IPv6 to IPv6");
  EXPECT_EQ(refusal({{}, endpoint("192.0.2.1", 1), endpoint("::1", 1), {}}),
            "a packet goes from an IPv4 address to an IPv4 address, or from IPv6 to IPv6");
  EXPECT_EQ(refusal({{}, endpoint("192.0.2.1", 1), endpoint("192.0.2.2", 1), Bytes(65508)}), "a UDP packet of 65516 octets");
  EXPECT_EQ(refusal({{}, endpoint("192.0.2.1", 1), endpoint("192.0.2.2", 1), Bytes(65507)}), "");
}

}  // namespace
}  // namespace li::media
