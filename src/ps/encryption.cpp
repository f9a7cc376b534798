#include "ps/encryption.hpp"

#include <algorithm>

#include "crypto/cbc.hpp"
#include "ps/copy_impl.hpp"
#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"

namespace li::ps {
namespace {

using crypto::BlockCipher;
using schema::Writer;

constexpr auto kClause = "TS 102 232-1 Annex G";

std::optional<BlockCipher> cipher_of(EncryptionType type) {
  switch (type) {
    case EncryptionType::aes_192_cbc: return BlockCipher::aes192;
    case EncryptionType::aes_256_cbc: return BlockCipher::aes256;
    case EncryptionType::three_des_cbc: return BlockCipher::triple_des;
    default: return {};
  }
}

class ContainerReader : public schema::Visitor {
 public:
  ContainerReader() : m_(members()) {}
  void primitive(const schema::Node& node, const schema::Content& content) override {
    if (node.member == m_.encryption_type) found.type = static_cast<EncryptionType>(number_of(content.octets));
    else if (node.member == m_.encrypted) found.payload = to_record_bytes(content.octets);
    else if (node.member == m_.encrypted_type) found.payload_type = static_cast<EncryptedPayloadType>(number_of(content.octets));
  }
  Container found;

 private:
  const Members& m_;
};

// The PDU's own header over another payload, in DER (Annex G note 1).
Result<RecordBytes> with_container(const Pdu& pdu, const Container& content) {
  const auto& m = members();
  Writer out(*m.pdu);
  out.begin();
  out.member(*m.header);
  if (auto copied = copy(*m.pdu, pdu.octets, *m.header_type, out); !copied) return failure(std::move(copied.error()));
  out.member(*m.payload);
  out.begin();
  out.member(*m.encryption);
  out.begin();
  put_number(out, *m.encryption_type, static_cast<std::uint64_t>(content.type));
  out.member(*m.encrypted, content.payload);
  if (content.payload_type) put_number(out, *m.encrypted_type, static_cast<std::uint64_t>(*content.payload_type));
  out.end();
  out.end();
  out.end();
  return out.finish();
}

// The sequence number as 32 bits, over and over.
Bytes first_block(const Pdu& pdu, BlockCipher cipher) {
  Bytes block;
  while (block.size() < crypto::block_size(cipher)) {
    for (int shift = 24; shift >= 0; shift -= 8) block.push_back(static_cast<std::uint8_t>(pdu.header.sequence_number >> shift));
  }
  return block;
}

tl::unexpected<Error> not_known(EncryptionType type) {
  return failure(ErrorKind::unknown, "encryption type " + std::to_string(static_cast<unsigned>(type)) + " is not known here", kClause);
}

}  // namespace

Result<Container> container(const Pdu& pdu) {
  if (pdu.kind != PayloadKind::encrypted) return failure(ErrorKind::unexpected, "the payload is no encryptionContainer", kClause);
  ContainerReader reader;
  if (auto walked = schema::walk(pdu_type(), pdu.octets, reader); !walked) return failure(std::move(walked.error()));
  return std::move(reader.found);
}

Result<RecordBytes> contain(const Pdu& pdu, std::uint64_t byte_counter, EncryptionType type,
                            std::optional<EncryptedPayloadType> payload_type) {
  const auto cipher = cipher_of(type);
  if (!cipher && type != EncryptionType::none) return not_known(type);
  const auto& m = members();
  Writer out(*m.encrypted_payload);
  out.begin();
  put_number(out, *m.byte_counter, byte_counter);
  out.member(*m.inner_payload);
  if (auto copied = copy(*m.pdu, pdu.octets, *m.payload_type, out); !copied) return failure(std::move(copied.error()));
  out.end();
  auto plain = out.finish();
  if (!plain) return failure(std::move(plain.error()));
  if (cipher) {
    const auto block = crypto::block_size(*cipher);
    plain->insert(plain->end(), (block - plain->size() % block) % block, 0);
  }
  return with_container(pdu, {EncryptionType::none, std::move(*plain), payload_type});
}

Result<RecordBytes> encrypt(const Pdu& contained, EncryptionType type, const SecretBytes& key) {
  const auto cipher = cipher_of(type);
  if (!cipher) return not_known(type);
  auto content = container(contained);
  if (!content) return failure(std::move(content.error()));
  if (content->type != EncryptionType::none) return failure(ErrorKind::unexpected, "the payload is encrypted already", kClause);
  auto encrypted = crypto::cbc_encrypt(*cipher, key.reveal(), first_block(contained, *cipher), content->payload);
  if (!encrypted) return failure(std::move(encrypted.error()));
  return with_container(contained, {type, std::move(*encrypted), content->payload_type});
}

Result<RecordBytes> decrypt(const Pdu& encrypted, const SecretBytes& key) {
  auto content = container(encrypted);
  if (!content) return failure(std::move(content.error()));
  if (content->type == EncryptionType::none) return to_record_bytes(encrypted.octets);
  const auto cipher = cipher_of(content->type);
  if (!cipher) return not_known(content->type);
  auto plain = crypto::cbc_decrypt(*cipher, key.reveal(), first_block(encrypted, *cipher), content->payload);
  if (!plain) return failure(std::move(plain.error()));
  Container opened{EncryptionType::none, std::move(*plain), content->payload_type};
  if (const auto inner = encrypted_payload(opened); !inner)
    return failure(ErrorKind::malformed, "the payload does not open with this key", kClause);
  return with_container(encrypted, opened);
}

Result<ByteView> encrypted_payload(const Container& contained) {
  const auto size = ber::measure(contained.payload);
  if (!size) return failure(size.error());
  const auto octets = ByteView(contained.payload).first(*size);
  if (const auto read = schema::check(encrypted_payload_type(), octets); !read) return failure(read.error());
  const auto rest = ByteView(contained.payload).subspan(*size);
  if (std::any_of(rest.begin(), rest.end(), [](auto octet) { return octet != 0; }))
    return failure(ErrorKind::malformed, "octets other than zero behind the EncryptedPayload", kClause);
  return octets;
}

Result<RecordBytes> release(const Pdu& contained) {
  auto content = container(contained);
  if (!content) return failure(std::move(content.error()));
  if (content->type != EncryptionType::none) return failure(ErrorKind::unexpected, "the payload is encrypted", kClause);
  const auto inner = encrypted_payload(*content);
  if (!inner) return failure(inner.error());
  const auto& m = members();
  Writer out(*m.pdu);
  out.begin();
  out.member(*m.header);
  if (auto copied = copy(*m.pdu, contained.octets, *m.header_type, out); !copied) return failure(std::move(copied.error()));
  out.member(*m.payload);
  if (auto copied = copy(*m.encrypted_payload, *inner, *m.payload_type, out); !copied) return failure(std::move(copied.error()));
  out.end();
  return out.finish();
}

}  // namespace li::ps
