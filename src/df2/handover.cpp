#include "df2/handover.hpp"

#include "ps/write.hpp"

namespace li::df2 {
namespace {

// "20261120110001.204Z", in the one way of DER: no zeros at the end of the fraction.
std::string header_time(TimePoint time) {
  auto text = to_generalized_local(time, std::chrono::minutes(0));
  while (text.ends_with('0') && text.find('.') != std::string::npos) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + 'Z';
}

std::optional<std::string> unless_empty(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

ps::Header header_of(const Warrant& warrant, TimePoint time, const std::optional<SessionNumbers>& numbers) {
  ps::Header header;
  header.lawful_interception_identifier = to_bytes(warrant.liid);
  header.authorization_country_code = unless_empty(warrant.country);
  header.operator_identifier = to_bytes(warrant.operator_identifier);
  header.network_element_dns = unless_empty(warrant.network_element);
  header.delivery_country_code = unless_empty(warrant.country);
  if (numbers) {
    header.communication_identity_number = numbers->communication_identity_number;
    header.correlation = numbers->correlation;
  }
  header.time_stamp = header_time(time);
  return header;
}

Result<std::uint32_t> number_for(const ps::Header& header, const std::string& destination, delivery::Spool::Batch& batch) {
  return batch.next_number({header.lawful_interception_identifier, header.operator_identifier, header.network_element_identifier,
                            header.communication_identity_number, header.delivery_country_code, ps::PayloadKind::iri, destination});
}

Result<RecordBytes> in_pdu(const Warrant& warrant, ByteView record, const ps::Header& header) {
  return ps::encode_iri(header, {{warrant.module == hi2::Module::umts ? ps::Form::umts : ps::Form::eps, record, std::nullopt}});
}

}  // namespace

Result<std::vector<Error>> Handover::deliver(const Warrant& warrant, ByteView record, TimePoint time,
                                             const std::optional<SessionNumbers>& numbers, delivery::Spool::Batch& batch) const {
  std::vector<Error> refused;
  for (const auto& destination : warrant.destinations) {
    const auto form = rules_->destinations.find(destination);
    Result<RecordBytes> octets;
    if (form != rules_->destinations.end() && form->second == Form::file) {
      octets = to_record_bytes(record);
    } else {
      auto header = header_of(warrant, time, numbers);
      const auto number = number_for(header, destination, batch);
      if (!number) return failure(number.error());
      header.sequence_number = *number;
      octets = in_pdu(warrant, record, header);
    }
    if (!octets) {
      refused.push_back(std::move(octets.error()));
      continue;
    }
    if (auto appended = batch.append({destination, to_bytes(warrant.liid), std::move(*octets), time}); !appended)
      return failure(appended.error());
  }
  return refused;
}

}  // namespace li::df2
