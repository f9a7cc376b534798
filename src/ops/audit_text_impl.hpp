// ops/audit_text_impl.hpp: the text of entries and anchors, both ways (docs/audit.md).
//
// Source:  docs/audit.md says it octet for octet.
// Units:   octets; times in UTC, with milliseconds.
// Errors:  say what of an entry or anchor is not of the form.
// Owns:    results own their data, but for hashed_part() and signed_part().
#pragma once

#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "crypto/key.hpp"
#include "ops/audit_entry.hpp"

namespace li::ops {

inline constexpr std::size_t kMostLine = 1024 * 1024;  ///< octets of a line, its line feed not counted
inline constexpr std::size_t kMostValue = 4096;        ///< octets of a field's value; what is longer is cut, and says so
inline constexpr std::size_t kMostFields = 32;
static_assert(kMostFields * (64 + kMostValue + 64) * 6 < kMostLine);  // a character takes six octets at most
inline constexpr std::string_view kHashMark = R"(,"hash":")";
inline constexpr std::string_view kSignatureMark = R"(,"sig":")";

/// What stands in front of the first entry instead of a hash.
[[nodiscard]] std::string no_hash();

/// "2026-11-20T12:00:01.204Z"
[[nodiscard]] std::string audit_time(TimePoint time);

/// A name that is no word, one that comes twice, too many of them.
[[nodiscard]] Result<void> check_entry(std::string_view event, const Fields& fields);

struct WrittenEntry {
  std::string line;  ///< with its line feed
  std::string hash;
};
[[nodiscard]] Result<WrittenEntry> write_entry(std::uint64_t number, TimePoint time, std::string_view event, const Fields& fields,
                                               std::string_view previous, const crypto::PrivateKey& key);

/// What the hash and the signature in a line are over: all in front of their marks. `line` is one that read_audit_entry() took.
[[nodiscard]] std::string_view hashed_part(std::string_view line);
[[nodiscard]] std::string_view signed_part(std::string_view line);

[[nodiscard]] std::string hash_of(std::string_view text);
[[nodiscard]] bool is_signed(std::string_view text, std::string_view signature, std::span<const crypto::PublicKey> keys);

/// Where a trail has come to.
struct Position {
  std::uint64_t count = 0;
  std::uint64_t head_at = 0;  ///< octets in front of the last entry
  std::string head = no_hash();
};

struct Anchor {
  Position position;
  std::string time;
  std::string signature;
};
[[nodiscard]] Result<std::string> write_anchor(const Position& position, TimePoint time, const crypto::PrivateKey& key);
[[nodiscard]] Result<Anchor> read_anchor(std::string_view text);
/// Reads the file and checks its signature.
[[nodiscard]] Result<Anchor> load_anchor(const std::string& path, std::span<const crypto::PublicKey> keys);

/// The public key as a field of the first entry says it: the base64 of its PEM form, without the lines around.
[[nodiscard]] std::string short_key(const crypto::PublicKey& key);
[[nodiscard]] Result<crypto::PublicKey> from_short_key(std::string_view text);

}  // namespace li::ops
