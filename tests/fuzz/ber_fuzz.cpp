// ber: what measure() accepts, definite() turns into octets with the same contents that are their own definite form.
#include "ber/writer.hpp"
#include "fuzz.hpp"

namespace {

// The content of every primitive encoding, one after the other, of octets that measure() has accepted.
li::Bytes contents(li::ByteView tlv) {
  li::Bytes all;
  std::size_t at = 0;
  while (at < tlv.size()) {
    li::ber::Header header;
    if (li::ber::read_header(tlv, at, SIZE_MAX / 2, header) != li::ber::Fault::none)
      li::fuzz::broken("a header that was measured can't be read");
    at += header.octets;
    if (header.constructed || header.tag == li::ber::Tag{}) continue;
    const auto content = tlv.subspan(at, header.length);
    all.insert(all.end(), content.begin(), content.end());
    at += header.length;
  }
  return all;
}

}  // namespace

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
  if (contents(*definite) != contents(tlv)) fuzz::broken("the definite form holds other octets");
  if (definite->size() > tlv.size() + 8) fuzz::broken("the definite form is longer");
  const auto again = ber::definite(*definite);
  if (!again || *again != *definite) fuzz::broken("the definite form is not stable");
  RecordBytes joined;
  static_cast<void>(ber::join_segments(octets, 0, size, true, 4, {}, joined));
  joined.clear();
  static_cast<void>(ber::join_segments(octets, 0, size, false, 3, {}, joined));
  return 0;
}
