// hi2/fields_impl.hpp: the members of IRI-Parameters that this room names, looked up once for each module.
#pragma once

#include "hi2/module.hpp"

namespace li::hi2 {

struct Fields {
  const schema::Member* domain_id;
  const schema::Member* iri_version;  // null for EPS
  const schema::Member* liid;
  const schema::Member* time_stamp;
  const schema::Member* initiator;
  const schema::Member* party_information;
  const schema::Member* correlation_number;
  const schema::Member* network_identifier;
  const schema::Member* ims_event;
  const schema::Member* sip_message;
  const schema::Member* correlation;
  const schema::Member* media_decryption_info;
  const schema::Member* sip_message_header_offer;
  const schema::Member* sip_message_header_answer;
  const schema::Member* sdp_offer;
  const schema::Member* sdp_answer;
  const schema::Member* media_sec_failure_indication;
  const schema::Member* xcap_message;
  const schema::Member* cc_unavailable_reason;
};

[[nodiscard]] const Fields& fields_of(Module module);

}  // namespace li::hi2
