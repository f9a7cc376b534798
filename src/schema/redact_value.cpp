// Key material in a whole encoded value: a walk that notes where the secrets of each member stand.
#include <algorithm>

#include "schema/redact.hpp"
#include "schema/walk.hpp"

namespace li::schema {
namespace {

class Finder : public Visitor {
 public:
  void primitive(const Node& node, const Content& content) override {
    any_ = true;
    const auto secrecy = node.member != nullptr ? node.member->secrecy : Secrecy::none;
    if (secrecy == Secrecy::none) return;
    // A container inside a container is hidden as a whole: what is looked into decides nothing about recursion.
    const bool whole = secrecy == Secrecy::key || secrecy == Secrecy::payload;
    const auto secrets = whole ? std::vector<Range>{{0, content.octets.size()}} : secrets_in(secrecy, content.octets);
    const auto begin = node.offset + node.header.size();
    if (!content.segmented) add(secrets, {begin, begin + content.octets.size()}, 0);
    else segments(secrets, content.encoded, begin);
  }
  void unknown(const Node& parent, std::size_t offset, ByteView tlv) override {
    if (may_hold_key(*parent.type, tlv)) found.push_back({offset, offset + tlv.size()});
  }
  [[nodiscard]] bool any() const { return any_; }
  std::vector<Range> found;

 private:
  // The part of `secrets` that lies in a run of octets: where the run stands, and which octet of the value it begins with.
  void add(const std::vector<Range>& secrets, Range place, std::size_t first) {
    for (const auto& secret : secrets) {
      const auto begin = std::max(secret.begin, first);
      const auto end = std::min(secret.end, first + (place.end - place.begin));
      if (begin < end) found.push_back({place.begin + begin - first, place.begin + end - first});
    }
  }
  void segments(const std::vector<Range>& secrets, ByteView encoded, std::size_t begin) {
    std::size_t joined = 0;
    for (std::size_t at = 0; at < encoded.size();) {
      ber::Header head;
      if (ber::read_header(encoded, at, encoded.size(), head) != ber::Fault::none) return;
      at += head.octets;
      if (head.constructed || head.tag == ber::Tag{}) continue;
      add(secrets, {begin + at, begin + at + head.length}, joined);
      joined += head.length;
      at += head.length;
    }
  }

  bool any_ = false;
};

}  // namespace

std::vector<Range> secrets_in_value(const Type& type, ByteView octets) {
  const auto measured = ber::measure(octets, {64, SIZE_MAX, SIZE_MAX});
  const auto value = octets.first(measured ? *measured : octets.size());
  Finder finder;
  const auto walked = walk(type, value, finder, {{}, 0, !measured});
  if (!walked && finder.any()) {
    const auto stopped = std::min(walked.error().offset.value_or(0), octets.size());
    finder.found.push_back({finder.found.empty() ? stopped : std::max(stopped, finder.found.back().end), octets.size()});
  }
  return std::move(finder.found);
}

}  // namespace li::schema
