#include "base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <ostream>
#include <type_traits>

namespace li {
namespace {

// The program's own operator new and delete, at the end of this file, tell about one block of the size that is watched.
std::size_t watched_size = 0;
void* watched = nullptr;
bool freed = false;
bool was_clear = false;

struct Watch {
  explicit Watch(std::size_t size) { watched_size = size, watched = nullptr, freed = was_clear = false; }
  ~Watch() { watched_size = 0, watched = nullptr; }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
};

void note_new(void* memory, std::size_t size) {
  if (size == watched_size && watched == nullptr) watched = memory;
}

void note_delete(void* memory) {
  if (memory == nullptr || memory != watched || freed) return;
  freed = true;
  const auto* octets = static_cast<const std::uint8_t*>(memory);
  was_clear = std::all_of(octets, octets + watched_size, [](auto octet) { return octet == 0; });
}

constexpr std::size_t kOdd = 12'347;  // nothing else in this program has this size
const Bytes kKey(kOdd, 0xA5);

TEST(SecretBytes, OctetsAreGoneWhenItsMemoryIsFreed) {
  const Watch watch(kOdd);
  { const SecretBytes secret(kKey); }
  EXPECT_TRUE(freed);
  EXPECT_TRUE(was_clear);
}

TEST(SecretBytes, AssignmentWipesWhatWasThere) {
  const Watch watch(kOdd);
  SecretBytes secret(kKey);
  secret = SecretBytes(Bytes{1, 2});
  EXPECT_TRUE(freed);
  EXPECT_TRUE(was_clear);
  EXPECT_EQ(secret.size(), 2U);
}

TEST(RecordBytes, GrowingWipesTheOldMemory) {
  const Watch watch(kOdd);
  RecordBytes record(kKey.begin(), kKey.end());
  record.push_back(1);
  EXPECT_TRUE(freed);
  EXPECT_TRUE(was_clear);
}

TEST(Wipe, OverwritesExactlyWhatItIsGiven) {
  Bytes octets(16, 0xFF);
  wipe(octets.data() + 4, 8);
  EXPECT_EQ(to_hex(octets), "FFFFFFFF0000000000000000FFFFFFFF");
  wipe(nullptr, 0);
}

TEST(SecretBytes, CopiesOnlyByName) {
  static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
  const SecretBytes secret(Bytes{1, 2, 3});
  const auto copy = secret.copy();
  EXPECT_TRUE(copy == secret);
  EXPECT_NE(copy.reveal().data(), secret.reveal().data());
}

TEST(SecretBytes, MovingLeavesNothingBehind) {
  SecretBytes secret(Bytes{1, 2, 3});
  const auto moved = std::move(secret);
  EXPECT_EQ(to_hex(moved.reveal()), "010203");
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): this is what is tested
}

TEST(SecretBytes, EqualOctetsAreEqual) {
  const SecretBytes secret(Bytes{1, 2, 3});
  EXPECT_TRUE(secret == SecretBytes(Bytes{1, 2, 3}));
  EXPECT_FALSE(secret == SecretBytes(Bytes{1, 2}));
  EXPECT_FALSE(secret == SecretBytes(Bytes{0, 2, 3}));
  EXPECT_FALSE(secret == SecretBytes(Bytes{1, 2, 0x83}));
  EXPECT_TRUE(SecretBytes() == SecretBytes());
}

TEST(Watch, SeesMemoryThatIsNotWiped) {
  const Watch watch(kOdd);
  { const Bytes plain(kKey); }
  EXPECT_TRUE(freed);
  EXPECT_FALSE(was_clear);
}

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<SecretBytes>);

}  // namespace

// Not inlined, so that the compiler does not take malloc and delete for a mismatch.
[[gnu::noinline]] void* watched_new(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  note_new(memory, size);
  return memory;
}

[[gnu::noinline]] void watched_delete(void* memory) {
  note_delete(memory);
  std::free(memory);
}

}  // namespace li

void* operator new(std::size_t size) { return li::watched_new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return li::watched_new(size); }
void operator delete(void* memory) noexcept { li::watched_delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { li::watched_delete(memory); }
