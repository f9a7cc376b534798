#include "text_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace li;
  fuzz::round_trip({data, size}, schema::read_json, [](const schema::Type& type, ByteView octets) { return fuzz::to_json(type, octets); });
  return 0;
}
