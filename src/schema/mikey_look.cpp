#include "schema/mikey_look_impl.hpp"

#include <optional>

#include "base/bytes.hpp"

namespace li::schema {
namespace {

std::optional<Bytes> from_base64(std::string_view text) {
  Bytes out;
  unsigned bits = 0;
  unsigned held = 0;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  for (const char c : text) {
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return {};
    held = held << 6 | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  return out;
}

// Goes over a payload chain. Anything that does not fit turns it bad, and bad counts as unprotected.
class Chain {
 public:
  explicit Chain(ByteView octets, int depth = 0) : rest_(octets), depth_(depth) {}

  [[nodiscard]] bool is_protected() const { return ok_ && !plain_; }

  void message() {
    const auto version = take(1);
    const auto type = take(1);
    const auto next = take(1);
    skip(5);  // V and PRF func, CSB ID
    const auto sessions = take(1);
    const auto map = take(1);
    if (version != 1 || type > 26) ok_ = false;
    if (map == 0) skip(9 * sessions);
    for (std::size_t i = 0; ok_ && map == 2 && i < sessions; ++i) generic_id();
    if (map > 2) ok_ = false;
    payloads(next);
  }

  void ticket_data() {
    const auto next = take(1);  // THDR comes first
    skip(take(2));
    payloads(next);
  }

 private:
  std::size_t take(std::size_t octets) {
    if (!ok_ || rest_.size() < octets) return ok_ = false, std::size_t{0};
    std::size_t value = 0;
    for (std::size_t i = 0; i < octets; ++i) value = value << 8 | rest_[i];
    rest_ = rest_.subspan(octets);
    return value;
  }
  ByteView skip(std::size_t octets) {
    if (!ok_ || rest_.size() < octets) return ok_ = false, ByteView{};
    const auto skipped = rest_.first(octets);
    rest_ = rest_.subspan(octets);
    return skipped;
  }

  void generic_id() {
    skip(2);
    skip(take(1) & 0x7F);
    skip(take(2));
    skip(take(1));
  }

  void payloads(std::size_t type) {
    while (ok_ && type != 0) {
      const auto next = type == 4 ? 0 : take(1);
      payload(type);
      type = next;
    }
    if (!rest_.empty()) ok_ = false;
  }

  void payload(std::size_t type) {
    switch (type) {
      case 1: return kemac();
      case 2: skip(take(2) & 0x3FFF); return;  // PKE
      case 4: skip(take(2) & 0x0FFF); return;  // SIGN
      case 5: stamp(); return;                 // T
      case 6:
      case 7:
      case 21:
        skip(1);
        skip(take(2));
        return;                // ID, CERT, General Extension
      case 8: hash(); return;  // CHASH
      case 9: mac(); return;   // V
      case 10:
        skip(2);
        skip(take(2));
        return;                        // SP
      case 11: skip(take(1)); return;  // RAND
      case 12: skip(3); return;        // ERR
      case 13:
        skip(1);
        stamp();
        return;  // TR
      case 14:
        skip(2);
        skip(take(2));
        return;  // IDR
      case 15:
        skip(1);
        skip(take(1));
        return;  // RANDR
      case 16:
        skip(7);
        skip(take(2));
        return;  // TP
      case 17: return ticket();
      default: ok_ = false;
    }
  }

  void kemac() {
    const auto encryption = take(1);
    const auto data = skip(take(2));
    if (encryption == 0 && !data.empty()) plain_ = true;
    mac();
  }
  void stamp() { skip(take(1) < 2 ? 8 : 4); }
  void hash() {
    const auto function = take(1);
    skip(function == 0 ? 20 : function == 1 ? 16 : 32);
  }
  void mac() {
    const auto algorithm = take(1);
    skip(algorithm == 0 ? 0 : algorithm == 1 ? 20 : 32);
  }
  void ticket() {
    skip(7);
    skip(take(2));
    constexpr int kTickets = 4;  // one in another: nobody needs more, and input decides nothing about recursion
    if (depth_ == kTickets) return static_cast<void>(ok_ = false);
    Chain inner(skip(take(2)), depth_ + 1);
    inner.ticket_data();
    if (!inner.is_protected()) plain_ = true;
    skip(take(2));
  }

  ByteView rest_;
  int depth_;
  bool ok_ = true;
  bool plain_ = false;
};

}  // namespace

bool mikey_is_protected(std::string_view base64) {
  const auto octets = from_base64(base64);
  if (!octets) return false;
  Chain chain(*octets);
  chain.message();
  return chain.is_protected();
}

}  // namespace li::schema
