// schema/output.hpp: where the visitors put their text: a string, or pieces handed on as they fill up.
//
// Source:  none.
// Units:   octets of UTF-8.
// Errors:  none here; a sink that can fail keeps its own record of that.
// Owns:    the text that has not been handed on. With a sink, text() is a buffer that settle() empties, so that a record of
//          any size is shown in bounded memory. The buffer is wiped, since --show-keys puts keys into it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace li::schema {

class Output {
  static constexpr std::size_t kEnough = 64 * 1024;

 public:
  using Sink = std::function<void(std::string_view)>;

  Output() = default;                                                                  ///< everything stays in text()
  explicit Output(Sink sink) : sink_(std::move(sink)) { text_.reserve(3 * kEnough); }  // so that it need not move, leaving copies
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  [[nodiscard]] std::string& text() { return text_; }
  void put(std::string_view text) { text_ += text; }
  void put(char c) { text_ += c; }
  void pad(std::size_t count) { text_.append(count, ' '); }
  void hex(ByteView octets);
  void asterisks(std::size_t count);
  /// Hands text on when there is much of it; called by the visitors between values.
  void settle() {
    if (sink_ && text_.size() >= kEnough) flush();
  }
  void flush();
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  Sink sink_;
};

}  // namespace li::schema
