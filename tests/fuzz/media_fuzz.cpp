// media: frames, RTP and SRTP: what is read writes back the same, and what no key protects does not open.
#include "fuzz.hpp"
#include "media/packet.hpp"
#include "media/rtp.hpp"
#include "media/srtp.hpp"
#include "media/wav.hpp"

namespace {

using namespace li;

void look_at_rtp(ByteView packet) {
  const auto header = media::decode_rtp(packet);
  if (!header) return;
  const auto again = media::encode_rtp(*header, packet.subspan(header->size()));
  if (!again || !equal(*again, packet)) fuzz::broken("RTP written again is another packet");
  if (const auto payload = media::rtp_payload(*header, packet)) static_cast<void>(media::decode_sound(media::SoundCoding::l16, *payload));
}

void look_at_srtp(ByteView packet) {
  std::uint32_t ssrc = 0;
  for (std::size_t i = 8; i < 12 && packet.size() >= 12; ++i) ssrc = ssrc << 8 | packet[i];
  const media::SrtpKey key{SecretBytes(Bytes(16, 0x5a)), SecretBytes(Bytes(14, 0xa5)), {}};
  auto session = media::SrtpSession::create({}, key, ssrc, {0, 2});
  auto sender = media::SrtpSession::create({}, key, ssrc);
  if (!session || !sender) fuzz::broken("no session");
  if (session->unprotect(packet) || session->unprotect_rtcp(packet)) fuzz::broken("a packet opened that nobody protected");
  const auto sent = sender->protect(packet);
  if (!sent) return;
  const auto got = session->unprotect(*sent);
  if (!got || !equal(*got, packet)) fuzz::broken("what was protected does not open");
}

}  // namespace

// The first octet is the link type.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  constexpr int kLinkTypes[] = {1, 12, 113, 276, 108};
  const auto frame = media::unwrap_frame(kLinkTypes[data[0] % std::size(kLinkTypes)], input);
  if (frame && std::holds_alternative<media::UdpPacket>(*frame)) {
    const auto& packet = std::get<media::UdpPacket>(*frame);
    const auto wrapped = media::wrap_ip(packet);
    if (wrapped) {
      const auto again = media::unwrap_ip(*wrapped);
      if (!again || std::get<media::UdpPacket>(*again) != packet) fuzz::broken("a packet wrapped again is another one");
    }
    look_at_rtp(packet.payload);
  } else if (!frame && frame.error().offset && *frame.error().offset > input.size()) {
    fuzz::broken("an error behind the end");
  }
  look_at_rtp(input);
  look_at_srtp(input);
  return 0;
}
