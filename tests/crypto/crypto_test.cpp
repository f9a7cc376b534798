// Published values: RFC 2202, 4231 (HMAC), 3711 and 6188 (AES counter mode, SRTP key derivation), 3394 (key wrap), 8032 (Ed25519).
#include <gtest/gtest.h>

#include "crypto/certificate.hpp"
#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace li::crypto {
namespace {

Bytes hex(std::string_view digits) { return *from_hex(digits); }
std::string hex(const SecretBytes& octets) { return to_hex(octets.reveal()); }
ByteView text(std::string_view characters) { return as_bytes(characters); }

TEST(Hmac, rfc_2202_and_4231) {
  EXPECT_EQ(hex(hmac(Hash::sha1, Bytes(20, 0x0b), {text("Hi There")})), "B617318655057264E28BC0B6FB378C8EF146BE00");
  EXPECT_EQ(hex(hmac(Hash::sha1, text("Jefe"), {text("what do ya want "), text("for nothing?")})),
            "EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79");
  EXPECT_EQ(hex(hmac(Hash::sha256, Bytes(20, 0x0b), {text("Hi There")})),
            "B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C9833DA726E9376C2E32CFF7");
  EXPECT_EQ(hex(hmac(Hash::sha256, Bytes(131, 0xaa), {text("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "60E431591EE0B67F0D8A26AACBF5B77F8E0BC6213728C5140546040F0EE37F54");
}

TEST(Hmac, empty_key_is_not_the_last_one) {
  const auto empty = hex(hmac(Hash::sha256, {}, {text("x")}));
  (void)hmac(Hash::sha256, text("Jefe"), {text("x")});
  EXPECT_EQ(hex(hmac(Hash::sha256, {}, {text("x")})), empty);
  EXPECT_EQ(empty, hex(hmac(Hash::sha256, Bytes(64, 0), {text("x")})));  // RFC 2104 pads with zeros
}

TEST(Digest, fips_180) {
  EXPECT_EQ(to_hex(digest(Hash::sha1, text("abc"))), "A9993E364706816ABA3E25717850C26C9CD0D89D");
  EXPECT_EQ(to_hex(digest(Hash::sha256, text("abc"))), "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
}

TEST(AesCounter, key_streams_of_rfc_3711_and_6188) {
  const auto block = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000");
  EXPECT_EQ(hex(*aes_ctr(hex("2B7E151628AED2A6ABF7158809CF4F3C"), block, Bytes(16))), "E03EAD0935C95E80E166B16DD92B4EB4");
  EXPECT_EQ(hex(*aes_ctr(hex("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98"), block, Bytes(16))),
            "92BDD28A93C3F52511C677D08B5515A4");
}

// RFC 3711 clause 4.3: a session key is the key stream of the master key at (label XOR master salt) * 2^16.
std::string srtp_key(std::string_view master_key, std::string_view master_salt, std::uint8_t label, std::size_t octets) {
  auto block = hex(master_salt);
  block[7] ^= label;
  block.resize(16);
  return hex(*aes_ctr(hex(master_key), block, Bytes(octets)));
}

TEST(AesCounter, srtp_key_derivation_of_rfc_3711) {
  constexpr auto key = "E1F97A0D3E018BE0D64FA32C06DE4139";
  constexpr auto salt = "0EC675AD498AFEEBB6960B3AABE6";
  EXPECT_EQ(srtp_key(key, salt, 0, 16), "C61E7A93744F39EE10734AFE3FF7A087");
  EXPECT_EQ(srtp_key(key, salt, 2, 14), "30CBBC08863D8C85D49DB34A9AE1");
  EXPECT_EQ(srtp_key(key, salt, 1, 20), "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
}

TEST(AesCounter, srtp_key_derivation_of_rfc_6188) {
  constexpr auto key = "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6";
  constexpr auto salt = "3b04803de51ee7c96423ab5b78d2";
  EXPECT_EQ(srtp_key(key, salt, 0, 32), "5BA1064E30EC51613CAD926C5A28EF731EC7FB397F70A960653CAF06554CD8C4");
  EXPECT_EQ(srtp_key(key, salt, 2, 14), "FA31791685CA444A9E07C6C64E93");
  EXPECT_EQ(srtp_key(key, salt, 1, 20), "FD9C32D39ED5FBB5A9DC96B30818454D1313DC05");
}

TEST(AesWrap, rfc_3394) {
  const auto kek = hex("000102030405060708090A0B0C0D0E0F");
  const auto initial = hex("A6A6A6A6A6A6A6A6");
  const auto wrapped = hex("1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5");
  EXPECT_EQ(hex(*aes_wrap(kek, initial, hex("00112233445566778899AABBCCDDEEFF"))), to_hex(wrapped));
  EXPECT_EQ(hex(*aes_unwrap(kek, initial, wrapped)), "00112233445566778899AABBCCDDEEFF");
  for (std::size_t i = 0; i < wrapped.size(); ++i) {
    auto changed = wrapped;
    changed[i] ^= 1;
    EXPECT_FALSE(aes_unwrap(kek, initial, changed)) << i;
  }
  EXPECT_EQ(aes_wrap(kek, initial, Bytes(20)).error().kind, ErrorKind::out_of_range);
  EXPECT_EQ(aes_wrap(kek, initial, Bytes(8)).error().kind, ErrorKind::out_of_range);
}

TEST(Seal, opens_only_unchanged_in_its_place) {
  const auto key = random_secret(32);
  const auto sealed = *seal(key.reveal(), text("secret"), text("table/row"));
  EXPECT_EQ(as_text(open(key.reveal(), sealed, text("table/row"))->reveal()), "secret");
  EXPECT_FALSE(open(key.reveal(), sealed, text("table/other")));
  EXPECT_FALSE(open(random_secret(32).reveal(), sealed, text("table/row")));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(open(key.reveal(), changed, text("table/row"))) << i;
  }
  EXPECT_EQ(open(key.reveal(), Bytes(27), {}).error().kind, ErrorKind::truncated);
  EXPECT_EQ(seal(Bytes(16), {}, {}).error().kind, ErrorKind::out_of_range);
  EXPECT_NE(*seal(key.reveal(), {}, {}), *seal(key.reveal(), {}, {}));  // a fresh nonce each time
}

TEST(Ed25519, rfc_8032_test_1) {
  const auto key = *PublicKey::from_ed25519(hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  auto signature = hex(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  EXPECT_TRUE(key.verify({}, signature));
  EXPECT_FALSE(key.verify(text("x"), signature));
  signature[0] ^= 1;
  EXPECT_FALSE(key.verify({}, signature));
}

TEST(Keys, pem_and_back) {
  const auto key = PrivateKey::new_ed25519();
  const auto again = *PrivateKey::from_pem(key.to_pem().reveal());
  const auto signature = *again.sign(text("entry"));
  EXPECT_TRUE(key.public_key().verify(text("entry"), signature));
  EXPECT_TRUE(PublicKey::from_pem(key.public_key().to_pem())->verify(text("entry"), signature));
  EXPECT_FALSE(PrivateKey::from_pem(text("-----BEGIN PRIVATE KEY-----\n")));
  EXPECT_FALSE(key.sign(Signature::rsa_pkcs1, Hash::sha1, text("x")));
  EXPECT_FALSE(key.public_key().encrypt(Padding::oaep, text("x")));
}

TEST(Certificates, broken_ones) {
  EXPECT_FALSE(Certificate::from_der(hex("3000")));
  EXPECT_FALSE(Certificate::from_pem("no certificate"));
  EXPECT_FALSE(verify_chain({}, {}, 0));
}

}  // namespace
}  // namespace li::crypto
