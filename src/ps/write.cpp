#include "ps/write_impl.hpp"

#include "ps/copy_impl.hpp"
#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"

namespace li::ps {
namespace {

using schema::Writer;

// genHeader(1) version33(33), as content octets.
constexpr std::uint8_t kHeaderDomain[] = {0x04, 0x00, 0x02, 0x02, 0x05, 0x01, 0x21};

void network(Writer& out, const Members& m, const Header& header) {
  out.member(*m.network);
  out.begin();
  out.member(*m.operator_id, header.operator_identifier);
  if (header.network_element_identifier) out.member(*m.network_element, *header.network_element_identifier);
  if (header.network_element_dns) {
    out.member(*m.neid);
    out.begin();
    out.member(*m.neid_dns, *header.network_element_dns);
    out.end();
  }
  out.end();
}

void communication(Writer& out, const Members& m, const Header& header) {
  out.member(*m.communication);
  out.begin();
  network(out, m, header);
  if (header.communication_identity_number) put_number(out, *m.cin, *header.communication_identity_number);
  if (header.delivery_country_code) out.member(*m.delivery_country, *header.delivery_country_code);
  if (header.correlation) {
    out.member(*m.cin_extension);
    out.begin();
    out.member(*m.iri_to_iri, *header.correlation);
    out.end();
  }
  out.end();
}

void write_header(Writer& out, const Members& m, const Header& header) {
  out.member(*m.header);
  out.begin();
  out.member(*m.domain, ByteView(kHeaderDomain));
  out.member(*m.liid, header.lawful_interception_identifier);
  if (header.authorization_country_code) out.member(*m.authorization_country, *header.authorization_country_code);
  communication(out, m, header);
  put_number(out, *m.sequence, header.sequence_number);
  if (header.time_stamp) out.member(*m.time, *header.time_stamp);
  if (header.micro_second_time_stamp) {
    out.member(*m.micro);
    out.begin();
    put_number(out, *m.seconds, header.micro_second_time_stamp->seconds);
    put_number(out, *m.micro_seconds, header.micro_second_time_stamp->micro_seconds);
    out.end();
  }
  out.end();
}

const schema::Type& content_type(Form form) {
  static const auto& umts = schema::get("UmtsIRIContent");
  static const auto& eps = schema::get("EpsIRIContent");
  return form == Form::umts ? umts : eps;
}

// The alternative that the record's first octet names.
const schema::Member* alternative_of(const schema::Type& content, ByteView record) {
  ber::Header head;
  if (ber::read_header(record, 0, record.size(), head) != ber::Fault::none) return nullptr;
  for (const auto& member : content.members) {
    if (member.starts_with(head.tag)) return &member;
  }
  return nullptr;
}

Result<void> write_record(Writer& out, const Members& m, const IriPayload& one) {
  const auto& content = content_type(one.form);
  const auto* alternative = alternative_of(content, one.record);
  if (alternative == nullptr)
    return failure(ErrorKind::unexpected, "no single record of " + std::string(content.module), "TS 102 232-7 table A.2");
  out.item();
  out.begin();
  put_number(out, *m.iri_type, alternative->index + 1U);
  if (one.time_stamp) out.member(*m.iri_time, *one.time_stamp);
  out.member(*m.iri_contents);
  out.begin();
  out.member(one.form == Form::umts ? *m.umts_iri : *m.eps_iri);
  out.begin();
  const auto& parameters = one.form == Form::umts ? *m.umts_parameters : *m.eps_parameters;
  out.member(parameters);
  if (auto copied = copy(content, one.record, *parameters.type, out); !copied) return copied;
  out.end();
  out.end();
  out.end();
  return {};
}

void write_options(Writer& out, const Members& m, const schema::Member& list, bool acknowledgement) {
  out.member(list);
  out.begin();
  if (acknowledgement) {
    out.item();
    out.begin();
    out.member(*m.acknowledgement, ByteView());
    out.end();
  }
  out.end();
}

}  // namespace

Result<RecordBytes> encode_pdu(const Header& header, const std::function<Result<void>(Writer&)>& body) {
  const auto& m = members();
  Writer out(*m.pdu);
  out.begin();
  write_header(out, m, header);
  out.member(*m.payload);
  out.begin();
  if (auto written = body(out); !written) return failure(std::move(written.error()));
  out.end();
  out.end();
  return out.finish();
}

Result<RecordBytes> encode_iri(const Header& header, const std::vector<IriPayload>& records) {
  return encode_pdu(header, [&](Writer& out) -> Result<void> {
    const auto& m = members();
    out.member(*m.iri_sequence);
    out.begin();
    for (const auto& one : records) {
      if (auto written = write_record(out, m, one); !written) return written;
    }
    out.end();
    return {};
  });
}

Result<RecordBytes> encode_tri(const Header& header, Tri tri) {
  return encode_pdu(header, [&](Writer& out) -> Result<void> {
    const auto& m = members();
    const auto index = static_cast<std::size_t>(tri);
    if (index >= m.tri_type->members.size() || m.tri_type->members[index].type->kind != schema::Kind::null)
      return failure(ErrorKind::unexpected, "a TRI payload that says more than its name", "TS 102 232-1 A.2, TRIPayload");
    out.member(*m.tri);
    out.begin();
    out.member(m.tri_type->members[index], ByteView());
    out.end();
    return {};
  });
}

Result<RecordBytes> encode_option_request(const Header& header, bool acknowledgement) {
  return encode_pdu(header, [&](Writer& out) -> Result<void> {
    const auto& m = members();
    out.member(*m.tri);
    out.begin();
    out.member(*m.option_request);
    out.begin();
    write_options(out, m, *m.requested, acknowledgement);
    out.end();
    out.end();
    return {};
  });
}

Result<RecordBytes> encode_option_response(const Header& header, bool accepted, bool declined) {
  return encode_pdu(header, [&](Writer& out) -> Result<void> {
    const auto& m = members();
    out.member(*m.tri);
    out.begin();
    out.member(*m.option_response);
    out.begin();
    write_options(out, m, *m.accepted, accepted);
    write_options(out, m, *m.declined, declined);
    out.end();
    out.end();
    return {};
  });
}

}  // namespace li::ps
