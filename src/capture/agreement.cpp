#include "capture/agreement.hpp"

#include <algorithm>

#include "base/identifier.hpp"
#include "hi2/record.hpp"
#include "ps/hi3.hpp"
#include "ps/records.hpp"

namespace li::capture {
namespace {

constexpr std::string_view kTypes[] = {"none", "BEGIN", "END", "CONTINUE", "REPORT"};

using Quarters = std::chrono::duration<std::int64_t, std::ratio<15 * 60>>;

class Agreement {
 public:
  explicit Agreement(const ps::Header& header) : header_(header) {}

  void look(const ps::Item& item) {
    if (!item.record) return;
    const auto record = hi2::decode(item.record->octets, item.record->form == ps::Form::eps ? hi2::Module::eps : hi2::Module::umts);
    if (!record) return;  // told as such
    same("LIID", record->lawful_interception_identifier(), header_.lawful_interception_identifier);
    if (const auto network = record->network_identifier()) {
      same("operator identifier", as_bytes(network->operator_identifier), header_.operator_identifier);
      if (network->network_element && header_.network_element_dns)
        same("network element", as_bytes(*network->network_element), as_bytes(*header_.network_element_dns));
    }
    if (const auto calendar = record->time_stamp().calendar()) same_time(*calendar, item.time ? item.time : ps::instant_of(header_));
    const auto said = item.iri_type.value_or(0);
    const auto type = static_cast<std::uint8_t>(record->type());
    if (said != 0 && said < std::size(kTypes) && said != type)
      add("its iRIType is " + std::string(kTypes[said]) + ", the record a " + std::string(kTypes[type]));
  }

  void look(const ps::CcPacket& packet) {
    if (packet.lawful_interception_identifier) same("LIID", *packet.lawful_interception_identifier, header_.lawful_interception_identifier);
  }

  [[nodiscard]] std::vector<std::string> take() {
    if (more_ != 0) found_.push_back("and " + std::to_string(more_) + " more");
    return std::move(found_);
  }

 private:
  void same(const char* what, ByteView inner, ByteView outer) {
    if (!std::equal(inner.begin(), inner.end(), outer.begin(), outer.end()))
      add("its " + std::string(what) + " is " + shown(outer) + ", that of what is inside " + shown(inner));
  }

  // A local time does not say its zone. Zones are quarters of an hour, from 12 hours west to 14 hours east.
  void same_time(CalendarTime inner, const std::optional<ps::Instant>& outer) {
    const auto local = !inner.offset;
    if (local) inner.offset = 0;
    const auto time = ps::instant_of(inner);
    if (!time || !outer) return;
    auto apart = *time - *outer;
    if (local) {
      const auto zone = std::chrono::round<Quarters>(apart);
      apart -= std::clamp<std::chrono::minutes>(zone, std::chrono::hours(-12), std::chrono::hours(14));
    }
    apart = std::chrono::abs(apart);
    if (apart < std::chrono::seconds(1)) return;
    add("its time and that of the record are " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(apart).count()) +
        " s apart" + (local ? ", whatever the zone" : ""));
  }

  static std::string shown(ByteView octets) {
    constexpr std::size_t kMost = 64;
    if (octets.size() <= kMost) return "'" + readable(octets) + "'";
    return "'" + readable(octets.first(kMost)) + "...'";
  }

  // Records of one PDU often have the same fault.
  void add(std::string text) {
    if (std::find(found_.begin(), found_.end(), text) != found_.end()) return;
    if (found_.size() < kMostTexts) found_.push_back(std::move(text));
    else ++more_;
  }

  const ps::Header& header_;
  std::vector<std::string> found_;
  std::size_t more_ = 0;  // those that no text tells
};

}  // namespace

std::vector<std::string> disagreements(const ps::Pdu& pdu) {
  Agreement agreement(pdu.header);
  if (pdu.kind == ps::PayloadKind::iri) {
    for (const auto& item : ps::items(pdu)) agreement.look(item);
  } else if (pdu.kind == ps::PayloadKind::cc) {
    for (const auto& packet : ps::cc_packets(pdu)) agreement.look(packet);
  }
  return agreement.take();
}

}  // namespace li::capture
