#include "capture/lookahead.hpp"

namespace li::capture {
namespace {

constexpr std::size_t kMore = 64 * 1024;

void read_some(std::istream& in, RecordBytes& buffer, std::size_t octets) {
  buffer.resize(octets);
  in.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(octets));
  buffer.resize(static_cast<std::size_t>(in.gcount()));
}

}  // namespace

Lookahead::Lookahead(std::istream& in, std::size_t octets) : in_(in) {
  read_some(in_, start_, octets);
  auto* begin = reinterpret_cast<char*>(start_.data());
  setg(begin, begin, begin + start_.size());
}

Lookahead::int_type Lookahead::underflow() {
  read_some(in_, buffer_, kMore);
  auto* begin = reinterpret_cast<char*>(buffer_.data());
  setg(begin, begin, begin + buffer_.size());
  return buffer_.empty() ? traits_type::eof() : traits_type::to_int_type(*gptr());
}

}  // namespace li::capture
