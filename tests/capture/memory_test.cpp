// Bounded memory: the input is made on the way, and every large allocation is noted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <streambuf>

#include "tests/capture/reading.hpp"

namespace li::capture {
namespace {

std::size_t largest = 0;  // since it was set to 0

// The same octets over and over, with a head and a tail.
class Repeated : public std::streambuf {
 public:
  Repeated(Bytes head, Bytes body, std::size_t times, Bytes tail)
      : head_(std::move(head)), body_(std::move(body)), tail_(std::move(tail)), left_(times + 2) {}

 protected:
  int_type underflow() override {
    while (left_ > 0) {
      const bool first = !begun_;
      begun_ = true;
      auto& part = first ? head_ : left_ == 1 ? tail_ : body_;
      --left_;
      if (part.empty()) continue;
      auto* text = reinterpret_cast<char*>(part.data());
      setg(text, text, text + part.size());
      return traits_type::to_int_type(*text);
    }
    return traits_type::eof();
  }

 private:
  Bytes head_;
  Bytes body_;
  Bytes tail_;
  std::size_t left_;
  bool begun_ = false;
};

struct Counts {
  std::size_t records = 0;
  std::size_t damages = 0;
  std::size_t largest = 0;
};

Counts read(Bytes head, const Bytes& body, std::size_t times, Bytes tail = {}, ReaderOptions options = {}) {
  Repeated source(std::move(head), body, times, std::move(tail));
  std::istream in(&source);
  Counts counts;
  largest = 0;
  RecordReader reader(in, std::move(options));
  while (auto item = reader.next()) {
    counts.records += item->what == Item::What::record ? 1 : 0;
    counts.damages += item->what == Item::What::damage ? 1 : 0;
  }
  counts.largest = largest;
  return counts;
}

constexpr std::size_t kMega = 1024 * 1024;
constexpr std::size_t kTimes = 80;  // pieces of a mega-octet

Bytes pieces_of_records() {
  Bytes piece;
  while (piece.size() < kMega) piece = test::operator+(std::move(piece), test::record('A'));
  return piece;
}

TEST(Memory, RecordsAreReadInPieces) {
  const auto counts = read({}, pieces_of_records(), kTimes);
  EXPECT_EQ(counts.records, kTimes * kMega / test::kRecord);
  EXPECT_EQ(counts.damages, 0U);
  EXPECT_LT(counts.largest, kMega);
}

TEST(Memory, FillerIsNotKept) {
  const auto counts = read(test::record('A'), Bytes(kMega, 0xFF), kTimes, test::record('B'));
  EXPECT_EQ(counts.records, 2U);
  EXPECT_LT(counts.largest, kMega);
}

TEST(Memory, AnAggregateIsStreamed) {
  for (const std::string head : {"3080", "3084 05000000"}) {
    const auto counts = read(test::octets_of(head), pieces_of_records(), kTimes, head == "3080" ? test::octets_of("0000") : Bytes());
    EXPECT_EQ(counts.records, kTimes * kMega / test::kRecord) << head;
    EXPECT_EQ(counts.damages, 0U) << head;
    EXPECT_LT(counts.largest, kMega) << head;
  }
}

TEST(Memory, GarbageIsNotKept) {
  const auto counts = read(test::record('A'), Bytes(kMega, 0x7B), kTimes, test::record('B'));
  EXPECT_EQ(counts.records, 2U);
  EXPECT_GE(counts.damages, 1U);
  EXPECT_LT(counts.largest, 40 * kMega);
}

// A length of gigabytes reserves nothing that is not there, and no more than a record may have.
TEST(Memory, AHugeLengthTakesNoMemory) {
  const auto small = read(test::octets_of("A4847FFFFFFF 8008 0400 0202 0401 1001"), test::record('B'), 10);
  EXPECT_EQ(small.records, 10U);
  EXPECT_LT(small.largest, kMega);
  const auto large = read(test::octets_of("A4847FFFFFFF 8008 0400 0202 0401 1001"), Bytes(kMega, 0x41), kTimes, test::record('B'));
  EXPECT_EQ(large.records, 1U);
  EXPECT_LT(large.largest, 40 * kMega);
}

TEST(Memory, AnIndefiniteRecordEndsAtTheLimit) {
  const auto counts = read(test::octets_of("A480 8008 0400 0202 0401 1001"), Bytes(kMega, 0x41), kTimes, test::record('B'));
  EXPECT_GE(counts.damages, 1U);
  EXPECT_EQ(counts.records, 1U);
  EXPECT_LT(counts.largest, 40 * kMega);
}

TEST(Memory, ARecordOfTheLimitIsRead) {
  const std::size_t inner = 16 * kMega - 38;  // so that the record's content is 16 MiB
  auto head = test::octets_of("A4 84 01000000 8008 0400 0202 0401 1001 8101 41 A30F 810D 3236313132303039333031355A");
  const auto length = 16 * kMega - 30 - 6;
  head = test::operator+
      (std::move(head), Bytes{0x9E, 0x84, static_cast<std::uint8_t>(length >> 24), static_cast<std::uint8_t>(length >> 16 & 0xFF),
                              static_cast<std::uint8_t>(length >> 8 & 0xFF), static_cast<std::uint8_t>(length & 0xFF)});
  EXPECT_LT(inner, length);
  const auto counts = read(std::move(head), Bytes(length / 4, 0x41), 4, test::record('B'));
  EXPECT_EQ(counts.records, 2U);
  EXPECT_EQ(counts.damages, 0U);
  EXPECT_LT(counts.largest, 40 * kMega);
}

}  // namespace

// Not inlined, so that the compiler does not take malloc and delete for a mismatch.
[[gnu::noinline]] void* noted_new(std::size_t size) {
  largest = std::max(largest, size);
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void noted_delete(void* memory) { std::free(memory); }

}  // namespace li::capture

void* operator new(std::size_t size) { return li::capture::noted_new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return li::capture::noted_new(size); }
void operator delete(void* memory) noexcept { li::capture::noted_delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { li::capture::noted_delete(memory); }
