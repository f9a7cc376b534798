#include "schema/walk.hpp"

#include <array>
#include <cstdio>

#include "schema/content_impl.hpp"

namespace li::schema {
namespace {

using ber::Fault;
using ber::Header;
using ber::Tag;

// A constructed value that is being read, or an explicit tag around one.
struct Frame {
  enum class What : std::uint8_t { fields, list, choice, wrapper };

  Node node;
  std::size_t end;                    // where it must have ended
  std::span<const Tag> inner;         // wrapper: the tags still to come
  std::uint32_t done;                 // fields: next member; list: items; choice and wrapper: 0 or 1
  What what;
  bool indefinite;
  bool bare;                          // has no header of its own, so it ends with its one value
};

constexpr std::size_t kFrames = 2 * ber::kDepthCap + 2;  // each TLV may come with one bare CHOICE

class Walk {
 public:
  Walk(ByteView octets, Visitor& visitor, const WalkOptions& options)
      : octets_(octets), visitor_(visitor), options_(options), max_depth_(std::min(options.limits.max_depth, ber::kDepthCap)) {
    static_assert(std::is_trivially_copyable_v<Frame>);
  }

  Result<void> run(const Type& type) {
    if (octets_.size() > options_.limits.max_octets) return stop(ErrorKind::limit, "more than " + std::to_string(options_.limits.max_octets) + " octets", 0);
    const Node top{nullptr, nullptr, &type, 0, options_.base, {}};
    if (type.tags.empty()) push(top, Frame::What::choice, octets_.size(), false, true);
    else push(top, Frame::What::wrapper, octets_.size(), false, true).inner = type.tags;
    while (ok_ && size_ > 0) step();
    if (ok_ && at_ != octets_.size()) fail(ErrorKind::unexpected, std::to_string(octets_.size() - at_) + " octets left over behind the value", at_);
    if (!ok_) return failure(std::move(error_));
    return {};
  }

 private:
  Frame& top() { return frames_[size_ - 1]; }

  Frame& push(const Node& node, Frame::What what, std::size_t end, bool indefinite, bool bare) {
    auto& frame = frames_[size_++];
    frame = {node, end, {}, 0, what, indefinite, bare};
    if (!bare) ++depth_;
    if (what != Frame::What::wrapper) visitor_.enter(frame.node);
    return frame;
  }

  void step() {
    auto& frame = top();
    if (frame.bare) {
      if (frame.done == 1) return pop(frame);
    } else if (frame.indefinite) {
      if (at_ < frame.end && octets_[at_] == 0) return end_of_contents(frame);
    } else if (at_ == frame.end) {
      return pop(frame);
    }
    Header header;
    auto fault = ber::read_header(octets_, at_, frame.end, header);
    if (fault == Fault::past_end && options_.cut && frame.end == octets_.size()) fault = follow_cut(header);
    if (fault != Fault::none) {
      auto error = ber::describe(fault, header, at_, frame.end);
      if (frame.indefinite && at_ == frame.end) error.text = "end-of-contents octets are missing";
      if (missing_ != 0) error.text = "input ends " + std::to_string(missing_) + " octets before the record does";
      return fail(error.kind, std::move(error.text), at_, std::move(error.clause), &frame, probable_member(frame, header.tag));
    }
    if (++nodes_ > options_.limits.max_nodes) {
      return fail(ErrorKind::limit, "more than " + std::to_string(options_.limits.max_nodes) + " values", at_, {}, &frame);
    }
    if (header.tag == Tag{}) return fail(ErrorKind::malformed, "end-of-contents octets where nothing of indefinite length is open", at_, "X.690 8.1.5", &frame);
    switch (frame.what) {
      case Frame::What::fields: return field(frame, header);
      case Frame::What::list: return item(frame, header);
      case Frame::What::choice: return alternative(frame, header);
      case Frame::What::wrapper: return wrapped(frame, header);
    }
  }

  // The input ends inside this value: what is there of it is read, and its end is the error.
  Fault follow_cut(Header& header) {
    missing_ = std::max(missing_, header.length - (octets_.size() - at_ - header.octets));
    header.length = octets_.size() - at_ - header.octets;
    return header.constructed ? Fault::none : Fault::past_end;
  }

  // --- what may stand where ---

  void field(Frame& frame, const Header& header) {
    const auto& members = frame.node.type->members;
    std::size_t i = frame.done;
    while (i < members.size() && !members[i].starts_with(header.tag)) {
      if (!members[i].optional) return misplaced(frame, header, &members[i]);
      ++i;
    }
    if (i == members.size()) return frame.node.type->extensible ? unknown_field(frame, header) : misplaced(frame, header, nullptr);
    frame.done = static_cast<std::uint32_t>(i + 1);
    begin({&frame.node, &members[i], members[i].type, 0, options_.base + at_, {}}, members[i].tags, header, at_);
  }

  void unknown_field(Frame& frame, const Header& header) {
    for (const auto& member : frame.node.type->members) {  // a known member in the wrong place is no extension
      if (member.starts_with(header.tag)) return misplaced(frame, header, nullptr);
    }
    if (frame.done < frame.node.type->roots) frame.done = frame.node.type->roots;
    unknown(frame, header);
  }

  void unknown(Frame& frame, const Header& header) {
    auto limits = options_.limits;
    limits.max_depth = max_depth_ - std::min(max_depth_, depth_);
    std::size_t size = header.octets + header.length;
    if (header.constructed) {
      const auto measured = ber::measure(octets_.subspan(at_, frame.end - at_), limits);
      if (!measured) return fail(measured.error().kind, measured.error().text, at_ + measured.error().offset.value_or(0), measured.error().clause, &frame);
      size = *measured;
    }
    visitor_.unknown(frame.node, options_.base + at_, octets_.subspan(at_, size));
    at_ += size;
  }

  void item(Frame& frame, const Header& header) {
    const auto& member = frame.node.type->item();
    const Node node{&frame.node, &member, member.type, frame.done++, options_.base + at_, {}};
    if (!member.untagged && header.tag != member.tag) {
      return fail_at(node, ErrorKind::unexpected, "tag " + ber::to_string(header.tag) + " where " + expected(member) + " belongs", at_);
    }
    begin(node, member.tags, header, at_);
  }

  void alternative(Frame& frame, const Header& header) {
    const auto& type = *frame.node.type;
    if (frame.done == 1) return fail(ErrorKind::unexpected, "a second alternative, tag " + ber::to_string(header.tag) + ", in a CHOICE", at_, "X.690 8.13", &frame);
    frame.done = 1;
    for (const auto& member : type.members) {
      if (member.starts_with(header.tag)) return begin({&frame.node, &member, member.type, 0, options_.base + at_, {}}, member.tags, header, at_);
    }
    if (type.extensible) return unknown(frame, header);
    fail(ErrorKind::unexpected, "tag " + ber::to_string(header.tag) + " is no alternative of " + std::string(type.name), at_, where_defined(type), &frame);
  }

  void wrapped(Frame& frame, const Header& header) {
    if (frame.done == 1) return fail(ErrorKind::unexpected, "a second value under an explicit tag", at_, "X.690 8.14", &frame);
    frame.done = 1;
    if (header.tag != frame.inner.front()) {
      return fail(ErrorKind::unexpected, "tag " + ber::to_string(header.tag) + " where " + ber::to_string(frame.inner.front()) + " belongs", at_, {}, &frame);
    }
    auto node = frame.node;
    const auto start = frame.bare ? at_ : node.offset - options_.base;
    begin(node, frame.inner, header, start);
  }

  // --- a value whose first header has been read and fits ---

  void begin(Node node, std::span<const Tag> tags, const Header& header, std::size_t start) {
    if (size_ + 1 >= kFrames) return fail_at(node, ErrorKind::limit, "nested deeper than the limit", at_);
    if (tags.empty()) {
      push(node, Frame::What::choice, top().end, false, true);
      return;
    }
    const auto content = at_ + header.octets;
    node.header = octets_.subspan(start, content - start);
    const auto end = header.indefinite ? top().end : content + header.length;
    const bool primitive = tags.size() == 1 && !is_constructed(node.type->kind);
    if (primitive) return value(node, header, content, end);
    if (!header.constructed) return fail_at(node, ErrorKind::malformed, "primitive encoding, where " + std::string(to_string(node.type->kind)) + " is constructed", at_, "X.690 8.9");
    if (depth_ >= max_depth_) return fail_at(node, ErrorKind::limit, "nested deeper than the limit", at_);
    at_ = content;
    if (tags.size() > 1) {
      push(node, Frame::What::wrapper, end, header.indefinite, false).inner = tags.subspan(1);
    } else {
      const auto kind = node.type->kind;
      push(node, kind == Kind::sequence ? Frame::What::fields : kind == Kind::choice ? Frame::What::choice : Frame::What::list, end, header.indefinite, false);
    }
  }

  void value(const Node& node, const Header& header, std::size_t content, std::size_t end) {
    if (!header.constructed) {
      const auto octets = octets_.subspan(content, header.length);
      judge_and_show(node, octets, octets, false);
      at_ = end;
      return;
    }
    if (!is_string(node.type->kind)) return fail_at(node, ErrorKind::malformed, "constructed encoding, where " + std::string(to_string(node.type->kind)) + " is primitive", at_, "X.690 8.1.1");
    const bool bits = node.type->kind == Kind::bit_string;
    RecordBytes joined(bits ? 1 : 0);
    auto limits = options_.limits;
    limits.max_nodes -= std::min(limits.max_nodes, nodes_);
    limits.max_depth = max_depth_ - std::min(max_depth_, depth_ + 1);
    const auto segments = ber::join_segments(octets_, content, end, header.indefinite, bits ? 3 : 4, limits, joined);
    if (!segments) return fail_at(node, segments.error().kind, segments.error().text, segments.error().offset.value_or(content), segments.error().clause);
    nodes_ += segments->nodes;
    if (bits) joined[0] = segments->unused_bits;
    judge_and_show(node, joined, octets_.subspan(content, segments->end - content), true);
    at_ = segments->end;
  }

  void judge_and_show(const Node& node, ByteView octets, ByteView encoded, bool segmented) {
    const auto& bounds = node.member != nullptr ? node.member->bounds : node.type->bounds;
    const auto problem = judge(*node.type, bounds, octets);
    if (problem != Problem::none) {
      auto told = describe(problem, *node.type, bounds, octets);
      if (told.clause.empty()) told.clause = where_defined(*node.type, node.parent);
      if (is_fatal(problem)) return fail_at(node, ErrorKind::malformed, std::move(told.text), at_, std::move(told.clause));
      visitor_.finding({Severity::error, path_of(node), node.offset, std::move(told.text), std::move(told.clause)});
    }
    const bool is_default = node.member != nullptr && node.member->default_value && is_number(*node.type) && read_number(octets).value_or(Number{}).value == *node.member->default_value;
    visitor_.primitive(node, {octets, encoded, segmented, is_default, !keeps_octets(problem)});
  }

  static bool is_number(const Type& type) { return type.kind == Kind::integer || type.kind == Kind::enumerated; }

  // --- the end of a constructed value ---

  void end_of_contents(Frame& frame) {
    if (at_ + 1 >= frame.end) return fail(ErrorKind::truncated, "input ends inside the end-of-contents octets", at_, "X.690 8.1.5", &frame);
    if (octets_[at_ + 1] != 0) return fail(ErrorKind::malformed, "end-of-contents octets with a length other than 0", at_, "X.690 8.1.5", &frame);
    visitor_.end_of_contents(frame.node, options_.base + at_);
    at_ += 2;
    pop(frame);
  }

  void pop(Frame& frame) {
    const auto& type = *frame.node.type;
    if (missing_ != 0 && at_ == octets_.size()) return fail(ErrorKind::truncated, "input ends " + std::to_string(missing_) + " octets before the record does", at_, "X.690 8.1.3", &frame);
    switch (frame.what) {
      case Frame::What::fields:
        for (std::size_t i = frame.done; i < type.members.size(); ++i) {
          if (!type.members[i].optional) return missing(frame, type.members[i], ErrorKind::missing, at_);
        }
        break;
      case Frame::What::list: judge_count(frame); break;
      default:
        if (frame.done == 0) return fail(ErrorKind::missing, "empty " + std::string(to_string(type.kind)), at_, "X.690 8.13", &frame);
    }
    if (frame.what != Frame::What::wrapper) visitor_.leave(frame.node);
    if (!frame.bare) --depth_;
    --size_;
  }

  void judge_count(const Frame& frame) {
    const auto& bounds = frame.node.member != nullptr ? frame.node.member->bounds : frame.node.type->bounds;
    if (bounds.allow(frame.done) || bounds.extensible) return;
    visitor_.finding({Severity::error, path_of(frame.node), frame.node.offset, std::to_string(frame.done) + " items, allowed " + to_string(bounds),
                      where_defined(*frame.node.type, frame.node.parent)});
  }

  // --- errors ---

  void misplaced(const Frame& frame, const Header& header, const Member* wanted) {
    const auto& type = *frame.node.type;
    for (const auto& member : type.members) {
      if (!member.starts_with(header.tag)) continue;
      const Node node{&frame.node, &member, member.type, 0, options_.base + at_, {}};
      if (member.index < frame.done) return fail_at(node, ErrorKind::unexpected, "a second time, or out of the order of " + std::string(type.name), at_, "X.690 8.9.2");
      if (wanted != nullptr) return missing(frame, *wanted, ErrorKind::missing, at_);
    }
    const auto wants = wanted != nullptr ? ", where " + std::string(wanted->name) + " belongs" : std::string();
    fail(ErrorKind::unexpected, "tag " + ber::to_string(header.tag) + " is no member of " + std::string(type.name) + wants, at_, where_defined(type, frame.node.parent), &frame);
  }

  void missing(const Frame& frame, const Member& member, ErrorKind kind, std::size_t at) {
    fail(kind, "mandatory member is missing", at, where_defined(*frame.node.type, frame.node.parent), &frame, &member);
  }

  // For the path of an error in a header: the member that the tag, if it was read, would be.
  static const Member* probable_member(const Frame& frame, Tag tag) {
    if (frame.what == Frame::What::wrapper || tag == Tag{}) return nullptr;
    if (frame.what == Frame::What::list) return nullptr;
    for (const auto& member : frame.node.type->members) {
      if (member.starts_with(tag)) return &member;
    }
    return nullptr;
  }

  static std::string expected(const Member& member) { return std::string(member.type->name) + " with tag " + ber::to_string(member.tag); }

  // "UmtsHI2Operations, PartyInformation": the nearest type with a name.
  static std::string where_defined(const Type& type, const Node* parent = nullptr) {
    const Type* named = &type;
    while (named->module.empty() && parent != nullptr) {
      named = parent->type;
      parent = parent->parent;
    }
    return named->module.empty() ? std::string() : std::string(named->module) + ", " + std::string(named->name);
  }

  void fail(ErrorKind kind, std::string text, std::size_t at, std::string clause = {}, const Frame* frame = nullptr, const Member* member = nullptr) {
    if (frame == nullptr) return note(kind, std::move(text), at, {}, std::move(clause));
    if (member == nullptr) return fail_at(frame->node, kind, std::move(text), at, std::move(clause));
    fail_at({&frame->node, member, member->type, 0, 0, {}}, kind, std::move(text), at, std::move(clause));
  }

  void fail_at(const Node& node, ErrorKind kind, std::string text, std::size_t at, std::string clause = {}) {
    note(kind, std::move(text), at, path_of(node), std::move(clause));
  }

  void note(ErrorKind kind, std::string text, std::size_t at, std::string path, std::string clause) {
    ok_ = false;
    error_ = {kind, std::move(text), options_.base + at, std::move(path), std::move(clause)};
  }

  tl::unexpected<Error> stop(ErrorKind kind, std::string text, std::size_t at) {
    note(kind, std::move(text), at, {}, {});
    return failure(std::move(error_));
  }

  ByteView octets_;
  Visitor& visitor_;
  const WalkOptions& options_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  std::size_t missing_ = 0;   // octets by which the input is short
  bool ok_ = true;
  Error error_;
  union {  // left as it is until push() fills a frame: clearing all of them would cost more than a small record
    std::array<Frame, kFrames> frames_;
  };
};

class Collector : public Visitor {
 public:
  explicit Collector(std::size_t most) : most_(most) {}
  void finding(Finding&& finding) override {
    if (findings.size() < most_) findings.push_back(std::move(finding));
  }
  std::vector<Finding> findings;

 private:
  std::size_t most_;
};

}  // namespace

Result<void> walk(const Type& type, ByteView octets, Visitor& visitor, const WalkOptions& options) { return Walk(octets, visitor, options).run(type); }

Result<std::vector<Finding>> check(const Type& type, ByteView octets, const WalkOptions& options, std::size_t max_findings) {
  Collector collector(max_findings);
  if (auto walked = walk(type, octets, collector, options); !walked) return failure(std::move(walked.error()));
  return std::move(collector.findings);
}

std::string_view to_string(Severity severity) {
  static constexpr std::array<std::string_view, 3> kNames = {"info", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string Finding::message() const { return Error{ErrorKind::out_of_range, text, offset, path, clause}.message(); }

std::string path_of(const Node& node) {
  std::string path;
  for (const auto* at = &node; at->member != nullptr; at = at->parent) {
    const bool envelope = at->parent->member == nullptr && at->parent->type->kind == Kind::choice && at->type->kind == Kind::choice;
    if (envelope) continue;
    std::string part(at->member->name);
    if (at->member->name.empty()) part = "[" + std::to_string(at->index) + "]";
    if (!path.empty() && path.front() != '[') part += '.';
    path.insert(0, part);
  }
  return path;
}

}  // namespace li::schema
