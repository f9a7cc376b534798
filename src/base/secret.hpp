// base/secret.hpp: octets that must not outlive their use.
//
// Source:  TS 33.107 clause 7A.7.4 and clause 8 (keys of intercepted sessions are confidential).
// Units:   octets.
// Errors:  none.
// Owns:    SecretBytes owns its octets and overwrites them before it gives the memory back. It cannot
//          be printed, and copies only by copy(). reveal() lends the octets to code that must have them.
#pragma once

#include <cstring>
#include <memory>
#include <utility>

#include "base/bytes.hpp"

namespace li {

/// Overwrites memory in a way that the compiler may not leave out.
void wipe(void* memory, std::size_t octets) noexcept;

/// An allocator that overwrites memory before it returns it, for containers that hold whole records. New elements that are
/// given no value are left unset, so that growing a vector before it is filled costs nothing.
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
  template <typename U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <typename U, typename... Args>
  void construct(U* place, Args&&... args) {
    ::new (static_cast<void*>(place)) U(std::forward<Args>(args)...);
  }
  bool operator==(const WipingAllocator&) const noexcept { return true; }
};

/// Octets of a record, which may hold keys: overwritten when freed; resize() leaves new octets unset.
using RecordBytes = std::vector<std::uint8_t, WipingAllocator<std::uint8_t>>;

/// Appends in one move of memory: insert() of a vector with an allocator of its own goes octet by octet.
inline void append(RecordBytes& to, ByteView octets) {
  const auto size = to.size();
  to.resize(size + octets.size());
  if (!octets.empty()) std::memcpy(to.data() + size, octets.data(), octets.size());
}

[[nodiscard]] inline RecordBytes to_record_bytes(ByteView octets) {
  RecordBytes copy;
  append(copy, octets);
  return copy;
}

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(ByteView octets) : octets_(to_record_bytes(octets)) {}
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
