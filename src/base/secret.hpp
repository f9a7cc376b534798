// base/secret.hpp: octets that must not outlive their use.
//
// Source:  TS 33.107 clause 7A.7.4 and clause 8 (keys of intercepted sessions are confidential).
// Units:   octets.
// Errors:  none.
// Owns:    SecretBytes owns its octets and overwrites them before it gives the memory back. It cannot
//          be printed, and copies only by copy(). reveal() lends the octets to code that must have them.
#pragma once

#include <memory>

#include "base/bytes.hpp"

namespace li {

/// Overwrites memory in a way that the compiler may not leave out.
void wipe(void* memory, std::size_t octets) noexcept;

/// An allocator that overwrites memory before it returns it, for containers that hold whole records.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  WipingAllocator(const WipingAllocator<U>&) noexcept {}  // NOLINT(google-explicit-constructor): as the standard asks
  [[nodiscard]] T* allocate(std::size_t n) { return std::allocator<T>().allocate(n); }
  void deallocate(T* memory, std::size_t n) noexcept {
    wipe(memory, n * sizeof(T));
    std::allocator<T>().deallocate(memory, n);
  }
  bool operator==(const WipingAllocator&) const noexcept { return true; }
};

/// Octets of a record, which may hold keys: overwritten when freed, otherwise an ordinary vector.
using RecordBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(ByteView octets) : octets_(octets.begin(), octets.end()) {}
  SecretBytes(SecretBytes&&) noexcept = default;
  SecretBytes& operator=(SecretBytes&&) noexcept = default;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  [[nodiscard]] SecretBytes copy() const { return SecretBytes(reveal()); }
  [[nodiscard]] ByteView reveal() const { return octets_; }
  [[nodiscard]] std::size_t size() const { return octets_.size(); }
  [[nodiscard]] bool empty() const { return octets_.empty(); }

  /// Takes the same time wherever the first difference lies; only the sizes show.
  [[nodiscard]] bool operator==(const SecretBytes& other) const;

 private:
  RecordBytes octets_;
};

}  // namespace li
