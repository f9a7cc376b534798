#include "mikey/ticket_impl.hpp"

namespace li::mikey {
namespace {

Flags read_flags(std::uint8_t d, std::uint8_t e_to_l, std::uint8_t m_to_o) {
  const auto bit = [](std::uint8_t octet, int mask) { return (octet & mask) != 0; };
  return {bit(d, 1),         bit(e_to_l, 0x80), bit(e_to_l, 0x40), bit(e_to_l, 0x20), bit(e_to_l, 0x10), bit(e_to_l, 0x08),
          bit(e_to_l, 0x04), bit(e_to_l, 0x02), bit(e_to_l, 0x01), bit(m_to_o, 0x80), bit(m_to_o, 0x40), bit(m_to_o, 0x20)};
}

// A policy inside a policy has no meaning, and no end: it is kept unread, as payloads that are not known are.
Payload read_inner(Reader& in, std::uint8_t type) {
  if (type != number(Next::tp) && type != number(Next::ticket)) return read_payload(in, type);
  const auto offset = in.offset();
  const auto length = in.left();
  return {Unread{type, to_bytes(in.take(length, "payload"))}, offset, length, number(Next::last)};
}

std::vector<Payload> read_chain(Reader& in, std::uint8_t type) {
  std::vector<Payload> chain;
  while (!in.failed() && type != number(Next::last)) {
    chain.push_back(read_inner(in, type));
    type = chain.back().next;
  }
  if (!in.failed() && in.left() != 0)
    in.fail(ErrorKind::malformed, in.offset(), "octets behind the last payload of this field", "RFC 6043 6.10");
  return chain;
}

// Vi may say that nothing follows it, for it repeats a V payload that is the last of its message.
std::vector<Payload> read_initiator_data(Reader& in) {
  const auto first = in.u8("first payload");
  if (first == number(Next::last)) in.fail(ErrorKind::malformed, in.offset() - 1, "Initiator Data without Vi", "RFC 6043 6.10");
  if (in.failed() || first != number(Next::v)) return read_chain(in, first);
  std::vector<Payload> chain{read_payload(in, first)};
  const auto next = chain.front().next;
  for (auto& payload : read_chain(in, next == number(Next::last) && in.left() != 0 ? number(Next::v) : next))
    chain.push_back(std::move(payload));
  return chain;
}

std::vector<Payload> read_ticket_data(Reader& in) {
  Payload thdr;
  thdr.offset = in.offset();
  thdr.next = in.u8("next payload");
  thdr.body = Thdr{in.sized16("THDR Data")};
  thdr.length = in.offset() - thdr.offset;
  std::vector<Payload> chain{thdr};
  for (auto& payload : read_chain(in, thdr.next)) chain.push_back(std::move(payload));
  return chain;
}

// A field with a 16-bit length, read by `read`; its error becomes that of `in`.
template <typename Read>
std::vector<Payload> read_field(Reader& in, const char* what, std::size_t& offset, std::size_t& length, Read read) {
  length = in.u16(what);
  offset = in.offset();
  Reader field(in.take(length, what), offset);
  if (in.failed() || length == 0) return {};
  auto chain = read(field);
  if (field.failed()) in.fail(field.error());
  return chain;
}

void read_policy(Reader& in, TicketPolicy& policy) {
  policy.ticket_type = in.u16("Ticket Type");
  policy.subtype = in.u8("Subtype");
  policy.version = in.u8("Version");
  const auto prf_and_d = in.u8("PRF Func");
  const auto e_to_l = in.u8("flags");
  const auto m_to_o = in.u8("flags");
  policy.prf = prf_and_d >> 1;
  policy.flags = read_flags(prf_and_d, e_to_l, m_to_o);
  policy.reserved = m_to_o & 0x1F;
  std::size_t offset = 0;
  std::size_t length = 0;
  policy.tp_data = read_field(in, "TP Data", offset, length, [](Reader& field) { return read_chain(field, field.u8("first payload")); });
  if (length == 0) in.fail(ErrorKind::malformed, offset, "TP Data has not even its first octet", "RFC 6043 6.10");
}

// Ticket Data of another layout than that of the base ticket.
std::vector<Payload> opaque(ByteView data, std::size_t offset) { return {{Unread{0, to_bytes(data)}, offset, data.size(), 0}}; }

// The numbers of a 3GPP Base Ticket (type 2) are not known: whatever they are, Ticket Data that has the base layout is read so.
std::vector<Payload> read_data_of(const TicketPolicy& policy, Reader& in) {
  if (is_base_ticket(policy)) return read_ticket_data(in);
  const auto offset = in.offset();
  const auto data = in.take(in.left(), "Ticket Data");
  if (policy.ticket_type != 2) return opaque(data, offset);
  Reader attempt(data, offset);
  auto chain = read_ticket_data(attempt);
  return attempt.failed() ? opaque(data, offset) : chain;
}

}  // namespace

Tp read_tp(Reader& in) {
  Tp tp;
  read_policy(in, tp);
  return tp;
}

Ticket read_ticket(Reader& in) {
  Ticket ticket;
  read_policy(in, ticket);
  ticket.ticket_data = read_field(in, "Ticket Data", ticket.ticket_data_offset, ticket.ticket_data_length,
                                  [&ticket](Reader& field) { return read_data_of(ticket, field); });
  ticket.initiator_data = read_field(in, "Initiator Data", ticket.initiator_data_offset, ticket.initiator_data_length,
                                     [](Reader& field) { return read_initiator_data(field); });
  return ticket;
}

}  // namespace li::mikey
