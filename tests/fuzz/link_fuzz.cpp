// link: both ends of a HI2 link take any octets without a fault, and it does not matter in which pieces they come.
#include "delivery/link.hpp"
#include "fuzz.hpp"

namespace {

using namespace li;

std::string outcome(ByteView octets, std::size_t piece) {
  delivery::ReceiverLink link({true, 64 * 1024});
  std::string all;
  while (!octets.empty()) {
    const auto steps = link.feed(octets.first(std::min(piece, octets.size())), {});
    octets = octets.subspan(std::min(piece, octets.size()));
    if (!steps) return all + "!" + steps.error().message();
    for (const auto& step : *steps) {
      all += step.store ? '*' : '>';
      all += as_text(step.store ? ByteView(step.store->octets) : ByteView(*step.answer));
    }
  }
  const auto rest = link.feed({}, {});
  return rest ? all : all + "!" + rest.error().message();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  const ByteView octets(data + 1, size - 1);
  if (outcome(octets, piece) != outcome(octets, size)) fuzz::broken("pieces of " + std::to_string(piece) + " octets give something else");

  delivery::SenderLink sender({to_bytes(as_bytes("-")), to_bytes(as_bytes("OP01")), {}}, {}, {}, piece % 2 == 0);
  static_cast<void>(sender.start({}, {}));
  sender.sent(1, 1, {});
  static_cast<void>(sender.tick(delivery::SteadyTime(std::chrono::seconds(1)), {}));
  static_cast<void>(sender.feed(octets, {}, {}));
  return 0;
}
