#include "base/result.hpp"

#include <cstdio>

namespace li {

std::string Error::message() const {
  std::string out;
  if (offset) {
    char place[32];
    std::snprintf(place, sizeof place, "0x%zx: ", *offset);
    out += place;
  }
  if (!path.empty()) out += path + ": ";
  out += text;
  if (!clause.empty()) out += " (" + clause + ")";
  return out;
}

}  // namespace li
