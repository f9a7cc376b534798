#include "schema/walk.hpp"

#include <array>

#include "schema/walk_impl.hpp"

namespace li::schema {
namespace {

using ber::Fault;
using ber::Header;
using ber::Tag;

constexpr std::size_t kFrames = 2 * ber::kDepthCap + 2;  // each TLV may come with one bare CHOICE

class Walk {
 public:
  Walk(ByteView octets, Visitor& visitor, const WalkOptions& options)
      : octets_(octets), visitor_(visitor), options_(options), max_depth_(std::min(options.limits.max_depth, ber::kDepthCap)) {
    static_assert(std::is_trivially_copyable_v<Frame>);
  }

  Result<void> run(const Type& type) {
    failure_.base = options_.base;
    if (octets_.size() > options_.limits.max_octets) {
      failure_.too_large(options_.limits.max_octets);
      return failure(std::move(failure_.error));
    }
    const Place outermost{nullptr, nullptr, &type, 0, 0};
    if (type.tags.empty()) push(outermost, {}, Frame::What::choice, octets_.size(), false, true);
    else push(outermost, {}, Frame::What::wrapper, octets_.size(), false, true).inner = type.tags;
    while (failure_.ok && size_ > 0) step();
    if (failure_.ok && at_ != octets_.size()) failure_.left_over(octets_.size() - at_, at_);
    if (!failure_.ok) return failure(std::move(failure_.error));
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
    if (header.tag == Tag{}) return failure_.stray_end(frame, at_);
    if (nodes_ >= options_.limits.max_nodes) return failure_.too_many(frame, options_.limits.max_nodes, at_);
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
    if (fault != Fault::none) failure_.bad_header(frame, header, fault, at_);
    return fault == Fault::none;
  }

  // The input ends inside this value: what is there of it is read, and its end is the error.
  Fault follow_cut(Header& header) {
    const auto there = octets_.size() - at_ - header.octets;
    failure_.missing = std::max(failure_.missing, header.length - there);
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
    if (mandatory < type.members.size()) return failure_.misplaced(frame, header, &type.members[mandatory], at_);
    if (!type.extensible) return failure_.misplaced(frame, header, nullptr, at_);
    for (const auto& member : type.members) {  // a known member in the wrong place is no extension
      if (member.starts_with(header.tag)) return failure_.misplaced(frame, header, nullptr, at_);
    }
    if (frame.done < type.roots) frame.done = type.roots;
    unknown(frame, header);
  }

  [[gnu::noinline]] void unknown(Frame& frame, const Header& header) {
    ++nodes_;
    auto limits = options_.limits;
    limits.max_depth = max_depth_ - std::min(max_depth_, depth_);
    std::size_t size = header.octets + header.length;
    if (header.constructed) {
      limits.max_nodes -= std::min(limits.max_nodes, nodes_);
      const auto measured = ber::measure(octets_.subspan(at_, frame.end - at_), limits, &nodes_);
      if (!measured) return failure_.inside(frame.node, measured.error(), at_);
      size = *measured;
    }
    visitor_.unknown(frame.node, options_.base + at_, octets_.subspan(at_, size));
    at_ += size;
  }

  void item(Frame& frame, const Header& header) {
    const auto& member = frame.node.type->item();
    if (!member.untagged && header.tag != member.tag) return failure_.wrong_item(frame, header, at_);
    begin(&frame.node, member, frame.done++, header);
  }

  void alternative(Frame& frame, const Header& header) {
    const auto& type = *frame.node.type;
    if (frame.done == 1) return failure_.second(frame, header, at_);
    frame.done = 1;
    for (const auto& member : type.members) {
      if (member.starts_with(header.tag)) return begin(&frame.node, member, 0, header);
    }
    if (type.extensible) unknown(frame, header);
    else failure_.no_alternative(frame, header, at_);
  }

  void wrapped(Frame& frame, const Header& header) {
    if (frame.done == 1) return failure_.second(frame, header, at_);
    frame.done = 1;
    if (header.tag != frame.inner.front()) return failure_.wrong_inner(frame, header, at_);
    const auto start = frame.bare ? at_ : frame.node.offset - options_.base;
    begin_tagged({frame.node.parent, frame.node.member, frame.node.type, frame.node.index, start}, frame.inner, header);
  }

  // --- a value whose first header has been read and fits ---

  void begin(const Node* parent, const Member& member, std::size_t index, const Header& header) {
    const Place place{parent, &member, member.type, index, at_};
    if (!member.untagged) return begin_tagged(place, member.tags, header);
    if (size_ + 1 >= kFrames) return failure_.too_deep(place, at_);
    push(place, {}, Frame::What::choice, top().end, false, true);
  }

  void begin_tagged(const Place& place, std::span<const Tag> tags, const Header& header) {
    ++nodes_;
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
    if (!header.constructed) return failure_.not_constructed(place, at_);
    if (depth_ >= max_depth_ || size_ + 1 >= kFrames) return failure_.too_deep(place, at_);
    at_ = content;
    if (tags.size() > 1) push(place, headers, Frame::What::wrapper, end, header.indefinite, false).inner = tags.subspan(1);
    else
      push(place, headers,
           kind == Kind::sequence ? Frame::What::fields
           : kind == Kind::choice ? Frame::What::choice
                                  : Frame::What::list,
           end, header.indefinite, false);
  }

  [[gnu::noinline]] void segments(const Node& node, const Header& header, std::size_t content, std::size_t end) {
    if (!is_string(node.type->kind)) return failure_.not_primitive(node, at_);
    const bool bits = node.type->kind == Kind::bit_string;
    RecordBytes joined(bits ? 1 : 0);
    auto limits = options_.limits;
    limits.max_nodes -= std::min(limits.max_nodes, nodes_);
    limits.max_depth = max_depth_ - std::min(max_depth_, depth_ + 1);
    const auto read = ber::join_segments(octets_, content, end, header.indefinite, bits ? 3 : 4, limits, joined);
    if (!read) return failure_.inside(node, read.error(), 0);
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
    const bool is_default = node.member != nullptr && node.member->default_value && !keeps_octets(problem) &&
                            read_number(octets).value_or(Number{}).value == *node.member->default_value;
    visitor_.primitive(node, {octets, encoded, segmented, is_default, !keeps_octets(problem)});
  }

  // False if the value can't be read at all.
  [[gnu::cold, gnu::noinline]] bool tell(Problem problem, const Node& node, ByteView octets) {
    auto told = describe(problem, *node.type, bounds_of(node), octets);
    if (told.clause.empty()) told.clause = where_defined(*node.type, node.parent);
    if (is_fatal(problem)) {
      failure_.fatal(node, std::move(told.text), std::move(told.clause));
      return false;
    }
    visitor_.finding({Severity::error, path_of(node), node.offset, std::move(told.text), std::move(told.clause)});
    return true;
  }

  // --- the end of a constructed value ---

  [[gnu::noinline]] void end_of_contents(Frame& frame) {
    const bool ends_early = at_ + 1 >= frame.end;
    if (ends_early || octets_[at_ + 1] != 0) return failure_.bad_end(frame, at_, ends_early);
    visitor_.end_of_contents(frame.node, options_.base + at_);
    at_ += 2;
    pop(frame);
  }

  void pop(Frame& frame) {
    const auto& type = *frame.node.type;
    if (failure_.missing != 0 && at_ == octets_.size()) return failure_.cut(frame, at_);
    switch (frame.what) {
      case Frame::What::fields:
        if (const auto next = type.next_mandatory[frame.done]; next < type.members.size())
          return failure_.missing_member(frame, type.members[next], at_);
        break;
      case Frame::What::list:
        if (bounds_of(frame.node).any()) judge_count(frame);
        break;
      default:
        if (frame.done == 0) return failure_.nothing_inside(frame, at_);
    }
    if (frame.what != Frame::What::wrapper) visitor_.leave(frame.node);
    if (!frame.bare) --depth_;
    --size_;
  }

  [[gnu::noinline]] void judge_count(const Frame& frame) {
    const auto& bounds = bounds_of(frame.node);
    if (bounds.allow(frame.done) || bounds.extensible) return;
    visitor_.finding({Severity::error, path_of(frame.node), frame.node.offset,
                      std::to_string(frame.done) + " items, allowed " + to_string(bounds),
                      where_defined(*frame.node.type, frame.node.parent)});
  }

  ByteView octets_;
  Visitor& visitor_;
  const WalkOptions& options_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  WalkFailure failure_;
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

Result<void> walk(const Type& type, ByteView octets, Visitor& visitor, const WalkOptions& options) {
  return Walk(octets, visitor, options).run(type);
}

Result<std::vector<Finding>> check(const Type& type, ByteView octets, const WalkOptions& options, std::size_t max_findings) {
  Collector collector(max_findings);
  if (auto walked = walk(type, octets, collector, options); !walked) return failure(std::move(walked.error()));
  return std::move(collector.findings);
}

}  // namespace li::schema
