#include "schema/xer.hpp"
#include "text_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace li;
  fuzz::round_trip({data, size}, schema::read_xer, [](const schema::Type& type, ByteView octets) {
    schema::Output out;
    {
      schema::XerWriter writer(out, schema::Secrets::show);
      if (!schema::walk(type, octets, writer)) fuzz::broken("what was encoded can't be read");
    }
    return out.take();
  });
  return 0;
}
