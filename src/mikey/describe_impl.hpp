// mikey/describe_impl.hpp: the parts that a description is put together from.
//
// Source:  RFC 3830 clause 6, RFC 6043 clause 6, by payload.
// Units:   offsets and lengths in octets.
// Owns:    what is described, copies of octets too.
#pragma once

#include "mikey/decode.hpp"
#include "mikey/describe.hpp"

namespace li::mikey {

/// Collects the members of one object.
class Describer {
 public:
  void number(std::string_view name, std::uint64_t value, std::string_view meaning = {}) {
    described_.members.push_back({name, value, std::string(meaning)});
  }
  void text(std::string_view name, std::string_view value, std::string_view meaning = {}) {
    described_.members.push_back({name, std::string(value), std::string(meaning)});
  }
  void octets(std::string_view name, ByteView value, bool secret = false) {
    described_.members.push_back({name, Octets{to_record_bytes(value), secret}, {}});
  }
  void octets(std::string_view name, ByteView value, std::string meaning) {
    described_.members.push_back({name, Octets{to_record_bytes(value), false}, std::move(meaning)});
  }
  void list(std::string_view name, std::vector<Described> value) { described_.members.push_back({name, std::move(value), {}}); }
  void numbers(std::string_view name, std::vector<std::uint64_t> value) { described_.members.push_back({name, std::move(value), {}}); }
  void nothing(std::string_view name) { described_.members.push_back({name, {}, {}}); }

  void place(std::string_view payload, std::size_t offset, std::size_t length) {
    text("payload", payload);
    number("offset", offset);
    number("length", length);
  }
  void next(std::uint8_t next) { number("next", next, payload_name(next)); }

  [[nodiscard]] Described take() { return std::move(described_); }

 private:
  Described described_;
};

[[nodiscard]] Described describe_header(const Message& message, std::uint8_t first_payload);

/// The keys of a KEMAC without encryption, or nothing when they are no chain of Key data sub-payloads.
[[nodiscard]] std::vector<Described> describe_keys(ByteView plain, std::size_t offset);

void describe_validity(Describer& out, std::uint8_t kv, const Bytes& spi, const Bytes& from, const Bytes& to);

/// The octets as text when all of them can be read.
[[nodiscard]] std::string text_of(ByteView octets);
[[nodiscard]] std::uint64_t number_of(ByteView octets);
/// What the flags that are 1 mean.
[[nodiscard]] std::string flags_text(const Flags& flags);
[[nodiscard]] std::string_view prot_type_name(std::uint8_t number);

}  // namespace li::mikey
