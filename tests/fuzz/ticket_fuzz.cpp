// ticket: a KMS gives keys for the calls of seeds/*.transfer, and for nothing else that can be made from them without their keys. The
// input is a 16-bit length and TRANSFER_INIT, then the same of TRANSFER_RESP or nothing.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "fuzz.hpp"
#include "mikey/get_keys.hpp"

namespace {

using namespace li;

constexpr const char* kTarget = "sip:alice@home1.example";

std::optional<SecretBytes> tpk(std::optional<ByteView> id) {
  constexpr const char* kCalls = "773382B353BE43A15ABF40955917758D4C2D2B198A859F014FE49B9844ACE933";  // its first half with PRF 0
  constexpr const char* kWithoutAnswer = "E517422896978F3F4BE5C51B20F76DF9";
  if (id && equal(*id, as_bytes("tpk-1"))) return SecretBytes(*from_hex(kCalls));
  if (id && equal(*id, as_bytes("tpk-7"))) return SecretBytes(*from_hex(kWithoutAnswer));
  return std::nullopt;
}

mikey::Answer<mikey::TicketSecrets> open(const mikey::TicketView& view) {
  const auto sized = [&view](std::optional<ByteView> id) {
    auto key = tpk(id);
    if (key && view.ticket.prf == 0) key = SecretBytes(key->reveal().first(16));
    return key;
  };
  return mikey::open_ticket(view, sized, false);
}

const std::set<Bytes>& seeds() {
  static const auto found = [] {
    std::set<Bytes> all;
    for (const auto& entry : std::filesystem::directory_iterator(HI2KIT_SOURCE_DIR "/tests/fuzz/seeds")) {
      if (entry.path().extension() != ".transfer") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      all.insert(to_bytes(std::string(std::istreambuf_iterator<char>(in), {})));
    }
    if (all.empty()) fuzz::broken("there are no seeds");
    return all;
  }();
  return found;
}

std::optional<ByteView> take(ByteView& octets) {
  if (octets.size() < 2) return std::nullopt;
  const auto size = std::size_t{octets[0]} << 8 | octets[1];
  if (size > octets.size() - 2) return std::nullopt;
  const auto taken = octets.subspan(2, size);
  octets = octets.subspan(2 + size);
  return taken;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& known = seeds();
  ByteView left(data, size);
  const auto init = take(left);
  if (!init) return 0;
  const auto resp = take(left);
  const auto keys = mikey::get_keys({{*init, resp}, std::nullopt, kTarget}, open, {}, {});
  if (!keys) return 0;
  for (const auto& session : keys->sessions) {
    if (session.key.empty() != session.reason.has_value()) fuzz::broken("a session with neither key nor reason, or with both");
  }
  if (!known.contains(Bytes(data, data + (size - left.size())))) fuzz::broken("keys for a call that never was");
  return 0;
}
