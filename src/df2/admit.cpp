#include "df2/admit_impl.hpp"

#include <algorithm>

#include "x2/codec.hpp"

namespace li::df2 {
namespace {

std::vector<x2::Xid> xids_of(const x2::Pdu& pdu) {
  std::vector<x2::Xid> xids{pdu.xid};
  for (const auto& attribute : pdu.attributes) {
    x2::Xid xid{};
    if (attribute.type != x2::AttributeType::additional_xid || attribute.contents.size() < xid.size()) continue;
    std::copy_n(attribute.contents.begin(), xid.size(), xid.begin());
    xids.push_back(xid);
  }
  return xids;
}

void append_sized(Bytes& out, const x2::Attribute* attribute) {
  const auto size = attribute == nullptr ? 0 : attribute->contents.size();
  out.push_back(attribute == nullptr ? 0 : 1);
  for (const int shift : {8, 0}) out.push_back(static_cast<std::uint8_t>(size >> shift));
  if (attribute != nullptr) out.insert(out.end(), attribute->contents.begin(), attribute->contents.end());
}

// What the numbers count in.
Bytes context_of(const x2::Pdu& pdu) {
  Bytes context(pdu.xid.begin(), pdu.xid.end());
  for (const auto type : {x2::AttributeType::domain_id, x2::AttributeType::network_function_id, x2::AttributeType::interception_point_id})
    append_sized(context, pdu.find(type));
  for (int shift = 56; shift >= 0; shift -= 8) context.push_back(static_cast<std::uint8_t>(pdu.correlation_id >> shift));
  return context;
}

// Numbers wrap. One that comes late, from behind, is no gap.
bool leaves_gap(std::uint32_t last, std::uint32_t number) {
  const std::uint32_t ahead = number - last;
  return ahead > 1 && ahead < 0x80000000;
}

// Both when it happened and now lie in the warrant's time, or it happened then and comes late: a network function sends again what was not
// confirmed.
bool may_have(const Warrant& warrant, TimePoint happened, TimePoint now, std::chrono::minutes late) {
  return warrant.valid_at(happened) && (warrant.valid_at(now) || (now >= warrant.until && now < warrant.until + late));
}

std::optional<TimePoint> told_time(const x2::Pdu& pdu) {
  const auto stamp = pdu.timestamp();
  if (!stamp) return {};
  return TimePoint(std::chrono::seconds(stamp->seconds) + std::chrono::milliseconds(stamp->nanoseconds / 1'000'000));
}

}  // namespace

std::vector<std::shared_ptr<const Warrant>> entitled(const x2::Pdu& pdu, const Turn& turn, const PipelineRules& rules,
                                                     const Teller& teller) {
  const auto happened = told_time(pdu).value_or(turn.now);
  std::vector<std::shared_ptr<const Warrant>> entitled;
  for (const auto& xid : xids_of(pdu)) {
    const auto known = turn.warrants.with(xid);
    if (known.empty()) teller.signal("unknown_xid", {}, x2::to_string(xid));
    bool any = false;
    for (const auto& warrant : known) {
      if (!may_have(*warrant, happened, turn.now, rules.late_events)) {
        // One that is over for long needs no word when another has the event.
        const bool at_edge = warrant->valid_at(turn.now) || warrant->valid_at(happened);
        if (at_edge) teller.signal("not_valid", warrant->liid, x2::to_string(xid) + ", an event of another time");
        any = any || at_edge;
        continue;
      }
      any = true;
      const auto same = [&](const auto& other) { return other->liid == warrant->liid; };
      if (std::none_of(entitled.begin(), entitled.end(), same)) entitled.push_back(warrant);
    }
    if (!known.empty() && !any) teller.signal("not_valid", known.front()->liid, x2::to_string(xid));
  }
  return entitled;
}

Result<bool> first_sight(const x2::Pdu& pdu, const Turn& turn, const Warrant& warrant, const Teller& teller) {
  const auto number = pdu.sequence_number();
  if (!number) return true;
  const auto octets = x2::encode(pdu);
  if (!octets) {  // no attempt would mend it
    teller.signal("record_refused", warrant.liid, octets.error().message());
    return true;
  }
  const auto sighting = turn.batch.sight(context_of(pdu), *number, *octets, turn.now);
  if (!sighting) return failure(sighting.error());
  if (sighting->sight == delivery::Sight::repeated) {
    teller.dropped("repeated");
    return false;
  }
  const auto what = x2::to_string(pdu.xid) + ", number " + std::to_string(*number);
  if (sighting->sight == delivery::Sight::conflicting) teller.signal("x2_conflict", warrant.liid, what);
  else if (sighting->last && leaves_gap(*sighting->last, *number))
    teller.signal("x2_gap", warrant.liid, what + " behind " + std::to_string(*sighting->last));
  return true;
}

}  // namespace li::df2
