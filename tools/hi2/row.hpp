// hi2/row.hpp: a line of a table whose columns are as wide as what has been seen.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace li::tool {

/// Columns of text. The first rows are held back so that the widths fit them; what comes later is aligned as far as it fits.
template <std::size_t N>
class Table {
 public:
  using Row = std::array<std::string, N>;
  struct Line {
    Row cells;
    std::string note;  ///< instead of the cells from `note_at` on
    std::size_t note_at = N;
    std::string_view mark;  ///< escape sequence in front of the line
  };

  explicit Table(Row titles);
  void add(Line line);
  /// Prints what is held back.
  void finish();

 private:
  void print(const Line& line);
  static constexpr std::size_t kHeld = 1000;
  std::array<std::size_t, N> widths_{};
  std::vector<Line> held_;
  bool settled_ = false;
};

/// Columns that the text takes on a terminal: characters of UTF-8.
[[nodiscard]] std::size_t width(std::string_view text);

}  // namespace li::tool
