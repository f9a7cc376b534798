#include "capture/lookahead.hpp"

namespace li::capture {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

void fill(std::istream& in, RecordBytes& buffer, std::size_t octets) {
  buffer.resize(octets);
  in.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(octets));
  buffer.resize(static_cast<std::size_t>(in.gcount()));
}

}  // namespace

Lookahead::Lookahead(std::istream& in, std::size_t octets) : in_(in) {
  fill(in_, start_, octets);
  auto* begin = reinterpret_cast<char*>(start_.data());
  setg(begin, begin, begin + start_.size());
}

Lookahead::int_type Lookahead::underflow() {
  fill(in_, buffer_, kPiece);
  auto* begin = reinterpret_cast<char*>(buffer_.data());
  setg(begin, begin, begin + buffer_.size());
  return buffer_.empty() ? traits_type::eof() : traits_type::to_int_type(*gptr());
}

}  // namespace li::capture
