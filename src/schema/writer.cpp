#include "schema/writer.hpp"

#include <algorithm>

#include "schema/content_impl.hpp"

namespace li::schema {
namespace {

std::string clause_of(const Type& type) {
  return type.module.empty() ? std::string() : std::string(type.module) + ", " + std::string(type.name);
}

std::span<const ber::Tag> tags_of(const Type& type, const Member* member) {
  return member != nullptr ? std::span(member->tags) : std::span(type.tags);
}

const Bounds& bounds_of(const Type& type, const Member* member) { return member != nullptr ? member->bounds : type.bounds; }

}  // namespace

Writer::Writer(const Type& top) : pending_type_(&top) { chunks_.reserve(32); }

void Writer::member(std::string_view name) {
  if (!selects()) return out_of_turn();
  const auto& type = *open().type;
  const auto* found = type.find(name);
  if (found == nullptr || name.empty())
    return fail(ErrorKind::unknown, "no member \"" + std::string(name) + "\" in " + std::string(type.name), clause_of(type));
  member(*found);
}

void Writer::member(const Member& member) {
  if (!selects()) return out_of_turn();
  auto& frame = open();
  if (frame.type->kind == Kind::choice && frame.count++ != 0)
    return fail(ErrorKind::unexpected, "a second alternative in a CHOICE", clause_of(*frame.type), &member);
  if (frame.type->kind == Kind::sequence) note_chunk(member.index + 1U, true);
  pending_member_ = &member;
  pending_type_ = member.type;
  pending_index_ = 0;
}

// A call that does not fit what is open, or that leaves a selected member without its value.
void Writer::out_of_turn() {
  if (ok_) fail(ErrorKind::unexpected, pending_type_ != nullptr ? "a value belongs here" : "no member, item or end can stand here", {});
}

void Writer::item() {
  if (!may_end() || !is_list(open().type->kind)) return out_of_turn();
  auto& frame = open();
  pending_member_ = &frame.type->item();
  pending_type_ = pending_member_->type;
  pending_index_ = frame.count++;
}

void Writer::begin() {
  if (!ok_) return;
  if (depth_ == ber::kDepthCap) return fail(ErrorKind::limit, "nested deeper than " + std::to_string(ber::kDepthCap) + " levels", {});
  if (pending_type_ == nullptr || !is_constructed(pending_type_->kind))
    return fail(ErrorKind::unexpected, "a value with members where a simple one belongs", {});
  const auto tags = tags_of(*pending_type_, pending_member_);
  if (tags.size() > kTags) return fail(ErrorKind::limit, "more than " + std::to_string(kTags) + " tags around a value", {});
  auto& frame = frames_[depth_++];
  frame.type = pending_type_;
  frame.member = pending_member_;
  frame.index = pending_index_;
  frame.open = 0;
  frame.first_chunk = chunks_.size();
  frame.count = 0;
  for (const auto tag : tags) frame.marks[frame.open++] = out_.open(tag);
  pending_type_ = nullptr;
  pending_member_ = nullptr;
}

void Writer::end() {
  if (!may_end()) return out_of_turn();
  const auto& frame = open();
  if (frame.type->kind == Kind::sequence) close_fields(frame);
  if (frame.type->kind == Kind::choice && frame.count == 0)
    fail(ErrorKind::missing, "a CHOICE without an alternative", clause_of(*frame.type));
  const auto& bounds = bounds_of(*frame.type, frame.member);
  if (is_list(frame.type->kind) && !bounds.extensible && !bounds.allow(frame.count)) {
    fail(ErrorKind::out_of_range, std::to_string(frame.count) + " items, allowed " + to_string(bounds), clause_of(*frame.type));
  }
  if (!ok_) return;
  for (auto i = frame.open; i > 0; --i) out_.close(frame.marks[i - 1]);
  chunks_.resize(frame.first_chunk);
  --depth_;
  done_with_value();
}

void Writer::content(ByteView octets) { value(octets, false); }
void Writer::octets_as_they_are(ByteView octets) {
  const auto* type = pending_type_;
  const bool may_not_fit = type != nullptr && (is_text(type->kind) || type->kind == Kind::integer || type->kind == Kind::enumerated);
  if (!may_not_fit) return refuse(ErrorKind::unexpected, "octets where a value belongs: every value of this kind has a form of its own");
  value(octets, true);
}

void Writer::value(ByteView octets, bool as_they_are) {
  if (!ok_) return;
  if (pending_type_ == nullptr || is_constructed(pending_type_->kind))
    return fail(ErrorKind::unexpected, "a simple value where one with members belongs", {});
  const auto& type = *pending_type_;
  const auto& bounds = bounds_of(type, pending_member_);
  const bool anything_goes = type.kind == Kind::octet_string && !bounds.any();
  const auto problem = anything_goes ? Problem::none : judge(type, bounds, octets);
  if (problem != Problem::none && !(as_they_are && keeps_octets(problem))) {
    auto told = describe(problem, type, bounds, octets);
    return fail(ErrorKind::out_of_range, std::move(told.text), told.clause.empty() ? clause_here(type) : std::move(told.clause));
  }
  if (pending_member_ != nullptr && pending_member_->default_value && !keeps_octets(problem) &&
      read_number(octets).value_or(Number{}).value == *pending_member_->default_value) {
    return done_with_value();
  }
  const auto tags = tags_of(type, pending_member_);
  if (tags.size() > kTags) return fail(ErrorKind::limit, "more than " + std::to_string(kTags) + " tags around a value", {});
  std::array<std::size_t, kTags> marks;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled as it is used
  for (std::size_t i = 0; i + 1 < tags.size(); ++i) marks[i] = out_.open(tags[i]);
  out_.primitive(tags.back(), octets);
  for (auto i = tags.size() - 1; i > 0; --i) out_.close(marks[i - 1]);
  done_with_value();
}

// The nearest type with a name around the pending value.
std::string Writer::clause_here(const Type& type) const {
  if (!type.module.empty()) return clause_of(type);
  for (auto i = depth_; i > 0; --i) {
    if (!frames_[i - 1].type->module.empty()) return clause_of(*frames_[i - 1].type);
  }
  return {};
}

void Writer::raw(ByteView tlv) {
  if (!may_end()) return out_of_turn();
  auto& frame = open();
  const auto size = ber::measure(tlv);
  if (!size) return fail(size.error().kind, "not a TLV: " + size.error().text, size.error().clause);
  if (*size != tlv.size()) return fail(ErrorKind::malformed, "octets left over behind the TLV", {});
  if (!frame.type->extensible || is_list(frame.type->kind))
    return fail(ErrorKind::unexpected, std::string(frame.type->name) + " has no extension marker", clause_of(*frame.type));
  ber::Header header;
  static_cast<void>(ber::read_header(tlv, 0, tlv.size(), header));
  for (const auto& member : frame.type->members) {
    if (member.starts_with(header.tag))
      return fail(ErrorKind::unexpected, "tag " + ber::to_string(header.tag) + " as an unknown TLV: it is " + std::string(member.name),
                  clause_of(*frame.type));
  }
  if (frame.type->kind == Kind::choice && frame.count++ != 0)
    return fail(ErrorKind::unexpected, "a second alternative in a CHOICE", clause_of(*frame.type));
  const bool first = chunks_.size() == frame.first_chunk;
  if (frame.type->kind == Kind::sequence) note_chunk(first ? 0 : chunks_.back().order, false);
  out_.raw(tlv);
}

void Writer::note_chunk(std::uint32_t order, bool known) { chunks_.push_back({order, known, out_.size()}); }

bool Writer::sorted(const Frame& frame) const {
  for (auto i = frame.first_chunk + 1; i < chunks_.size(); ++i) {
    if (chunks_[i].order < chunks_[i - 1].order) return false;
  }
  return true;
}

void Writer::close_fields(const Frame& frame) {
  if (!sorted(frame)) sort_chunks(frame);
  const auto& type = *frame.type;
  std::uint32_t before = 0;
  std::size_t mandatory = type.next_mandatory[0];
  bool unknown = false;
  for (auto i = frame.first_chunk; i < chunks_.size(); ++i) {
    const auto& chunk = chunks_[i];
    if (!chunk.known) {
      unknown = true;
      continue;
    }
    if (unknown && chunk.order <= type.roots)
      return fail(ErrorKind::unexpected, "behind an unknown TLV, which can stand only where the extension marker is", clause_of(type),
                  &type.members[chunk.order - 1]);
    if (chunk.order == before) return fail(ErrorKind::unexpected, "a second time", "X.690 8.9.2", &type.members[before - 1]);
    before = chunk.order;
    if (before - 1 > mandatory) break;
    if (before - 1 == mandatory) mandatory = type.next_mandatory[mandatory + 1];
  }
  if (mandatory < type.members.size()) fail(ErrorKind::missing, "mandatory member is missing", clause_of(type), &type.members[mandatory]);
}

void Writer::sort_chunks(const Frame& frame) {
  const auto begin = chunks_.begin() + static_cast<std::ptrdiff_t>(frame.first_chunk);
  struct Piece {
    Chunk chunk;
    std::size_t end;
  };
  std::vector<Piece> pieces;
  for (auto chunk = begin; chunk != chunks_.end(); ++chunk)
    pieces.push_back({*chunk, chunk + 1 == chunks_.end() ? out_.size() : (chunk + 1)->begin});
  std::ranges::stable_sort(pieces, {}, [](const Piece& piece) { return piece.chunk.order; });
  const auto start = begin->begin;
  RecordBytes sorted;
  sorted.reserve(out_.size() - start);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto piece = out_.view().subspan(pieces[i].chunk.begin, pieces[i].end - pieces[i].chunk.begin);
    *(begin + static_cast<std::ptrdiff_t>(i)) = {pieces[i].chunk.order, pieces[i].chunk.known, start + sorted.size()};
    append(sorted, piece);
  }
  out_.replace_tail(start, sorted);
}

void Writer::done_with_value() {
  pending_type_ = nullptr;
  pending_member_ = nullptr;
  if (depth_ == 0) done_ = true;
}

void Writer::refuse(ErrorKind kind, std::string text, std::string clause) {
  if (ok_) fail(kind, std::move(text), std::move(clause));
}

Result<RecordBytes> Writer::finish() {
  if (ok_ && !done_) fail(ErrorKind::missing, "the value has not ended", {});
  if (!ok_) return failure(error_);
  return out_.take();
}

[[gnu::cold]] void Writer::fail(ErrorKind kind, std::string text, std::string clause, const Member* inside) {
  ok_ = false;
  error_ = {kind, std::move(text), std::nullopt, path(inside != nullptr ? inside : pending_member_), std::move(clause)};
}

std::string Writer::path(const Member* inside) const {
  std::vector<Node> nodes;
  nodes.reserve(depth_ + 1);
  for (const auto& frame : std::span(frames_).first(depth_))
    nodes.push_back({nodes.empty() ? nullptr : &nodes.back(), frame.member, frame.type, frame.index, 0, {}});
  if (inside != nullptr && !nodes.empty()) nodes.push_back({&nodes.back(), inside, inside->type, pending_index_, 0, {}});
  return nodes.empty() ? std::string() : path_of(nodes.back());
}

}  // namespace li::schema
