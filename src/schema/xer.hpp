// schema/xer.hpp: values as XML. The way back is in reading.hpp.
//
// Source:  X.693 (basic XER), written and read by libxml2.
// Units:   one document a value; element names are the modules' identifiers, of list items the type's name.
// Errors:  none.
// Owns:    nothing.
//
// Beyond X.693, in the namespace kXerNamespace: <unknown>HEX</unknown> for a TLV that the module does not name, and
// <octets>HEX</octets> as the content of an element whose octets its kind has no form for. The value of an enumerator that
// is not known is written in digits.
#pragma once

#include <memory>

#include "schema/output.hpp"
#include "schema/redact.hpp"
#include "schema/walk.hpp"

namespace li::schema {

inline constexpr const char* kXerNamespace = "urn:hi2kit:xer";

class XerWriter : public Visitor {
 public:
  /// With `bare`, the outermost value is an item of a list that the caller has opened: a CHOICE gets no element of its own.
  XerWriter(Output& out, Secrets secrets, bool bare = false);
  ~XerWriter() override;

  void enter(const Node& node) override;
  void leave(const Node& node) override;
  void primitive(const Node& node, const Content& content) override;
  void unknown(const Node& parent, std::size_t offset, ByteView tlv) override;

  /// Elements around what is walked, for an aggregate that is written piece by piece.
  void open(std::string_view element);
  void close();

 private:
  [[nodiscard]] bool stands_bare(const Node& node) const;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  bool bare_;
};

}  // namespace li::schema
