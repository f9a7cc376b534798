// ber: what measure() accepts, definite() turns into octets that measure the same way and are their own definite form.
#include "ber/writer.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace li;
  const ByteView octets(data, size);
  const auto measured = ber::measure(octets);
  if (!measured) {
    if (measured.error().offset.value_or(0) > size) fuzz::broken("an error behind the end");
    return 0;
  }
  const auto tlv = octets.first(*measured);
  const auto definite = ber::definite(tlv);
  if (!definite) fuzz::broken("definite() refuses: " + definite.error().message());
  if (definite->size() > tlv.size() + 8) fuzz::broken("the definite form is longer");
  const auto again = ber::definite(*definite);
  if (!again || *again != *definite) fuzz::broken("the definite form is not stable");
  RecordBytes joined;
  static_cast<void>(ber::join_segments(octets, 0, size, true, 4, {}, joined));
  joined.clear();
  static_cast<void>(ber::join_segments(octets, 0, size, false, 3, {}, joined));
  return 0;
}
