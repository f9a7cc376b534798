// capture/lookahead.hpp: a stream whose start can be looked at before anyone reads it; pipes can't be wound back.
//
// Source:  none.
// Units:   octets.
// Errors:  none: start() is shorter where the input is.
// Owns:    the octets it has taken from the stream and not given on, wiped in the end; the stream is borrowed.
#pragma once

#include <istream>
#include <streambuf>

#include "base/secret.hpp"

namespace li::capture {

class Lookahead : public std::streambuf {
 public:
  explicit Lookahead(std::istream& in, std::size_t octets = 4096);
  /// The first octets of the stream, whatever has been read since.
  [[nodiscard]] ByteView start() const { return start_; }

 protected:
  int_type underflow() override;

 private:
  std::istream& in_;
  RecordBytes start_;
  RecordBytes buffer_;
};

}  // namespace li::capture
