// hi2/record.hpp: one IRI record, decoded.
//
// Source:  TS 33.108 Annex B.3 (UmtsIRIContent) and B.9 (EpsIRIContent).
// Units:   offsets are octets from the start of the record.
// Errors:  decode returns the first place that can't be read; accessors return nothing for a member that is absent.
// Owns:    an IriRecord owns its octets, exactly as they came, and wipes them. Views it returns live as long as it does.
//
// decode checks form, not meaning: a size outside its constraint or a key record without a key decodes. See validate.hpp.
#pragma once

#include "hi2/module.hpp"
#include "hi2/terms.hpp"
#include "schema/walk.hpp"

namespace li::hi2 {

struct Fields;

/// Any member of a record, reached by its path.
struct Value {
  const schema::Type* type = nullptr;
  ByteView octets;  ///< content of a primitive value, segments joined; the encoding of a constructed one
  std::size_t offset = 0;
  /// Digits, identifier, characters or hexadecimal; empty for a constructed value.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::optional<std::int64_t> number() const;
};

class IriRecord {
 public:
  [[nodiscard]] Module module() const { return module_; }
  [[nodiscard]] RecordType type() const { return type_; }
  [[nodiscard]] ByteView octets() const { return octets_; }

  [[nodiscard]] std::string domain_id() const;  ///< "0.4.0.2.2.4.1.16.1"
  [[nodiscard]] ByteView lawful_interception_identifier() const;
  [[nodiscard]] TimeStamp time_stamp() const;
  [[nodiscard]] std::optional<Initiator> initiator() const;
  [[nodiscard]] std::vector<Party> party_information() const;
  [[nodiscard]] std::optional<NetworkIdentifier> network_identifier() const;
  [[nodiscard]] std::optional<ImsEvent> ims_event() const;
  [[nodiscard]] std::optional<std::string_view> ims_event_name() const;  ///< as the module spells it; none for an unknown value
  [[nodiscard]] std::optional<ByteView> sip_message() const;
  [[nodiscard]] std::optional<ByteView> correlation_number() const;  ///< gPRSCorrelationNumber or ePSCorrelationNumber
  [[nodiscard]] std::optional<Correlation> correlation() const;
  [[nodiscard]] std::vector<CCKeyInfo> media_decryption_info() const;
  [[nodiscard]] bool has_media_decryption_info() const;  ///< present, be it empty
  [[nodiscard]] std::optional<std::int64_t> media_sec_failure_indication() const;
  [[nodiscard]] std::optional<ByteView> sip_message_header_offer() const;
  [[nodiscard]] std::optional<ByteView> sip_message_header_answer() const;
  [[nodiscard]] std::optional<ByteView> sdp_offer() const;
  [[nodiscard]] std::optional<ByteView> sdp_answer() const;
  [[nodiscard]] std::optional<ByteView> xcap_message() const;
  [[nodiscard]] std::optional<std::string_view> cc_unavailable_reason() const;

  /// Any member by its names: "locationOfTheTarget.eCGI", "partyInformation[0].partyIdentity.imsi". The alternative of a
  /// CHOICE is a name of its own: "timeStamp.utcTime".
  [[nodiscard]] std::optional<Value> at(std::string_view path) const;
  /// How many items the list at `path` has.
  [[nodiscard]] std::size_t count(std::string_view path) const;
  /// The names of the record's own members that are present, in order.
  [[nodiscard]] std::vector<std::string_view> members() const;

  /// TLVs that the module does not name, whole, with the path of what holds them.
  struct Unknown {
    std::string path;
    ByteView tlv;
  };
  [[nodiscard]] std::vector<Unknown> unknown() const;

  [[nodiscard]] IriRecord copy() const { return *this; }
  IriRecord(IriRecord&&) noexcept = default;
  IriRecord& operator=(IriRecord&&) noexcept = default;

  /// The entries of the index that decode makes; for the functions of this room.
  struct Entry {
    const schema::Member* member;  // null for an unknown TLV
    std::uint32_t parent;
    std::uint32_t index;       // in a list
    std::uint32_t end;         // entry behind the last one inside
    std::uint32_t offset;      // in octets_
    std::uint32_t begin : 31;  // of the content, in octets_ or joined_
    std::uint32_t joined : 1;
    std::uint32_t size;
    [[nodiscard]] const schema::Type* type() const { return member != nullptr ? member->type : nullptr; }
  };
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] ByteView content(const Entry& entry) const;
  [[nodiscard]] const Entry* field(const schema::Member* member) const;
  [[nodiscard]] const Entry* child(const Entry& parent, std::string_view name) const;
  [[nodiscard]] const Fields& fields() const;

 private:
  class Indexer;
  friend Result<IriRecord> decode(ByteView octets, Module module, const schema::WalkOptions& options);
  IriRecord() = default;
  IriRecord(const IriRecord&) = default;

  [[nodiscard]] std::optional<ByteView> octets_of(const schema::Member* member) const;
  [[nodiscard]] std::optional<std::int64_t> number_of(const schema::Member* member) const;
  [[nodiscard]] const Entry* entry_at(std::string_view path) const;

  Module module_ = Module::umts;
  RecordType type_ = RecordType::report;
  RecordBytes octets_;
  RecordBytes joined_;          // strings that came in segments
  std::vector<Entry> entries_;  // [0] is the IRI-Parameters
};

/// Reads exactly one record (tag [1] to [4]) of the module.
[[nodiscard]] Result<IriRecord> decode(ByteView octets, Module module, const schema::WalkOptions& options = {});
/// The same, the module told by the record's own OID.
[[nodiscard]] Result<IriRecord> decode(ByteView octets);

}  // namespace li::hi2
