#include "df2/material_impl.hpp"

#include "crypto/hash.hpp"
#include "mikey/ticket.hpp"

namespace li::df2 {
namespace {

using mikey::DataType;

void add_sized(crypto::RunningDigest& digest, ByteView part) {
  std::array<std::uint8_t, 8> size{};
  for (std::size_t i = 0; i < size.size(); ++i) size[i] = static_cast<std::uint8_t>(part.size() >> (8 * (7 - i)));
  digest.add(size);
  digest.add(part);
}

Hash cut(const Bytes& digest) {
  Hash hash{};
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

std::string identity(const mikey::Message& message, mikey::IdRole role) {
  const auto* idr = mikey::find(message.payloads, role);
  const bool is_name = idr != nullptr && idr->id_type != mikey::number(mikey::IdType::byte_string);
  return is_name ? std::string(as_text(idr->data)) : std::string();
}

// NULL encryption or authentication of what the KMS put in.
bool is_protected(const mikey::Ticket& ticket) {
  const auto* kemac = mikey::find<mikey::Kemac>(ticket.ticket_data);
  const auto* v = mikey::find<mikey::Verification>(ticket.ticket_data);
  return (kemac == nullptr || kemac->encr_alg != mikey::number(mikey::Encr::null)) &&
         (v == nullptr || v->auth_alg != mikey::number(mikey::Auth::null));
}

// Without its Next payload octet, which depends on where it stands, and without what the initiator adds to it.
Hash ticket_hash(const mikey::TicketView& view) {
  const auto begin = view.offset + 1;
  const auto end = view.ticket.ticket_data_offset + view.ticket.ticket_data_length;
  return hash_of({view.message.subspan(begin, end > begin ? end - begin : 0)});
}

void read_init(const mikey::Message& message, Material& material) {
  const auto view = mikey::find_ticket(message, *material.octets);
  material.wants_resp = view ? view->ticket.flags.f : message.header.v;
  if (!view) return;
  material.ticket = ticket_hash(*view);
  material.reusable = view->ticket.flags.j;
  material.is_protected = is_protected(view->ticket);
}

}  // namespace

Hash hash_of(std::initializer_list<ByteView> parts) {
  crypto::RunningDigest digest(crypto::Hash::sha256);
  for (const auto part : parts) add_sized(digest, part);
  return cut(digest.finish());
}

Hash hash_of(std::string_view kind, std::initializer_list<std::string_view> parts) {
  crypto::RunningDigest digest(crypto::Hash::sha256);
  add_sized(digest, as_bytes(kind));
  for (const auto part : parts) add_sized(digest, as_bytes(part));
  return cut(digest.finish());
}

std::uint64_t short_hash(const Hash& hash) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | hash[i];
  return value;
}

std::shared_ptr<const Material> read_material(ByteView octets) {
  auto material = std::make_shared<Material>();
  material->octets = std::make_shared<const RecordBytes>(to_record_bytes(octets));
  material->hash = hash_of({octets});
  const auto message = mikey::decode(octets);
  if (!message) return material;
  material->kind = Material::Kind::other;
  if (message->is(DataType::transfer_init)) material->kind = Material::Kind::init;
  if (message->is(DataType::transfer_resp)) material->kind = Material::Kind::resp;
  material->csb_id = message->header.csb_id;
  material->initiator = identity(*message, mikey::IdRole::initiator);
  material->responder = identity(*message, mikey::IdRole::responder);
  if (material->kind == Material::Kind::init) read_init(*message, *material);
  return material;
}

}  // namespace li::df2
