// schema/asn1c.hpp: the one door to the C types that asn1c generates, for those who want a type as a struct.
//
// Source:  asn1c 0.9.28; the struct of a type T is T_t in the generated header T.h.
// Units:   octets.
// Errors:  decode walks the octets first, so it refuses what walk() refuses, with the same Error.
// Owns:    Struct owns its C value and frees it through its descriptor; freed memory is wiped.
//
// asn1c sees a checked copy: definite lengths, strings in one piece, TLVs that the module does not name left out (they are lost
// on this road; a Writer or an IriRecord keeps them). encode leaves DEFAULT values out, which asn1c does not.
#pragma once

#include <utility>

#include "schema/walk.hpp"

namespace li::schema {

class Struct {
 public:
  [[nodiscard]] static Result<Struct> decode(const Type& type, ByteView octets, const WalkOptions& options = {});
  [[nodiscard]] Result<RecordBytes> encode() const;

  /// The C value. T must be the generated type of the Type given to decode: asn1c can't tell. Its header is made by the build
  /// (generated/ in the build tree, target hi2kit_generated) and is not installed.
  template <typename T>
  [[nodiscard]] T& as() {
    return *static_cast<T*>(value_);
  }
  [[nodiscard]] const Type& type() const { return *type_; }

  Struct(Struct&& other) noexcept : type_(other.type_), value_(std::exchange(other.value_, nullptr)) {}
  Struct& operator=(Struct&& other) noexcept {
    std::swap(type_, other.type_);
    std::swap(value_, other.value_);
    return *this;
  }
  Struct(const Struct&) = delete;
  Struct& operator=(const Struct&) = delete;
  ~Struct();

 private:
  Struct(const Type& type, void* value) : type_(&type), value_(value) {}
  const Type* type_;
  void* value_;
};

/// The same value with definite minimal lengths, strings in one piece, DEFAULT values and TLVs that the module does not name
/// left out, unless one is the alternative of a CHOICE.
[[nodiscard]] Result<RecordBytes> plain_copy(const Type& type, ByteView octets, const WalkOptions& options = {});

}  // namespace li::schema
