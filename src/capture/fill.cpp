#include "capture/fill_impl.hpp"

#include <algorithm>

namespace li::capture {

bool fill(std::istream& in, RecordBytes& buffer, std::size_t octets) {
  while (buffer.size() < octets) {
    const auto old = buffer.size();
    const auto more = std::max(kPiece, std::min(old, octets - old));  // grows with what is really there, whatever a length says
    buffer.reserve(old + more);  // no more than asked for: the buffer may be as large as the largest record
    buffer.resize(old + more);
    in.read(reinterpret_cast<char*>(buffer.data() + old), static_cast<std::streamsize>(more));
    const auto got = static_cast<std::size_t>(in.gcount());
    buffer.resize(old + got);
    if (got < more) return false;
  }
  return true;
}

}  // namespace li::capture
