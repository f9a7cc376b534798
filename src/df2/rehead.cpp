#include "df2/rehead_impl.hpp"

#include <algorithm>
#include <array>

#include "ber/writer.hpp"

namespace li::df2 {
namespace {

constexpr std::array<std::string_view, 3> kOfTheHead{"lawfulInterceptionIdentifier", "partyInformation", "networkIdentifier"};
// Numbers that only its maker knows.
constexpr std::array<std::string_view, 3> kLeftOut{"correlation", "ePSCorrelationNumber", "gPRSCorrelationNumber"};
// Behind all members that the module names.
constexpr std::size_t kUnknown = SIZE_MAX;

struct Field {
  std::size_t place = kUnknown;
  std::string_view name;
  ByteView tlv;
};

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Field> fields_of(const hi2::IriRecord& record) {
  std::vector<Field> fields;
  const auto& entries = record.entries();
  for (std::size_t at = 1; at < entries.size(); at = entries[at].end) {
    const auto& entry = entries[at];
    const auto end = entry.end < entries.size() ? entries[entry.end].offset : record.octets().size();
    const auto tlv = record.octets().subspan(entry.offset, end - entry.offset);
    if (entry.member == nullptr) fields.push_back({kUnknown, {}, tlv});
    else fields.push_back({entry.member->index, entry.member->name, tlv});
  }
  return fields;
}

}  // namespace

RecordBytes rehead(const hi2::IriRecord& record, const hi2::IriRecord& head) {
  auto fields = fields_of(head);
  std::erase_if(fields, [](const Field& field) { return !is_one_of(kOfTheHead, field.name); });
  for (const auto& field : fields_of(record)) {
    if (!is_one_of(kOfTheHead, field.name) && !is_one_of(kLeftOut, field.name)) fields.push_back(field);
  }
  std::stable_sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.place < b.place; });
  std::size_t size = 0;
  for (const auto& field : fields) size += field.tlv.size();
  ber::Writer out;
  out.header({static_cast<std::uint32_t>(record.type()), ber::TagClass::context}, true, size);
  for (const auto& field : fields) out.raw(field.tlv);
  return out.take();
}

}  // namespace li::df2
