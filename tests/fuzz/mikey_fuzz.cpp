// mikey: what decodes encodes to the same octets, and its description does not hold more than the message.
#include "fuzz.hpp"
#include "mikey/describe.hpp"
#include "mikey/encode.hpp"

namespace {

// Offsets and lengths of payloads and keys, wherever they stand, lie in the message.
void check_places(const std::vector<li::mikey::Described>& chain, std::size_t size) {
  for (const auto& one : chain) {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    for (const auto& member : one.members) {
      if (member.name == "offset") offset = std::get<std::uint64_t>(member.value);
      if (member.name == "length") length = std::get<std::uint64_t>(member.value);
      if (const auto* inside = std::get_if<std::vector<li::mikey::Described>>(&member.value)) check_places(*inside, size);
    }
    if (offset > size || length > size - offset) li::fuzz::broken("a payload outside of its message");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace li;
  const ByteView octets(data, size);
  const auto message = mikey::decode(octets);
  if (!message) {
    if (message.error().offset.value_or(0) > size) fuzz::broken("an error behind the end");
    return 0;
  }
  const auto again = mikey::encode(*message);
  if (!again) fuzz::broken("what decodes does not encode: " + again.error().message());
  if (!equal(*again, octets)) fuzz::broken("encoded, the octets differ");
  check_places(mikey::describe(*message).payloads, size);
  for (const auto& place : mikey::secret_places(*message)) {
    if (place.offset > size || place.length > size - place.offset) fuzz::broken("a key outside of its message");
  }
  return 0;
}
