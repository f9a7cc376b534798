// x2: what decode() accepts encodes to the same octets, also by way of JSON, and comes the same out of a stream in pieces.
#include "fuzz.hpp"
#include "x2/codec.hpp"
#include "x2/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace li;
  const ByteView octets(data, size);
  x2::Stream stream;
  std::size_t at = 0;
  std::size_t read = 0;
  for (std::size_t piece = 1; at < size; piece = piece * 2 + 1) {
    stream.feed(octets.subspan(at, std::min(piece, size - at)));
    at += std::min(piece, size - at);
    while (true) {
      const auto pdu = stream.next();
      if (!pdu && pdu.error().offset.value_or(0) > size) fuzz::broken("an error behind the end");
      if (!pdu) return 0;
      if (!*pdu) break;
      const auto again = x2::encode(**pdu);
      if (!again || !equal(*again, octets.subspan(read, again->size()))) fuzz::broken("other octets");
      read += again->size();
      static_cast<void>(x2::findings(**pdu));
      const auto from_json = x2::from_json(x2::to_json(**pdu, piece % 2 == 0));
      if (!from_json || *from_json != **pdu) fuzz::broken("another PDU by way of JSON");
    }
  }
  static_cast<void>(x2::from_json(as_text(octets)));
  return 0;
}
