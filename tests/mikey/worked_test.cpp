// The worked exchanges A (128-bit algorithms) and B (256-bit): every key, MAC and message octet, made by the builders and by the verifying
// side.
#include <gtest/gtest.h>

#include <map>

#include "crypto/hash.hpp"
#include "exchange.hpp"
#include "tests/data/data.hpp"

namespace li::mikey::test {
namespace {

using Values = std::map<std::string, Bytes>;

Values read_values(std::string_view name) {
  Values values;
  for (const auto& line : li::test::split(li::test::read_text(li::test::data_path(name)), "\n")) {
    const auto at = line.find(" = ");
    if (line.starts_with('#') || at == std::string::npos) continue;
    values[line.substr(0, line.find(" = ", line.find("(= ") == std::string::npos ? 0 : line.find(')')))] =
        *from_hex(line.substr(line.rfind(" = ") + 3));
  }
  return values;
}

class Worked : public testing::TestWithParam<std::uint8_t> {
 protected:
  Worked() : values(read_values(GetParam() == 0 ? "mikey/worked/set-a.vec" : "mikey/worked/set-b.vec")), exchange(GetParam()) {
    exchange.play();
  }

  void same(const std::string& name, ByteView octets) const {
    ASSERT_TRUE(values.contains(name)) << name;
    EXPECT_EQ(to_hex(octets), to_hex(values.at(name))) << name;
  }
  void same(const std::string& name, const SecretBytes& key) const { same(name, key.reveal()); }
  // Set B gives length and digest of a message, set A its octets.
  void same_message(const std::string& name, const Bytes& octets) const {
    if (values.contains(name)) return same(name, octets);
    const auto& length = values.at(name + " octets");
    EXPECT_EQ(octets.size(), static_cast<std::size_t>(length[0] << 8 | length[1])) << name;
    same(name + " SHA-256", crypto::digest(crypto::Hash::sha256, octets));
  }
  // Encryption, authentication and salting key of a message.
  void same_schedule(const std::string& name, const KeySchedule& schedule) const {
    const auto n = exchange.key_size();
    if (values.contains(name + " encr_key")) {
      same(name + " encr_key", schedule.encr_key(n));
      same(name + " salt_key", schedule.salt_key(14));
    }
    same(name + " auth_key", schedule.auth_key(GetParam() == 0 ? 20 : 32));
  }

  Values values;
  Exchange exchange;
};

TEST_P(Worked, messages) {
  same_message("REQUEST_INIT_PSK", exchange.request_init);
  same_message("REQUEST_RESP", exchange.request_resp);
  same_message("TRANSFER_INIT", exchange.transfer_init);
  same_message("RESOLVE_INIT_PSK", exchange.resolve_init);
  same_message("RESOLVE_RESP", exchange.resolve_resp);
  same_message("TRANSFER_RESP", exchange.transfer_resp);
}

TEST_P(Worked, keys_of_messages) {
  const auto function = static_cast<Prf>(GetParam());
  const auto request = must(decode(exchange.request_init));
  const auto resolve = must(decode(exchange.resolve_init));
  same_schedule("REQUEST_INIT", request_schedule(request, exchange.psk_alice, Direction::init));
  same_schedule("REQUEST_RESP", request_schedule(request, exchange.psk_alice, Direction::resp));
  same_schedule("RESOLVE_INIT", request_schedule(resolve, exchange.psk_bob, Direction::init));
  same_schedule("RESOLVE_RESP", request_schedule(resolve, exchange.psk_bob, Direction::resp));
  same_schedule("ticket", KeySchedule::ticket(function, exchange.tpk, exchange.ticket_rand));
  same_schedule("Vr", KeySchedule::initiator_data(function, exchange.alice_secrets.mpkr.reveal()));
  EXPECT_TRUE(verify_request(request, exchange.request_init, exchange.psk_alice));
  EXPECT_TRUE(verify_request(resolve, exchange.resolve_init, exchange.psk_bob));
  EXPECT_FALSE(verify_request(resolve, exchange.resolve_init, exchange.psk_alice));
}

TEST_P(Worked, keys_of_the_parties) {
  same("MPKi", exchange.alice_secrets.mpki);
  same("MPKr", exchange.alice_secrets.mpkr);
  same("MPKi", exchange.bob_secrets.mpki);
  same("MPKr'", exchange.bob_secrets.mpkr);
  same("TGK'", exchange.bob_secrets.keys.at(0).key);
  same("ticket KEMAC Encr data", ByteView(find<Kemac>(exchange.ticket.ticket_data)->data));
  same("ticket V MAC", find<Verification>(exchange.ticket.ticket_data)->mac);
  const auto init = must(decode(exchange.transfer_init));
  const auto view = *find_ticket(init, exchange.transfer_init);
  same("Initiator Data", ByteView(exchange.transfer_init).subspan(view.ticket.initiator_data_offset, view.ticket.initiator_data_length));
  same("TRANSFER_INIT MAC (= Vi MAC)", find<Verification>(init.payloads)->mac);
}

TEST_P(Worked, get_keys) {
  Trace trace;
  const auto keys = must(exchange.get_keys(exchange.alice, &trace));
  ASSERT_EQ(keys.sessions.size(), 2U);
  same("TEK CS 1", keys.sessions[0].key);
  same("TEK CS 2", keys.sessions[1].key);
  same("SALT", keys.sessions[0].salt);
  same("MPKi", trace.mpki);
  same("MPKr", trace.mpkr);
  same("MPKr'", trace.mpkr_forked);
  same("TRANSFER_INIT auth_key", trace.init_auth_key);
  same("TRANSFER_RESP auth_key", trace.resp_auth_key);
  EXPECT_EQ(keys.sessions[1].ssrc, 0x22222222U);
}

TEST_P(Worked, session_labels) {
  const auto function = static_cast<Prf>(GetParam());
  const auto n = exchange.key_size();
  const auto& forked = exchange.bob_secrets.keys.at(0).key;
  const auto& master = exchange.alice_secrets.keys.at(0).key;
  for (const auto cs : Bytes{1, 2}) {
    const auto label = SessionLabel::ticket(function, cs, exchange.rand_transfer, exchange.rand_resp);
    same("derived salt CS " + std::to_string(cs) + " (only if no SALT carried)", label.salt(forked.reveal(), 14));
  }
  same("TEK CS 1, no forking (inkey TGK)",
       SessionLabel::ticket(function, 1, exchange.rand_transfer, exchange.rand_resp).tek(master.reveal(), n));
  same("TEK CS 1, no forking, G=0 (RANDRi only)", SessionLabel::ticket(function, 1, exchange.rand_transfer, {}).tek(master.reveal(), n));
}

TEST_P(Worked, both_parties_derive_the_same) {
  const auto as = [](const TicketSecrets& secrets) {
    return [&secrets](const TicketView&) { return Answer<TicketSecrets>(secrets.copy()); };
  };
  const auto kms = must(exchange.get_keys(exchange.bob));
  const auto alice = must(derive_call(exchange.messages(), {}, as(exchange.alice_secrets), {kNow}));
  const auto bob = must(derive_call(exchange.messages(), {}, as(exchange.bob_secrets), {kNow}));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(alice.sessions[i].key == kms.sessions[i].key);
    EXPECT_TRUE(bob.sessions[i].key == kms.sessions[i].key);
  }
}

INSTANTIATE_TEST_SUITE_P(sets, Worked, testing::Values(std::uint8_t{0}, std::uint8_t{1}));

// Facts 12.3: the PRF and the labels of RFC 3830.
TEST(Prf, labels_of_rfc_3830) {
  const auto k = counting(0, 16);
  const auto rand = counting(0x10, 16);
  const auto long_key = counting(0, 48);
  const auto session = [&](Prf function) { return SessionLabel::rfc3830(function, 1, 0x12345678, rand); };
  const auto message = KeySchedule::rfc3830(Prf::mikey_1, k, 0x12345678, rand);
  const auto hex = [](const SecretBytes& key) { return to_hex(key.reveal()); };
  EXPECT_EQ(hex(session(Prf::mikey_1).tek(k, 16)), "838F7DEA3E6C733FB7755A665BFAB763");
  EXPECT_EQ(hex(session(Prf::mikey_1).salt(k, 14)), "C8512869CD0D1ABAA797C728327B");
  EXPECT_EQ(hex(message.encr_key(16)), "0697B39199CBD53C48367CFE440F6BB7");
  EXPECT_EQ(hex(message.auth_key(20)), "6538A34BBD327059CC3372F26C5F476B5F182CCC");
  EXPECT_EQ(hex(message.salt_key(14)), "507CE0A043D2435185E5B2D41100");
  EXPECT_EQ(hex(session(Prf::mikey_1).tek(long_key, 32)), "CC4A1A7FFAA66D18968FE096B90E82AB9A3150683BCFF1A93F06C03E1A84A96D");
  EXPECT_EQ(hex(session(Prf::hmac_sha_256).tek(k, 32)), "79FD124ED776E92942191513DB132AC054822CCEEB5D2372EFB20A816C725D30");
  EXPECT_EQ(hex(session(Prf::hmac_sha_256).tek(long_key, 40)),
            "CB93B511C55830C142643CA886C499C54A4629A554F4ACBE7ED2C25738D3C077B8EA13E019F0C7ED");
}

}  // namespace
}  // namespace li::mikey::test
