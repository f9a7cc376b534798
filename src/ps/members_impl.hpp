// ps/members_impl.hpp: the members that the room reads and writes, looked up once.
#pragma once

#include "schema/type.hpp"

namespace li::ps {

struct Members {
  Members();
  const schema::Type *pdu, *encrypted_payload, *voip, *header_type, *payload_type, *container_type, *check_type, *tri_type, *option_type,
      *iri_contents_type, *cc_contents_type;
  // PS-PDU and PSHeader
  const schema::Member *header, *payload, *domain, *liid, *authorization_country, *communication, *sequence, *time, *micro;
  const schema::Member *network, *cin, *delivery_country, *cin_extension, *iri_to_iri, *operator_id, *network_element, *neid, *neid_dns;
  const schema::Member *seconds, *micro_seconds;
  // Payload
  const schema::Member *iri_sequence, *cc_sequence, *tri, *encryption;
  const schema::Member *iri_type, *iri_time, *iri_contents, *umts_iri, *eps_iri, *umts_parameters, *eps_parameters;
  // IntegrityCheck
  const schema::Member *integrity, *included, *check_kind, *data_type, *check_value, *hash_algorithm;
  const schema::Member *option_request, *option_response, *requested, *accepted, *declined, *acknowledgement;
  // EncryptionContainer, EncryptedPayload
  const schema::Member *encryption_type, *encrypted, *encrypted_type, *byte_counter, *inner_payload;
};

[[nodiscard]] const Members& members();

}  // namespace li::ps
