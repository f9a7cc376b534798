#include "base/secret.hpp"

#include <cstring>

namespace li {

void wipe(void* memory, std::size_t octets) noexcept {
  if (octets == 0) return;
  std::memset(memory, 0, octets);
  __asm__ __volatile__("" : : "r"(memory) : "memory");
}

bool SecretBytes::operator==(const SecretBytes& other) const {
  if (size() != other.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < size(); ++i) difference |= static_cast<unsigned>(octets_[i] ^ other.octets_[i]);
  return difference == 0;
}

}  // namespace li
