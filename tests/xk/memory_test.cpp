// What libxml2 keeps in memory of a document with keys: none of them.
#include <gtest/gtest.h>
#include <libxml/xmlmemory.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>

#include "base/base64.hpp"
#include "xk/messages.hpp"

namespace li::test {
namespace {

// libxml2's memory, by way of these functions: each block is looked through when it is given back.
struct Watch {
  std::mutex mutex;
  std::map<void*, std::size_t> sizes;
  std::vector<std::string> needles;
  std::size_t blocks = 0;
  std::size_t found = 0;
};

Watch& watch() {
  static auto* const one = new Watch;  // outlives libxml2's own
  return *one;
}

void* take(std::size_t size) {
  void* const block = std::calloc(1, size);
  const std::lock_guard lock(watch().mutex);
  watch().sizes[block] = size;
  return block;
}

void give(void* block) {
  if (block == nullptr) return;
  {
    const std::lock_guard lock(watch().mutex);
    const std::string_view text(static_cast<const char*>(block), watch().sizes[block]);
    watch().sizes.erase(block);
    ++watch().blocks;
    for (const auto& needle : watch().needles) watch().found += text.find(needle) != std::string_view::npos ? 1 : 0;
  }
  std::free(block);
}

void* change(void* block, std::size_t size) {
  auto* const moved = take(size);
  if (block == nullptr) return moved;
  std::size_t old_size = 0;
  {
    const std::lock_guard lock(watch().mutex);
    old_size = watch().sizes[block];
  }
  std::memcpy(moved, block, std::min(size, old_size));
  give(block);
  return moved;
}

char* copy(const char* text) {
  const auto size = std::strlen(text) + 1;
  return static_cast<char*>(std::memcpy(take(size), text, size));
}

const int kWatching = xmlMemSetup(give, take, change, copy);  // before anything of libxml2 runs

// Looks for pieces of the key, as octets and as text.
void look_for(ByteView key) {
  const std::lock_guard lock(watch().mutex);
  const auto text = to_base64(key);
  watch().needles = {std::string(as_text(key.subspan(4, 8))), text.substr(8, 8), text.substr(text.size() - 12, 8)};
  watch().found = watch().blocks = 0;
}

std::size_t found() {
  const std::lock_guard lock(watch().mutex);
  EXPECT_GT(watch().blocks, 10U) << "nothing was watched";
  return watch().found;
}

TEST(Memory, LibxmlKeepsNoKeys) {
  ASSERT_EQ(kWatching, 0);
  Bytes key;
  for (int i = 0; i < 48; ++i) key.push_back(static_cast<std::uint8_t>(i * 37 + 11));
  std::vector<xk::CryptoSession> sessions;
  sessions.push_back({1, {}, xk::SessionKey{SecretBytes(key), SecretBytes(key), {}}});
  const auto response = xk::encode_response({"1", std::move(sessions)});
  const auto request = xk::encode_request({"1", "a", {to_record_bytes(key), to_record_bytes(key)}, {}});
  const auto broken = std::string(as_text(*response)) + "x";
  look_for(key);
  EXPECT_TRUE(xk::decode_response(*response));
  EXPECT_TRUE(xk::decode_request(*request));
  EXPECT_FALSE(xk::decode_request(*response));
  EXPECT_FALSE(xk::decode_response(as_bytes(broken)));
  EXPECT_EQ(found(), 0U);
}

// The watch itself works: a target is no secret, and is found.
TEST(Memory, TheWatchFindsWhatIsThere) {
  const Bytes text = to_bytes("sip:somebody-special@home1.example");
  const auto request = xk::encode_request({"1", std::string(as_text(text)), {RecordBytes(1), {}}, {}});
  look_for(text);
  EXPECT_TRUE(xk::decode_request(*request));
  EXPECT_GT(found(), 0U);
}

}  // namespace
}  // namespace li::test
