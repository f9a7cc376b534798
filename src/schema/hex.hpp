// schema/hex.hpp: every octet of a value with its place, its member and its meaning.
//
// Source:  X.690 for what is a header and what is content.
// Units:   offsets as the walk gives them, in hexadecimal.
// Errors:  none.
// Owns:    nothing.
//
//   0000000d  81 10                        lawfulInterceptionIdentifier
//   0000000f    4c 49 49 44 2d 32 30 32    "LIID-202
#pragma once

#include "schema/output.hpp"
#include "schema/redact.hpp"
#include "schema/walk.hpp"

namespace li::schema {

class HexWriter : public Visitor {
 public:
  HexWriter(Output& out, Secrets secrets) : out_(out), secrets_(secrets) {}

  void enter(const Node& node) override;
  void leave(const Node& node) override;
  void primitive(const Node& node, const Content& content) override;
  void unknown(const Node& parent, std::size_t offset, ByteView tlv) override;
  void end_of_contents(const Node& node, std::size_t offset) override;

 private:
  void header(std::size_t offset, ByteView octets, const std::string& note);
  void row(std::size_t offset, ByteView octets, ByteView secret, std::string_view note);
  void content(std::size_t offset, ByteView octets, ByteView secret);
  void segments(const Node& node, const Content& content, ByteView secret);

  Output& out_;
  Secrets secrets_;
  std::size_t depth_ = 0;
};

}  // namespace li::schema
