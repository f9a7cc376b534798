// sdp: a SIP message, its bodies, a session description, key management: what is read lies inside, and keys encode to the text they
// were read from. What does not start as a message is tried as a description, too.
#include "../sip/walk.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const li::ByteView octets(data, size);
  for (const auto& broken : {li::sip::walk_message(octets), li::sip::walk_sdp(octets)}) {
    if (!broken.empty()) li::fuzz::broken(broken);
  }
  return 0;
}
