// mikey/writer_impl.hpp: the mirror of reader_impl.hpp.
#pragma once

#include <string>

#include "base/secret.hpp"

namespace li::mikey {

/// Builds octets in wiped memory; the first value that does not fit its field is kept as the error.
class Writer {
 public:
  void u8(std::size_t value, const char* what) { number(value, 1, what); }
  void u16(std::size_t value, const char* what) { number(value, 2, what); }
  void u32(std::uint32_t value) { number(value, 4, ""); }
  void octets(ByteView data) { append(out_, data); }

  void sized8(ByteView data, const char* what) {
    u8(data.size(), what);
    octets(data);
  }
  void sized16(ByteView data, const char* what) {
    u16(data.size(), what);
    octets(data);
  }
  /// Octets whose size follows from a number before them.
  void fixed(ByteView data, std::optional<std::size_t> size, const char* what) {
    if (!size || data.size() != *size)
      fail(std::string(what) + " has " + std::to_string(data.size()) + " octets, which its type does not have");
    octets(data);
  }
  void fail(std::string text) {
    if (!error_) error_ = Error{ErrorKind::out_of_range, std::move(text), out_.size(), {}, {}};
  }
  void fail(Error error) {
    if (!error_) error_ = std::move(error);
  }

  [[nodiscard]] Result<Bytes> bytes() const {
    if (error_) return failure(*error_);
    return to_bytes(ByteView(out_));
  }
  [[nodiscard]] Result<SecretBytes> secret() const {
    if (error_) return failure(*error_);
    return SecretBytes(out_);
  }

 private:
  void number(std::size_t value, unsigned octets, const char* what) {
    if (value >> (8 * octets) != 0)
      fail(std::string(what) + ": " + std::to_string(value) + " does not fit into " + std::to_string(octets) + " octets");
    for (unsigned i = octets; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  RecordBytes out_;
  std::optional<Error> error_;
};

}  // namespace li::mikey
