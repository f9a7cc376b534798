#include "schema/walk.hpp"

#include <array>

#include "schema/content_impl.hpp"

// What happens only on bad input stays out of the way of what happens always.
#define HI2KIT_COLD [[gnu::cold, gnu::noinline]]

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

// A value's place in its parent: what a Node says before its header is read.
struct Place {
  const Node* parent;
  const Member* member;
  const Type* type;
  std::size_t index;
  std::size_t start;                  // of its first header, in the octets
};

constexpr std::size_t kFrames = 2 * ber::kDepthCap + 2;  // each TLV may come with one bare CHOICE

std::string quoted_tag(Tag tag) { return "tag " + ber::to_string(tag); }

const Bounds& bounds_of(const Node& node) { return node.member != nullptr ? node.member->bounds : node.type->bounds; }

// "UmtsHI2Operations, PartyInformation": the nearest type with a name.
std::string where_defined(const Type& type, const Node* parent = nullptr) {
  const Type* named = &type;
  while (named->module.empty() && parent != nullptr) {
    named = parent->type;
    parent = parent->parent;
  }
  return named->module.empty() ? std::string() : std::string(named->module) + ", " + std::string(named->name);
}

class Walk {
 public:
  Walk(ByteView octets, Visitor& visitor, const WalkOptions& options)
      : octets_(octets), visitor_(visitor), options_(options), max_depth_(std::min(options.limits.max_depth, ber::kDepthCap)) {
    static_assert(std::is_trivially_copyable_v<Frame>);
  }

  Result<void> run(const Type& type) {
    if (octets_.size() > options_.limits.max_octets) {
      note(ErrorKind::limit, "more than " + std::to_string(options_.limits.max_octets) + " octets", 0, {}, {});
      return failure(std::move(error_));
    }
    const Place outermost{nullptr, nullptr, &type, 0, 0};
    if (type.tags.empty()) push(outermost, {}, Frame::What::choice, octets_.size(), false, true);
    else push(outermost, {}, Frame::What::wrapper, octets_.size(), false, true).inner = type.tags;
    while (ok_ && size_ > 0) step();
    if (ok_ && at_ != octets_.size()) note(ErrorKind::unexpected, std::to_string(octets_.size() - at_) + " octets left over behind the value", at_, {}, {});
    if (!ok_) return failure(std::move(error_));
    return {};
  }

 private:
  Frame& top() { return frames_[size_ - 1]; }

  // Field by field: a frame that is put together elsewhere and copied costs more than all the rest.
  Frame& push(const Place& place, ByteView header, Frame::What what, std::size_t end, bool indefinite, bool bare) {
    auto& frame = frames_[size_++];
    frame.node.parent = place.parent;
    frame.node.member = place.member;
    frame.node.type = place.type;
    frame.node.index = place.index;
    frame.node.offset = options_.base + place.start;
    frame.node.header = header;
    frame.end = end;
    frame.done = 0;
    frame.what = what;
    frame.indefinite = indefinite;
    frame.bare = bare;
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
    if (!short_header(frame.end, header) && !long_header(frame, header)) return;
    if (++nodes_ > options_.limits.max_nodes || header.tag == Tag{}) return no_value(frame, header);
    switch (frame.what) {
      case Frame::What::fields: return field(frame, header);
      case Frame::What::list: return item(frame, header);
      case Frame::What::choice: return alternative(frame, header);
      case Frame::What::wrapper: return wrapped(frame, header);
    }
  }

  // The common case: a tag number below 31 and a length below 128, all there.
  bool short_header(std::size_t end, Header& header) const {
    if (at_ + 2 > end) return false;
    const auto identifier = octets_[at_];
    const auto length = octets_[at_ + 1];
    if ((identifier & 0x1F) == 0x1F || length >= 0x80 || length > end - at_ - 2) return false;
    header.tag.number = identifier & 0x1FU;
    header.tag.tag_class = static_cast<ber::TagClass>(identifier >> 6);
    header.constructed = (identifier & 0x20) != 0;
    header.octets = 2;
    header.length = length;
    return true;
  }

  [[gnu::noinline]] bool long_header(Frame& frame, Header& header) {
    auto fault = ber::read_header(octets_, at_, frame.end, header);
    if (fault == Fault::past_end && options_.cut && frame.end == octets_.size()) fault = follow_cut(header);
    if (fault != Fault::none) bad_header(frame, header, fault);
    return fault == Fault::none;
  }

  // The input ends inside this value: what is there of it is read, and its end is the error.
  Fault follow_cut(Header& header) {
    const auto there = octets_.size() - at_ - header.octets;
    missing_ = std::max(missing_, header.length - there);
    header.length = there;
    return header.constructed ? Fault::none : Fault::past_end;
  }

  // --- what may stand where ---

  void field(Frame& frame, const Header& header) {
    const auto& type = *frame.node.type;
    std::size_t i = frame.done;
    const auto mandatory = type.next_mandatory[i];
    if (header.tag.tag_class == ber::TagClass::context && header.tag.number < type.by_tag.size()) {
      const std::size_t told = type.by_tag[header.tag.number];
      if (told > i && told <= mandatory + 1U) return found(frame, type.members[told - 1], header);
    }
    for (const auto count = type.members.size(); i < count && i <= mandatory; ++i) {
      if (type.members[i].starts_with(header.tag)) return found(frame, type.members[i], header);
    }
    not_found(frame, header);
  }

  void found(Frame& frame, const Member& member, const Header& header) {
    frame.done = member.index + 1U;
    begin(&frame.node, member, 0, header);
  }

  [[gnu::noinline]] void not_found(Frame& frame, const Header& header) {
    const auto& type = *frame.node.type;
    const auto mandatory = type.next_mandatory[frame.done];
    if (mandatory < type.members.size()) return misplaced(frame, header, &type.members[mandatory]);
    if (!type.extensible) return misplaced(frame, header, nullptr);
    for (const auto& member : type.members) {  // a known member in the wrong place is no extension
      if (member.starts_with(header.tag)) return misplaced(frame, header, nullptr);
    }
    if (frame.done < type.roots) frame.done = type.roots;
    unknown(frame, header);
  }

  [[gnu::noinline]] void unknown(Frame& frame, const Header& header) {
    auto limits = options_.limits;
    limits.max_depth = max_depth_ - std::min(max_depth_, depth_);
    std::size_t size = header.octets + header.length;
    if (header.constructed) {
      const auto measured = ber::measure(octets_.subspan(at_, frame.end - at_), limits);
      if (!measured) return fail(frame, measured.error().kind, measured.error().text, at_ + measured.error().offset.value_or(0), measured.error().clause);
      size = *measured;
    }
    visitor_.unknown(frame.node, options_.base + at_, octets_.subspan(at_, size));
    at_ += size;
  }

  void item(Frame& frame, const Header& header) {
    const auto& member = frame.node.type->item();
    if (!member.untagged && header.tag != member.tag) return wrong_item(frame, header);
    begin(&frame.node, member, frame.done++, header);
  }

  void alternative(Frame& frame, const Header& header) {
    const auto& type = *frame.node.type;
    if (frame.done == 1) return second(frame, header);
    frame.done = 1;
    for (const auto& member : type.members) {
      if (member.starts_with(header.tag)) return begin(&frame.node, member, 0, header);
    }
    if (type.extensible) unknown(frame, header);
    else no_alternative(frame, header);
  }

  void wrapped(Frame& frame, const Header& header) {
    if (frame.done == 1) return second(frame, header);
    frame.done = 1;
    if (header.tag != frame.inner.front()) return wrong_inner(frame, header);
    const auto start = frame.bare ? at_ : frame.node.offset - options_.base;
    begin_tagged({frame.node.parent, frame.node.member, frame.node.type, frame.node.index, start}, frame.inner, header);
  }

  // --- a value whose first header has been read and fits ---

  void begin(const Node* parent, const Member& member, std::size_t index, const Header& header) {
    const Place place{parent, &member, member.type, index, at_};
    if (!member.untagged) return begin_tagged(place, member.tags, header);
    if (size_ + 1 >= kFrames) return too_deep(place);
    push(place, {}, Frame::What::choice, top().end, false, true);
  }

  void begin_tagged(const Place& place, std::span<const Tag> tags, const Header& header) {
    const auto content = at_ + header.octets;
    const auto end = header.indefinite ? top().end : content + header.length;
    const auto kind = place.type->kind;
    const auto headers = octets_.subspan(place.start, content - place.start);
    if (tags.size() == 1 && !is_constructed(kind)) {
      const Node node{place.parent, place.member, place.type, place.index, options_.base + place.start, headers};
      if (header.constructed) return segments(node, header, content, end);
      const auto octets = octets_.subspan(content, header.length);
      at_ = end;
      return judge_and_show(node, octets, octets, false);
    }
    if (!header.constructed) return not_constructed(place);
    if (depth_ >= max_depth_ || size_ + 1 >= kFrames) return too_deep(place);
    at_ = content;
    if (tags.size() > 1) push(place, headers, Frame::What::wrapper, end, header.indefinite, false).inner = tags.subspan(1);
    else push(place, headers, kind == Kind::sequence ? Frame::What::fields : kind == Kind::choice ? Frame::What::choice : Frame::What::list, end, header.indefinite, false);
  }

  [[gnu::noinline]] void segments(const Node& node, const Header& header, std::size_t content, std::size_t end) {
    if (!is_string(node.type->kind)) return fail_at(node, ErrorKind::malformed, "constructed encoding, where " + std::string(to_string(node.type->kind)) + " is primitive", at_, "X.690 8.1.1");
    const bool bits = node.type->kind == Kind::bit_string;
    RecordBytes joined(bits ? 1 : 0);
    auto limits = options_.limits;
    limits.max_nodes -= std::min(limits.max_nodes, nodes_);
    limits.max_depth = max_depth_ - std::min(max_depth_, depth_ + 1);
    const auto read = ber::join_segments(octets_, content, end, header.indefinite, bits ? 3 : 4, limits, joined);
    if (!read) return fail_at(node, read.error().kind, read.error().text, read.error().offset.value_or(content), read.error().clause);
    nodes_ += read->nodes;
    if (bits) joined[0] = read->unused_bits;
    at_ = read->end;
    judge_and_show(node, joined, octets_.subspan(content, read->end - content), true);
  }

  void judge_and_show(const Node& node, ByteView octets, ByteView encoded, bool segmented) {
    const auto& bounds = bounds_of(node);
    const bool anything_goes = node.type->kind == Kind::octet_string && !bounds.any();
    const auto problem = anything_goes ? Problem::none : judge(*node.type, bounds, octets);
    if (problem != Problem::none && !tell(problem, node, octets)) return;
    const bool is_default = node.member != nullptr && node.member->default_value && read_number(octets).value_or(Number{}).value == *node.member->default_value;
    visitor_.primitive(node, {octets, encoded, segmented, is_default, !keeps_octets(problem)});
  }

  // False if the value can't be read at all.
  HI2KIT_COLD bool tell(Problem problem, const Node& node, ByteView octets) {
    auto told = describe(problem, *node.type, bounds_of(node), octets);
    if (told.clause.empty()) told.clause = where_defined(*node.type, node.parent);
    if (is_fatal(problem)) {
      fail_at(node, ErrorKind::malformed, std::move(told.text), node.offset - options_.base, std::move(told.clause));
      return false;
    }
    visitor_.finding({Severity::error, path_of(node), node.offset, std::move(told.text), std::move(told.clause)});
    return true;
  }

  // --- the end of a constructed value ---

  [[gnu::noinline]] void end_of_contents(Frame& frame) {
    if (at_ + 1 >= frame.end) return fail(frame, ErrorKind::truncated, "input ends inside the end-of-contents octets", at_, "X.690 8.1.5");
    if (octets_[at_ + 1] != 0) return fail(frame, ErrorKind::malformed, "end-of-contents octets with a length other than 0", at_, "X.690 8.1.5");
    visitor_.end_of_contents(frame.node, options_.base + at_);
    at_ += 2;
    pop(frame);
  }

  void pop(Frame& frame) {
    const auto& type = *frame.node.type;
    if (missing_ != 0 && at_ == octets_.size()) return fail(frame, ErrorKind::truncated, short_of(), at_, "X.690 8.1.3");
    switch (frame.what) {
      case Frame::What::fields:
        if (const auto next = type.next_mandatory[frame.done]; next < type.members.size()) return missing(frame, type.members[next]);
        break;
      case Frame::What::list:
        if (bounds_of(frame.node).any()) judge_count(frame);
        break;
      default:
        if (frame.done == 0) return fail(frame, ErrorKind::missing, "nothing in it", at_, "X.690 8.13");
    }
    if (frame.what != Frame::What::wrapper) visitor_.leave(frame.node);
    if (!frame.bare) --depth_;
    --size_;
  }

  [[gnu::noinline]] void judge_count(const Frame& frame) {
    const auto& bounds = bounds_of(frame.node);
    if (bounds.allow(frame.done) || bounds.extensible) return;
    visitor_.finding({Severity::error, path_of(frame.node), frame.node.offset, std::to_string(frame.done) + " items, allowed " + to_string(bounds),
                      where_defined(*frame.node.type, frame.node.parent)});
  }

  // --- errors ---

  HI2KIT_COLD void bad_header(const Frame& frame, const Header& header, Fault fault) {
    auto error = ber::describe(fault, header, at_, frame.end);
    if (frame.indefinite && at_ == frame.end) error.text = "end-of-contents octets are missing", error.clause = "X.690 8.1.5";
    if (missing_ != 0) error.text = short_of();
    const Member* member = nullptr;  // that the tag, if it was read, would be
    if (frame.what == Frame::What::fields || frame.what == Frame::What::choice) {
      for (const auto& candidate : frame.node.type->members) {
        if (candidate.starts_with(header.tag) && fault != Fault::cut_identifier) member = &candidate;
      }
    }
    fail(frame, error.kind, std::move(error.text), at_, std::move(error.clause), member);
  }

  HI2KIT_COLD void no_value(const Frame& frame, const Header& header) {
    if (header.tag == Tag{}) return fail(frame, ErrorKind::malformed, "end-of-contents octets where nothing of indefinite length is open", at_, "X.690 8.1.5");
    fail(frame, ErrorKind::limit, "more than " + std::to_string(options_.limits.max_nodes) + " values", at_);
  }

  HI2KIT_COLD void misplaced(const Frame& frame, const Header& header, const Member* wanted) {
    const auto& type = *frame.node.type;
    for (const auto& member : type.members) {
      if (!member.starts_with(header.tag)) continue;
      if (member.index < frame.done) return fail(frame, ErrorKind::unexpected, "a second time, or out of the order of " + std::string(type.name), at_, "X.690 8.9.2", &member);
      if (wanted != nullptr) return missing(frame, *wanted);
    }
    const auto wants = wanted != nullptr ? ", where " + std::string(wanted->name) + " belongs" : std::string();
    fail(frame, ErrorKind::unexpected, quoted_tag(header.tag) + " is no member of " + std::string(type.name) + wants, at_, where_defined(type, frame.node.parent));
  }

  HI2KIT_COLD void missing(const Frame& frame, const Member& member) {
    fail(frame, ErrorKind::missing, "mandatory member is missing", at_, where_defined(*frame.node.type, frame.node.parent), &member);
  }

  HI2KIT_COLD void wrong_item(const Frame& frame, const Header& header) {
    const auto& member = frame.node.type->item();
    const auto belongs = std::string(member.type->name) + " with tag " + ber::to_string(member.tag);
    fail_at({&frame.node, &member, member.type, frame.done, 0, {}}, ErrorKind::unexpected, quoted_tag(header.tag) + " where " + belongs + " belongs", at_);
  }

  HI2KIT_COLD void second(const Frame& frame, const Header& header) {
    if (frame.what == Frame::What::wrapper) return fail(frame, ErrorKind::unexpected, "a second value under an explicit tag", at_, "X.690 8.14");
    fail(frame, ErrorKind::unexpected, "a second alternative, " + quoted_tag(header.tag) + ", in a CHOICE", at_, "X.690 8.13");
  }

  HI2KIT_COLD void no_alternative(const Frame& frame, const Header& header) {
    const auto& type = *frame.node.type;
    fail(frame, ErrorKind::unexpected, quoted_tag(header.tag) + " is no alternative of " + std::string(type.name), at_, where_defined(type, frame.node.parent));
  }

  HI2KIT_COLD void wrong_inner(const Frame& frame, const Header& header) {
    fail(frame, ErrorKind::unexpected, quoted_tag(header.tag) + " where " + ber::to_string(frame.inner.front()) + " belongs", at_);
  }

  HI2KIT_COLD void not_constructed(const Place& place) {
    fail_at({place.parent, place.member, place.type, place.index, 0, {}}, ErrorKind::malformed,
            "primitive encoding, where " + std::string(to_string(place.type->kind)) + " is constructed", at_, "X.690 8.9");
  }

  HI2KIT_COLD void too_deep(const Place& place) {
    fail_at({place.parent, place.member, place.type, place.index, 0, {}}, ErrorKind::limit, "nested deeper than the limit", at_);
  }

  [[nodiscard]] std::string short_of() const { return "input ends " + std::to_string(missing_) + " octets before the record does"; }

  HI2KIT_COLD void fail(const Frame& frame, ErrorKind kind, std::string text, std::size_t at, std::string clause = {}, const Member* member = nullptr) {
    if (member == nullptr) return fail_at(frame.node, kind, std::move(text), at, std::move(clause));
    fail_at({&frame.node, member, member->type, 0, 0, {}}, kind, std::move(text), at, std::move(clause));
  }

  HI2KIT_COLD void fail_at(const Node& node, ErrorKind kind, std::string text, std::size_t at, std::string clause = {}) {
    note(kind, std::move(text), at, path_of(node), std::move(clause));
  }

  HI2KIT_COLD void note(ErrorKind kind, std::string text, std::size_t at, std::string path, std::string clause) {
    ok_ = false;
    error_ = {kind, std::move(text), options_.base + at, std::move(path), std::move(clause)};
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

}  // namespace li::schema
