// mikey/reader_impl.hpp: reads numbers and octets in order; the first thing that does not fit stops it.
#pragma once

#include <string>

#include "base/bytes.hpp"

namespace li::mikey {

class Reader {
 public:
  /// `base` is added to every offset that is reported.
  Reader(ByteView octets, std::size_t base) : octets_(octets), base_(base) {}

  [[nodiscard]] std::size_t offset() const { return base_ + at_; }
  [[nodiscard]] std::size_t left() const { return octets_.size() - at_; }
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] const Error& error() const { return *error_; }

  ByteView take(std::size_t count, const char* what) {
    if (failed()) return {};
    if (count > left()) {
      fail(ErrorKind::truncated, offset(),
           std::string(what) + " needs " + std::to_string(count) + " octets, " + std::to_string(left()) + " are left");
      return {};
    }
    const auto taken = octets_.subspan(at_, count);
    at_ += count;
    return taken;
  }

  std::uint8_t u8(const char* what) { return static_cast<std::uint8_t>(number(1, what)); }
  std::uint16_t u16(const char* what) { return static_cast<std::uint16_t>(number(2, what)); }
  std::uint32_t u32(const char* what) { return number(4, what); }

  Bytes sized8(const char* what) { return to_bytes(take(u8(what), what)); }
  Bytes sized16(const char* what) { return to_bytes(take(u16(what), what)); }

  void fail(ErrorKind kind, std::size_t offset, std::string text, std::string clause = {}) {
    if (!failed()) error_ = Error{kind, std::move(text), offset, {}, std::move(clause)};
  }
  void fail(Error error) {
    if (!failed()) error_ = std::move(error);
  }

  /// Names where the error is, unless something deeper did.
  void place_error(std::string_view path) {
    if (failed() && error_->path.empty()) error_->path = path;
  }

 private:
  std::uint32_t number(std::size_t octets, const char* what) {
    std::uint32_t value = 0;
    for (const auto octet : take(octets, what)) value = value << 8 | octet;
    return value;
  }

  ByteView octets_;
  std::size_t base_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace li::mikey
