#include "schema/output.hpp"

#include "base/secret.hpp"

namespace li::schema {

Output::~Output() {
  if (sink_) flush();
  wipe(text_.data(), text_.size());
}

void Output::hex(ByteView octets) {
  constexpr std::size_t kPiece = 16 * 1024;
  for (; !octets.empty(); octets = octets.subspan(std::min(kPiece, octets.size()))) {
    append_hex(text_, octets.first(std::min(kPiece, octets.size())));
    settle();
  }
}

void Output::asterisks(std::size_t count) {
  constexpr std::size_t kPiece = 32 * 1024;
  for (; count > 0; count -= std::min(kPiece, count)) {
    text_.append(std::min(kPiece, count), '*');
    settle();
  }
}

void Output::flush() {
  if (!sink_) return;
  sink_(text_);
  wipe(text_.data(), text_.size());
  text_.clear();
}

}  // namespace li::schema
