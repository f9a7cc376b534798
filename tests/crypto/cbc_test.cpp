// CBC and the longer digests against published examples.
#include <gtest/gtest.h>

#include "crypto/cbc.hpp"
#include "crypto/hash.hpp"

namespace li::crypto {
namespace {

Bytes octets(std::string_view hex) { return from_hex(hex).value(); }

const auto kBlock = octets("000102030405060708090A0B0C0D0E0F");
const auto kPlain = octets("6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51");

// NIST SP 800-38A F.2.3 and F.2.5, the first two blocks.
TEST(Cbc, ExamplesOfSp80038A) {
  const auto key192 = octets("8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B");
  const auto key256 = octets("603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4");
  const auto cipher192 = octets("4F021DB243BC633D7178183A9FA071E8B4D9ADA9AD7DEDF4E5E738763F69145A");
  const auto cipher256 = octets("F58C4C04D6E5F1BA779EABFB5F7BFBD69CFC4E967EDB808D679F777BC6702C7D");
  EXPECT_TRUE(equal(cbc_encrypt(BlockCipher::aes192, key192, kBlock, kPlain).value(), cipher192));
  EXPECT_TRUE(equal(cbc_encrypt(BlockCipher::aes256, key256, kBlock, kPlain).value(), cipher256));
  EXPECT_TRUE(equal(cbc_decrypt(BlockCipher::aes192, key192, kBlock, cipher192).value(), kPlain));
  EXPECT_TRUE(equal(cbc_decrypt(BlockCipher::aes256, key256, kBlock, cipher256).value(), kPlain));
}

// With three equal keys triple DES is DES: FIPS 81, table C1, CBC of "Now is the time for all ".
TEST(Cbc, TripleDesOfEqualKeysIsDes) {
  const auto key = octets("0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF");
  const auto block = octets("1234567890ABCDEF");
  const auto encrypted = octets("E5C7CDDE872BF27C43E934008C389C0F683788499A7C05F6");
  EXPECT_TRUE(equal(cbc_encrypt(BlockCipher::triple_des, key, block, as_bytes("Now is the time for all ")).value(), encrypted));
  EXPECT_TRUE(equal(cbc_decrypt(BlockCipher::triple_des, key, block, encrypted).value(), as_bytes("Now is the time for all ")));
}

TEST(Cbc, WrongSizesAreRefused) {
  const Bytes key(24, 1);
  for (const auto& result : {cbc_encrypt(BlockCipher::aes256, key, kBlock, kPlain), cbc_encrypt(BlockCipher::aes192, key, Bytes(8), kPlain),
                             cbc_decrypt(BlockCipher::aes192, key, kBlock, Bytes(17))}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::out_of_range);
  }
  EXPECT_TRUE(cbc_encrypt(BlockCipher::aes192, key, kBlock, {}).value().empty());
}

// FIPS 180-4 examples: "abc".
TEST(Digest, Sha512AndPieces) {
  const auto* const expected =
      "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F";
  EXPECT_EQ(to_hex(digest(Hash::sha512, as_bytes("abc"))), expected);
  RunningDigest running(Hash::sha512);
  running.add(as_bytes("a"));
  running.add(as_bytes("bc"));
  EXPECT_EQ(to_hex(running.finish()), expected);
  running.add(as_bytes("abc"));
  EXPECT_EQ(to_hex(running.finish()), expected);
}

}  // namespace
}  // namespace li::crypto
