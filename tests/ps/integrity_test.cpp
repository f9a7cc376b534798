// Digests of others checked, and made again to the same octets.
#include <gtest/gtest.h>

#include "ps/integrity.hpp"
#include "tests/ps/pdus.hpp"

namespace li::ps {
namespace {

using test::pdus_of;

std::optional<Checked> last_check(const std::vector<Pdu>& pdus, std::size_t without = SIZE_MAX, std::size_t limit = SIZE_MAX) {
  IntegrityChecker checker(limit);
  std::optional<Checked> last;
  for (std::size_t i = 0; i < pdus.size(); ++i) {
    if (i == without) continue;
    if (auto checked = checker.take(pdus[i])) last = std::move(checked);
  }
  return last;
}

TEST(Check, VectorsAsTheirReadmeSays) {
  for (const auto& [file, verdict] : std::vector<std::pair<std::string, Verdict>>{{"stream_hash_sha256", Verdict::match},
                                                                                  {"stream_hash_sha1", Verdict::match},
                                                                                  {"stream_hash_sha512", Verdict::match},
                                                                                  {"stream_hash_cc", Verdict::match},
                                                                                  {"stream_hash_nonmin", Verdict::match},
                                                                                  {"stream_hash_wrong", Verdict::mismatch},
                                                                                  {"tri_signature", Verdict::signature}}) {
    const auto checked = last_check(pdus_of("ps/" + file + ".ber"));
    ASSERT_TRUE(checked) << file;
    EXPECT_EQ(checked->verdict, verdict) << file;
  }
}

TEST(Check, AMissingPduIsNamed) {
  const auto checked = last_check(pdus_of("ps/stream_hash_sha256.ber"), 1);
  EXPECT_EQ(checked->verdict, Verdict::not_verifiable);
  EXPECT_EQ(checked->missing, std::vector<std::uint32_t>{pdus_of("ps/stream_hash_sha256.ber")[1].header.sequence_number});
}

TEST(Check, ALimitLeavesTheOldestOut) {
  const auto checked = last_check(pdus_of("ps/stream_hash_sha256.ber"), SIZE_MAX, 2000);
  EXPECT_EQ(checked->verdict, Verdict::not_verifiable);
  EXPECT_FALSE(checked->missing.empty());
}

TEST(Make, GivesTheVectorsOwnChecks) {
  for (const auto& [file, hash, data] :
       std::vector<std::tuple<std::string, crypto::Hash, DataType>>{{"stream_hash_sha256", crypto::Hash::sha256, DataType::iri},
                                                                    {"stream_hash_sha1", crypto::Hash::sha1, DataType::iri},
                                                                    {"stream_hash_sha512", crypto::Hash::sha512, DataType::iri},
                                                                    {"stream_hash_cc", crypto::Hash::sha256, DataType::cc}}) {
    const auto pdus = pdus_of("ps/" + file + ".ber");
    HashMaker maker(data, hash);
    for (std::size_t i = 0; i + 1 < pdus.size(); ++i) maker.add(pdus[i].header.sequence_number, pdus[i].octets);
    EXPECT_EQ(maker.count(), pdus.size() - 1);
    auto check = maker.take();
    EXPECT_EQ(maker.count(), 0U);
    EXPECT_EQ(check, integrity_check(pdus.back())) << file;
    EXPECT_TRUE(encode_integrity_check(pdus.back().header, check).value() == pdus.back().octets) << file;
  }
}

TEST(Make, BeginsAnewBehindACheck) {
  HashMaker maker(DataType::iri, crypto::Hash::sha384);
  maker.add(0, as_bytes("a"));
  static_cast<void>(maker.take());
  maker.add(1, as_bytes("abc"));
  const auto check = maker.take();
  EXPECT_EQ(check.included_sequence_numbers, std::vector<std::uint32_t>{1});
  EXPECT_EQ(to_hex(check.check_value),  // FIPS 180-4, SHA-384 of "abc"
            "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C825A7");
}

}  // namespace
}  // namespace li::ps
