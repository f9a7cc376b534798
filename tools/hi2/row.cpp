#include "hi2/row.hpp"

#include <algorithm>

#include "hi2/input.hpp"

namespace li::tool {

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

template <std::size_t N>
Table<N>::Table(Row titles) {
  add({std::move(titles), {}, N, {}});
}

template <std::size_t N>
void Table<N>::add(Line line) {
  if (settled_) return print(line);
  const auto cells = std::min(N, line.note_at);
  for (std::size_t i = 0; i < cells; ++i) widths_[i] = std::max(widths_[i], width(line.cells[i]));
  held_.push_back(std::move(line));
  if (held_.size() > kHeld) finish();
}

template <std::size_t N>
void Table<N>::finish() {
  settled_ = true;
  for (const auto& line : held_) print(line);
  held_.clear();
}

template <std::size_t N>
void Table<N>::print(const Line& line) {
  std::string out;
  const auto cells = std::min(N, line.note_at);
  for (std::size_t i = 0; i < cells; ++i) {
    out += line.cells[i];
    out.append(widths_[i] - std::min(widths_[i], width(line.cells[i])) + 2, ' ');
  }
  out += line.note;
  out.erase(out.find_last_not_of(' ') + 1);
  if (!line.mark.empty()) out = std::string(line.mark) + out + "\033[0m";
  put(out + "\n");
}

template class Table<9>;
template class Table<10>;
template class Table<12>;

}  // namespace li::tool
