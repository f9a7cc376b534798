// Containers of others opened, closed again to the same octets; and ours.
#include <gtest/gtest.h>

#include "ps/encryption.hpp"
#include "ps/integrity.hpp"
#include "tests/ps/pdus.hpp"

namespace li::ps {
namespace {

using test::data_path;
using test::pdu_of;

// 00 01 02 ...
SecretBytes key_of(std::size_t size) {
  Bytes key;
  for (std::size_t i = 0; i < size; ++i) key.push_back(static_cast<std::uint8_t>(i));
  return SecretBytes(key);
}

struct Case {
  std::string file;
  EncryptionType type;
  std::size_t key;
};
const Case kCases[] = {{"enc_aes192", EncryptionType::aes_192_cbc, 24}, {"enc_aes256", EncryptionType::aes_256_cbc, 32}};

TEST(Vectors, OpenAndCloseToTheSameOctets) {
  for (const auto& [file, type, size] : kCases) {
    const auto pdu = pdu_of("ps/" + file + ".ber");
    EXPECT_EQ(container(pdu).value().type, type);
    const auto opened = decode(decrypt(pdu, key_of(size)).value()).value();
    const auto inner = container(opened).value();
    EXPECT_EQ(inner.type, EncryptionType::none);
    EXPECT_TRUE(equal(inner.payload, test::read_octets(data_path("ps/" + file + ".inner.ber"))));
    EXPECT_TRUE(encrypt(opened, type, key_of(size)).value() == pdu.octets);
  }
}

TEST(Vectors, ReleasedAndContainedAgain) {
  const auto contained = pdu_of("ps/enc_none.ber");
  const auto plain = decode(release(contained).value()).value();
  EXPECT_EQ(plain.kind, PayloadKind::iri);
  constexpr std::uint64_t kCounter = 7710179754812375040;  // enc_none.inner.json
  EXPECT_TRUE(contain(plain, kCounter, EncryptionType::aes_192_cbc, EncryptedPayloadType::part7).value() == contained.octets);
  EXPECT_EQ(ByteCounter(1795166115).value, kCounter);
}

TEST(Contain, PadsToTheBlock) {
  const auto plain = pdu_of("ps/eps_par_sip_bye_end.ber");
  for (const auto& [type, key, block] : std::vector<std::tuple<EncryptionType, std::size_t, std::size_t>>{
           {EncryptionType::aes_192_cbc, 24, 16}, {EncryptionType::aes_256_cbc, 32, 16}, {EncryptionType::three_des_cbc, 24, 8}}) {
    const auto contained = decode(contain(plain, 1, type, {}).value()).value();
    EXPECT_EQ(container(contained)->payload.size() % block, 0U);
    const auto encrypted = decode(encrypt(contained, type, key_of(key)).value()).value();
    EXPECT_FALSE(container(encrypted)->payload == container(contained)->payload);
    const auto back = decode(decrypt(encrypted, key_of(key)).value()).value();
    EXPECT_TRUE(back.octets == contained.octets);
    EXPECT_TRUE(release(back).value() == plain.octets);
  }
}

// The digest is taken over the contained form (Annex G steps 3 to 5).
TEST(Contain, IsWhatIsHashed) {
  const auto contained = pdu_of("ps/enc_none.ber");
  HashMaker maker(DataType::iri, crypto::Hash::sha256);
  maker.add(contained.header.sequence_number, contained.octets);
  const auto check = decode(encode_integrity_check(contained.header, maker.take()).value()).value();
  const auto encrypted = decode(encrypt(contained, EncryptionType::aes_256_cbc, key_of(32)).value()).value();
  IntegrityChecker checker;
  EXPECT_FALSE(checker.take(decode(decrypt(encrypted, key_of(32)).value()).value()));
  EXPECT_EQ(checker.take(check)->verdict, Verdict::match);
}

TEST(Refusals, AreTold) {
  const auto pdu = pdu_of("ps/enc_aes192.ber");
  const auto plain = pdu_of("ps/hdr_min.ber");
  const auto message = [](const auto& result) { return result ? std::string("ok") : result.error().message(); };
  auto wrong = to_bytes(key_of(24).reveal());
  wrong[0] = 9;
  EXPECT_EQ(message(decrypt(pdu, SecretBytes(wrong))), "the payload does not open with this key (TS 102 232-1 Annex G)");
  EXPECT_EQ(message(decrypt(pdu, key_of(32))), "the cipher takes a key of 24 octets, and text in blocks of 16");
  EXPECT_EQ(message(container(plain)), "the payload is no encryptionContainer (TS 102 232-1 Annex G)");
  EXPECT_EQ(message(release(pdu)), "the payload is encrypted (TS 102 232-1 Annex G)");
  EXPECT_EQ(message(encrypt(pdu, EncryptionType::aes_192_cbc, key_of(24))), "the payload is encrypted already (TS 102 232-1 Annex G)");
  EXPECT_EQ(message(contain(plain, 0, EncryptionType::blowfish_192_cbc, {})), "encryption type 5 is not known here (TS 102 232-1 Annex G)");
  EXPECT_EQ(message(encrypt(pdu_of("ps/enc_none.ber"), EncryptionType::national_option, key_of(24))),
            "encryption type 2 is not known here (TS 102 232-1 Annex G)");
}

}  // namespace
}  // namespace li::ps
