#include "schema/walk_impl.hpp"

namespace li::schema {
namespace {

using ber::Fault;
using ber::Header;
using ber::Tag;

std::string quoted(Tag tag) { return "tag " + ber::to_string(tag); }

std::string short_of(std::size_t octets) { return "input ends " + std::to_string(octets) + " octets before the record does"; }

// That the tag, if it was read, would be.
const Member* probable_member(const Frame& frame, const Header& header, Fault fault) {
  if (fault == Fault::cut_identifier || frame.what == Frame::What::list || frame.what == Frame::What::wrapper) return nullptr;
  for (const auto& member : frame.node.type->members) {
    if (member.starts_with(header.tag)) return &member;
  }
  return nullptr;
}

Node node_of(const Place& place) { return {place.parent, place.member, place.type, place.index, place.start, {}}; }

}  // namespace

std::string where_defined(const Type& type, const Node* parent) {
  const Type* named = &type;
  while (named->module.empty() && parent != nullptr) {
    named = parent->type;
    parent = parent->parent;
  }
  return named->module.empty() ? std::string() : std::string(named->module) + ", " + std::string(named->name);
}

void WalkFailure::note(ErrorKind kind, std::string text, std::size_t at, const Node* node, std::string clause) {
  ok = false;
  error = {kind, std::move(text), base + at, node != nullptr ? path_of(*node) : std::string(), std::move(clause)};
}

void WalkFailure::note_in(const Frame& frame, const Member* member, ErrorKind kind, std::string text, std::size_t at, std::string clause) {
  if (member == nullptr) return note(kind, std::move(text), at, &frame.node, std::move(clause));
  const Node node{&frame.node, member, member->type, 0, 0, {}};
  note(kind, std::move(text), at, &node, std::move(clause));
}

void WalkFailure::left_over(std::size_t octets, std::size_t at) {
  note(ErrorKind::unexpected, std::to_string(octets) + " octets left over behind the value", at, nullptr, {});
}

void WalkFailure::too_large(std::size_t limit) { note(ErrorKind::limit, "more than " + std::to_string(limit) + " octets", 0, nullptr, {}); }

void WalkFailure::too_many(const Frame& frame, std::size_t limit, std::size_t at) {
  note(ErrorKind::limit, "more than " + std::to_string(limit) + " values", at, &frame.node, {});
}

void WalkFailure::stray_end(const Frame& frame, std::size_t at) {
  note(ErrorKind::malformed, "end-of-contents octets where nothing of indefinite length is open", at, &frame.node, "X.690 8.1.5");
}

void WalkFailure::bad_end(const Frame& frame, std::size_t at, bool ends_early) {
  if (ends_early) note(ErrorKind::truncated, "input ends inside the end-of-contents octets", at, &frame.node, "X.690 8.1.5");
  else note(ErrorKind::malformed, "end-of-contents octets with a length other than 0", at, &frame.node, "X.690 8.1.5");
}

void WalkFailure::bad_header(const Frame& frame, const Header& header, Fault fault, std::size_t at) {
  auto told = ber::describe(fault, header, at, frame.end);
  if (frame.indefinite && at == frame.end) told.text = "end-of-contents octets are missing", told.clause = "X.690 8.1.5";
  if (missing != 0) told.text = short_of(missing);
  note_in(frame, probable_member(frame, header, fault), told.kind, std::move(told.text), at, std::move(told.clause));
}

void WalkFailure::misplaced(const Frame& frame, const Header& header, const Member* wanted, std::size_t at) {
  const auto& type = *frame.node.type;
  for (const auto& member : type.members) {
    if (!member.starts_with(header.tag)) continue;
    if (member.index < frame.done)
      return note_in(frame, &member, ErrorKind::unexpected, "a second time, or out of the order of " + std::string(type.name), at,
                     "X.690 8.9.2");
    if (wanted != nullptr) return missing_member(frame, *wanted, at);
  }
  const auto wants = wanted != nullptr ? ", where " + std::string(wanted->name) + " belongs" : std::string();
  note(ErrorKind::unexpected, quoted(header.tag) + " is no member of " + std::string(type.name) + wants, at, &frame.node,
       where_defined(type, frame.node.parent));
}

void WalkFailure::missing_member(const Frame& frame, const Member& member, std::size_t at) {
  note_in(frame, &member, ErrorKind::missing, "mandatory member is missing", at, where_defined(*frame.node.type, frame.node.parent));
}

void WalkFailure::wrong_item(const Frame& frame, const Header& header, std::size_t at) {
  const auto& member = frame.node.type->item();
  const Node node{&frame.node, &member, member.type, frame.done, 0, {}};
  const auto belongs = std::string(member.type->name) + " with tag " + ber::to_string(member.tag);
  note(ErrorKind::unexpected, quoted(header.tag) + " where " + belongs + " belongs", at, &node, {});
}

void WalkFailure::second(const Frame& frame, const Header& header, std::size_t at) {
  if (frame.what == Frame::What::wrapper)
    return note(ErrorKind::unexpected, "a second value under an explicit tag", at, &frame.node, "X.690 8.14");
  note(ErrorKind::unexpected, "a second alternative, " + quoted(header.tag) + ", in a CHOICE", at, &frame.node, "X.690 8.13");
}

void WalkFailure::nothing_inside(const Frame& frame, std::size_t at) {
  note(ErrorKind::missing, "nothing in it", at, &frame.node, "X.690 8.13");
}

void WalkFailure::no_alternative(const Frame& frame, const Header& header, std::size_t at) {
  const auto& type = *frame.node.type;
  note(ErrorKind::unexpected, quoted(header.tag) + " is no alternative of " + std::string(type.name), at, &frame.node,
       where_defined(type, frame.node.parent));
}

void WalkFailure::wrong_inner(const Frame& frame, const Header& header, std::size_t at) {
  note(ErrorKind::unexpected, quoted(header.tag) + " where " + ber::to_string(frame.inner.front()) + " belongs", at, &frame.node,
       "X.690 8.14");
}

void WalkFailure::not_constructed(const Place& place, std::size_t at) {
  const auto node = node_of(place);
  note(ErrorKind::malformed, "primitive encoding, where " + std::string(to_string(place.type->kind)) + " is constructed", at, &node,
       "X.690 8.9");
}

void WalkFailure::not_primitive(const Node& node, std::size_t at) {
  note(ErrorKind::malformed, "constructed encoding, where " + std::string(to_string(node.type->kind)) + " is primitive", at, &node,
       "X.690 8.1.1");
}

void WalkFailure::too_deep(const Place& place, std::size_t at) {
  const auto node = node_of(place);
  note(ErrorKind::limit, "nested deeper than the limit", at, &node, {});
}

void WalkFailure::cut(const Frame& frame, std::size_t at) { note(ErrorKind::truncated, short_of(missing), at, &frame.node, "X.690 8.1.3"); }

void WalkFailure::inside(const Node& node, const Error& from, std::size_t at) {
  note(from.kind, from.text, at + from.offset.value_or(0), &node, from.clause);
}

void WalkFailure::fatal(const Node& node, std::string text, std::string clause) {
  note(ErrorKind::malformed, std::move(text), node.offset - base, &node, std::move(clause));
}

}  // namespace li::schema
