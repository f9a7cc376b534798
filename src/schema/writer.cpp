#include "schema/writer.hpp"

#include <algorithm>

#include "schema/content_impl.hpp"

namespace li::schema {
namespace {

std::string clause_of(const Type& type) { return type.module.empty() ? std::string() : std::string(type.module) + ", " + std::string(type.name); }

std::span<const ber::Tag> tags_of(const Type& type, const Member* member) { return member != nullptr ? std::span(member->tags) : std::span(type.tags); }

const Bounds& bounds_of(const Type& type, const Member* member) { return member != nullptr ? member->bounds : type.bounds; }

}  // namespace

Writer::Writer(const Type& top) : top_(&top), pending_type_(&top) {
  frames_.reserve(8);
  marks_.reserve(8);
  chunks_.reserve(32);
}

void Writer::member(std::string_view name) {
  if (!selects()) return;
  const auto* found = frames_.back().type->find(name);
  if (found == nullptr || name.empty()) return fail(ErrorKind::unknown, "no member \"" + std::string(name) + "\" in " + std::string(frames_.back().type->name), clause_of(*frames_.back().type));
  member(*found);
}

void Writer::member(const Member& member) {
  if (!selects()) return;
  auto& frame = frames_.back();
  if (frame.type->kind == Kind::choice && frame.count++ != 0) return fail(ErrorKind::unexpected, "a second alternative in a CHOICE", clause_of(*frame.type), &member);
  if (frame.type->kind == Kind::sequence) note_chunk(member.index + 1U, true);
  pending_member_ = &member;
  pending_type_ = member.type;
  pending_index_ = 0;
}

// A member may be selected only inside an open SEQUENCE or CHOICE.
bool Writer::selects() {
  if (ok_ && (frames_.empty() || is_list(frames_.back().type->kind))) fail(ErrorKind::unexpected, "a member where none can stand", {});
  return ok_;
}

void Writer::item() {
  if (!ok_) return;
  auto& frame = frames_.back();
  pending_member_ = &frame.type->item();
  pending_type_ = pending_member_->type;
  pending_index_ = frame.count++;
}

void Writer::begin() {
  if (!ok_) return;
  if (frames_.size() >= ber::kDepthCap) return fail(ErrorKind::limit, "more than " + std::to_string(ber::kDepthCap) + " levels of nesting", {});
  if (pending_type_ == nullptr || !is_constructed(pending_type_->kind)) return fail(ErrorKind::unexpected, "a value with members where a simple one belongs", {});
  const auto tags = tags_of(*pending_type_, pending_member_);
  frames_.push_back({pending_type_, pending_member_, pending_index_, tags.size(), marks_.size(), chunks_.size(), 0});
  for (const auto tag : tags) marks_.push_back(out_.open(tag));
  pending_type_ = nullptr;
  pending_member_ = nullptr;
}

void Writer::end() {
  if (!ok_) return;
  const auto frame = frames_.back();
  if (frame.type->kind == Kind::sequence) close_fields(frame);
  if (frame.type->kind == Kind::choice && frame.count == 0) fail(ErrorKind::missing, "a CHOICE without an alternative", clause_of(*frame.type));
  const auto& bounds = bounds_of(*frame.type, frame.member);
  if (is_list(frame.type->kind) && !bounds.extensible && !bounds.allow(frame.count)) {
    fail(ErrorKind::out_of_range, std::to_string(frame.count) + " items, allowed " + to_string(bounds), clause_of(*frame.type));
  }
  if (!ok_) return;
  for (std::size_t i = frame.marks; i > 0; --i) out_.close(marks_[frame.first_mark + i - 1]);
  marks_.resize(frame.first_mark);
  chunks_.resize(frame.first_chunk);
  frames_.pop_back();
  done_with_value();
}

void Writer::content(ByteView octets) { value(octets, false); }
void Writer::octets_as_they_are(ByteView octets) { value(octets, true); }

void Writer::value(ByteView octets, bool as_they_are) {
  if (!ok_) return;
  if (pending_type_ == nullptr || is_constructed(pending_type_->kind)) return fail(ErrorKind::unexpected, "a simple value where one with members belongs", {});
  const auto& type = *pending_type_;
  const auto& bounds = bounds_of(type, pending_member_);
  const auto problem = judge(type, bounds, octets);
  if (problem != Problem::none && !(as_they_are && keeps_octets(problem))) {
    auto told = describe(problem, type, bounds, octets);
    return fail(ErrorKind::out_of_range, std::move(told.text), told.clause.empty() ? clause_of(frames_.empty() ? type : *frames_.back().type) : std::move(told.clause));
  }
  if (pending_member_ != nullptr && pending_member_->default_value && read_number(octets).value_or(Number{}).value == *pending_member_->default_value) {
    return done_with_value();
  }
  const auto tags = tags_of(type, pending_member_);
  const auto first_mark = marks_.size();
  for (const auto tag : tags.first(tags.size() - 1)) marks_.push_back(out_.open(tag));
  out_.primitive(tags.back(), octets);
  for (; marks_.size() > first_mark; marks_.pop_back()) out_.close(marks_.back());
  done_with_value();
}

void Writer::raw(ByteView tlv) {
  if (!ok_) return;
  auto& frame = frames_.back();
  const auto size = ber::measure(tlv);
  if (!size) return fail(size.error().kind, "not a TLV: " + size.error().text, size.error().clause);
  if (*size != tlv.size()) return fail(ErrorKind::malformed, "octets left over behind the TLV", {});
  if (!frame.type->extensible || is_list(frame.type->kind)) return fail(ErrorKind::unexpected, std::string(frame.type->name) + " has no extension marker", clause_of(*frame.type));
  if (frame.type->kind == Kind::choice && frame.count++ != 0) return fail(ErrorKind::unexpected, "a second alternative in a CHOICE", clause_of(*frame.type));
  const bool first = chunks_.size() == frame.first_chunk;
  if (frame.type->kind == Kind::sequence) note_chunk(first ? 0 : chunks_.back().order, false);
  out_.raw(tlv);
}

void Writer::note_chunk(std::uint32_t order, bool known) { chunks_.push_back({order, known, out_.size()}); }

void Writer::close_fields(const Frame& frame) {
  const auto begin = chunks_.begin() + static_cast<std::ptrdiff_t>(frame.first_chunk);
  if (!std::is_sorted(begin, chunks_.end(), [](const auto& a, const auto& b) { return a.order < b.order; })) sort_chunks(frame);
  std::uint32_t before = 0;
  std::size_t mandatory = 0;  // those below this index are there
  const auto& members = frame.type->members;
  for (auto chunk = begin; chunk != chunks_.end(); ++chunk) {
    if (!chunk->known) continue;
    if (chunk->order == before) return fail(ErrorKind::unexpected, "a second time", "X.690 8.9.2", &members[before - 1]);
    before = chunk->order;
    while (mandatory < members.size() && (members[mandatory].optional || mandatory + 1U == before)) ++mandatory;
  }
  while (mandatory < members.size() && members[mandatory].optional) ++mandatory;
  if (mandatory < members.size()) fail(ErrorKind::missing, "mandatory member is missing", clause_of(*frame.type), &members[mandatory]);
}

void Writer::sort_chunks(const Frame& frame) {
  const auto begin = chunks_.begin() + static_cast<std::ptrdiff_t>(frame.first_chunk);
  struct Piece {
    Chunk chunk;
    std::size_t end;
  };
  std::vector<Piece> pieces;
  for (auto chunk = begin; chunk != chunks_.end(); ++chunk) pieces.push_back({*chunk, chunk + 1 == chunks_.end() ? out_.size() : (chunk + 1)->begin});
  std::ranges::stable_sort(pieces, {}, [](const Piece& piece) { return piece.chunk.order; });
  const auto start = begin->begin;
  RecordBytes sorted;
  sorted.reserve(out_.size() - start);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto piece = out_.view().subspan(pieces[i].chunk.begin, pieces[i].end - pieces[i].chunk.begin);
    *(begin + static_cast<std::ptrdiff_t>(i)) = {pieces[i].chunk.order, pieces[i].chunk.known, start + sorted.size()};
    sorted.insert(sorted.end(), piece.begin(), piece.end());
  }
  out_.replace_tail(start, sorted);
}

void Writer::done_with_value() {
  pending_type_ = nullptr;
  pending_member_ = nullptr;
  if (frames_.empty()) done_ = true;
}

void Writer::refuse(ErrorKind kind, std::string text, std::string clause) {
  if (ok_) fail(kind, std::move(text), std::move(clause));
}

Result<RecordBytes> Writer::finish() {
  if (ok_ && !done_) fail(ErrorKind::missing, "the value has not ended", {});
  if (!ok_) return failure(error_);
  return out_.take();
}

void Writer::fail(ErrorKind kind, std::string text, std::string clause, const Member* inside) {
  ok_ = false;
  error_ = {kind, std::move(text), std::nullopt, path(inside != nullptr ? inside : pending_member_), std::move(clause)};
}

std::string Writer::path(const Member* inside) const {
  std::vector<Node> nodes;
  nodes.reserve(frames_.size() + 1);
  for (const auto& frame : frames_) nodes.push_back({nodes.empty() ? nullptr : &nodes.back(), frame.member, frame.type, frame.index, 0, {}});
  if (inside != nullptr && !nodes.empty()) nodes.push_back({&nodes.back(), inside, inside->type, pending_index_, 0, {}});
  return nodes.empty() ? std::string() : path_of(nodes.back());
}

}  // namespace li::schema
