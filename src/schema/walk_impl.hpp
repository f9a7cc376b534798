// schema/walk_impl.hpp: where a walk stands, and everything that can end it. The errors live apart from the walk so that what
// happens only on bad input stays out of the way of what happens always.
#pragma once

#include "schema/content_impl.hpp"
#include "schema/walk.hpp"

namespace li::schema {

// A constructed value that is being read, or an explicit tag around one.
struct Frame {
  enum class What : std::uint8_t { fields, list, choice, wrapper };

  Node node;
  std::size_t end;                  // where it must have ended
  std::span<const ber::Tag> inner;  // wrapper: the tags still to come
  std::uint32_t done;               // fields: next member; list: items; choice and wrapper: 0 or 1
  What what;
  bool indefinite;
  bool bare;  // has no header of its own, so it ends with its one value
};

// A value's place in its parent: what a Node says before its header is read.
struct Place {
  const Node* parent;
  const Member* member;
  const Type* type;
  std::size_t index;
  std::size_t start;  // of its first header, in the octets
};

/// How a walk ended early. Each function below says so, with place, path and clause; `at` counts in the octets walked.
struct WalkFailure {
  bool ok = true;
  Error error;
  std::size_t base = 0;     // of offsets
  std::size_t missing = 0;  // octets by which a cut input is short

  void left_over(std::size_t octets, std::size_t at);
  void too_large(std::size_t limit);
  void too_many(const Frame& frame, std::size_t limit, std::size_t at);
  void stray_end(const Frame& frame, std::size_t at);
  void bad_end(const Frame& frame, std::size_t at, bool cut);
  void bad_header(const Frame& frame, const ber::Header& header, ber::Fault fault, std::size_t at);
  void misplaced(const Frame& frame, const ber::Header& header, const Member* wanted, std::size_t at);
  void missing_member(const Frame& frame, const Member& member, std::size_t at);
  void wrong_item(const Frame& frame, const ber::Header& header, std::size_t at);
  void second(const Frame& frame, const ber::Header& header, std::size_t at);
  void nothing_inside(const Frame& frame, std::size_t at);
  void no_alternative(const Frame& frame, const ber::Header& header, std::size_t at);
  void wrong_inner(const Frame& frame, const ber::Header& header, std::size_t at);
  void not_constructed(const Place& place, std::size_t at);
  void not_primitive(const Node& node, std::size_t at);
  void too_deep(const Place& place, std::size_t at);
  void cut(const Frame& frame, std::size_t at);
  void inside(const Node& node, const Error& error, std::size_t at);  ///< an error of the ber room, whose offset counts from `at`
  void fatal(const Node& node, std::string text, std::string clause);

 private:
  void note(ErrorKind kind, std::string text, std::size_t at, const Node* node, std::string clause);
  void note_in(const Frame& frame, const Member* member, ErrorKind kind, std::string text, std::size_t at, std::string clause);
};

[[nodiscard]] inline const Bounds& bounds_of(const Node& node) { return node.member != nullptr ? node.member->bounds : node.type->bounds; }

/// "UmtsHI2Operations, PartyInformation": the nearest type with a name.
[[nodiscard]] std::string where_defined(const Type& type, const Node* parent = nullptr);

}  // namespace li::schema
