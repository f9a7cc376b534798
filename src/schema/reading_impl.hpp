// schema/reading_impl.hpp: what the readers of JSON and XER share.
#pragma once

#include <array>
#include <istream>
#include <streambuf>

#include "schema/reading.hpp"
#include "schema/writer.hpp"

namespace li::schema {

/// A stream that knows how far it has been read, and in which line.
class LineSource : public std::streambuf {
 public:
  explicit LineSource(std::istream& in) : in_(in) {}
  ~LineSource() override;

  [[nodiscard]] std::size_t position() const { return base_ + static_cast<std::size_t>(gptr() - eback()); }
  [[nodiscard]] std::size_t line();  ///< from 1
  bool skip_space();                 ///< white space and commas between records; false at the end
  void skip_line();                  ///< to the line feed
  bool back_to_line_start();         ///< false if the line's start is no longer in the buffer

 protected:
  int_type underflow() override;

 private:
  std::istream& in_;
  std::array<char, 64 * 1024> buffer_{};
  std::size_t base_ = 0;   // position of the buffer's first octet
  std::size_t lines_ = 1;  // up to counted_
  char* counted_ = nullptr;
};

/// The stand-alone type that has such a member or alternative outermost; null if none has.
[[nodiscard]] const Type* type_with_member(std::string_view name);

/// Gives the pending value of `writer` its content from text, refusing secrets that were masked.
bool put_text(Writer& writer, std::string_view text);

}  // namespace li::schema
