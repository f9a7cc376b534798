// PDUs of streams, damage between and inside them, and forms told from their start.
#include "capture/pdus.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "capture/lookahead.hpp"
#include "capture/secrets.hpp"
#include "ps/pdu.hpp"
#include "tests/data/data.hpp"
#include "x2/codec.hpp"
#include "x2/json.hpp"

namespace li::capture {
namespace {

using test::data_path;

bool can_be_read(Form form, ByteView octets) {
  if (form == Form::x2) return x2::decode(octets).has_value();
  return schema::check(form == Form::ps ? ps::pdu_type() : ps::voip_cc_pdu_type(), octets).has_value();
}

struct Seen {
  std::size_t pdus = 0;
  std::vector<std::string> damage;
};

Seen read(Form form, ByteView octets) {
  std::istringstream in{std::string(as_text(octets))};
  PduReader reader(in, form);
  Seen seen;
  while (const auto item = reader.next()) {
    if (item->error) {
      seen.damage.push_back(item->error->message());
    } else if (can_be_read(form, item->octets)) {
      EXPECT_TRUE(equal(item->octets, octets.subspan(item->offset, item->octets.size())));
      ++seen.pdus;
    } else {
      seen.damage.emplace_back("content");
      reader.reject();
    }
  }
  return seen;
}

Form form_named(const std::string& folder) { return form_by_name(folder).value(); }
std::string suffix(const std::string& folder) { return folder == "x2" ? ".bin" : ".ber"; }

TEST(Pdus, EveryVectorIsFoundByLookingAndReadWhole) {
  for (const std::string folder : {"ps", "hi3", "x2"}) {
    for (const auto& row : test::read_table(folder + "/INDEX.tsv")) {
      SCOPED_TRACE(folder + "/" + row.at(0));
      const auto octets = test::read_octets(data_path(folder + "/" + row.at(0) + suffix(folder)));
      EXPECT_EQ(name_of(form_of(ByteView(octets).first(std::min(octets.size(), kStart)))), folder);
      const auto seen = read(form_named(folder), octets);
      EXPECT_EQ(std::to_string(seen.pdus), row.at(2));
      EXPECT_TRUE(seen.damage.empty()) << seen.damage.front();
    }
  }
}

TEST(Pdus, MalformedOnesAreDamageAsTheManifestsSay) {
  for (const std::string folder : {"ps", "hi3", "x2"}) {
    for (const auto& row : test::read_table(folder + "/malformed/MANIFEST.tsv")) {
      const auto seen = read(form_named(folder), test::read_octets(data_path(folder + "/malformed/" + row.at(0))));
      if (row.at(2) == "reject" && seen.damage.empty()) ADD_FAILURE() << folder << "/" << row.at(0) << ": " << row.at(5);
    }
  }
}

Bytes join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(Damage, PsPdusGoOnBehindIt) {
  const auto pdu = test::read_octets(data_path("ps/eps_par_keys_2_mixed.ber"));
  const auto text = to_bytes(std::string_view("GET / HTTP/1.1 0000\r\n\r\n"));
  auto seen = read(Form::ps, join({pdu, text, pdu}));
  EXPECT_EQ(seen.pdus, 2U);
  EXPECT_EQ(seen.damage, std::vector<std::string>{"0xdd: tag [APPLICATION 7] starts no PDU: it must be a SEQUENCE (TS 102 232-1 A.2)"});

  auto swallows = pdu;  // its length takes in the next one
  ASSERT_EQ(swallows[1], 0x81);
  swallows[2] = static_cast<std::uint8_t>(swallows[2] + 20);
  seen = read(Form::ps, join({swallows, pdu, pdu}));
  EXPECT_EQ(seen.pdus, 2U);
  EXPECT_EQ(seen.damage, std::vector<std::string>{"content"});

  auto broken = pdu;  // its length is right
  broken[5] = 0x90;
  seen = read(Form::ps, join({broken, pdu}));
  EXPECT_EQ(seen.pdus, 1U);
  EXPECT_EQ(seen.damage, std::vector<std::string>{"content"});
}

TEST(Damage, ACutPduNamesTheMember) {
  auto pdu = test::read_octets(data_path("ps/eps_par_sip_bye_end.ber"));
  pdu.resize(400);
  const auto seen = read(Form::ps, pdu);
  ASSERT_EQ(seen.damage.size(), 1U);
  EXPECT_NE(seen.damage[0].find("payload.iRIPayloadSequence[0].iRIContents.ePSIRI.iRI-EPS-Parameters.sIPMessage"), std::string::npos)
      << seen.damage[0];
}

TEST(Damage, X2EndsThere) {
  const auto pdu = test::read_octets(data_path("x2/keepalive_0.bin"));
  const auto seen = read(Form::x2, join({pdu, Bytes(16, 0xFF), pdu}));
  EXPECT_EQ(seen.pdus, 1U);
  EXPECT_EQ(seen.damage, std::vector<std::string>{"0x30: major version 255, known is 0 (TS 103 221-2 5.1)"});
  EXPECT_EQ(read(Form::x2, {}).damage, std::vector<std::string>{"0x0: empty input: no PDU"});
}

TEST(Lookahead, GivesTheWholeStream) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + " ";
  std::istringstream in(text);
  Lookahead ahead(in, 100);
  EXPECT_EQ(as_text(ahead.start()), text.substr(0, 100));
  std::istream all(&ahead);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(all), {}), text);
  EXPECT_EQ(as_text(ahead.start()), text.substr(0, 100));
}

TEST(Secrets, KeysOfPayloadsAreHidden) {
  const auto keys = x2::decode(test::read_octets(data_path("x2/eps_keys.bin"))).value();
  const auto hidden = masked(keys);
  EXPECT_FALSE(hidden == keys);
  EXPECT_TRUE(was_masked(hidden));
  EXPECT_FALSE(was_masked(keys));
  EXPECT_EQ(hidden.payload.size(), keys.payload.size());
  EXPECT_TRUE(schema::check(schema::get("EpsIRIsContent"), hidden.payload));

  x2::Pdu sdes;
  sdes.payload = to_record_bytes(as_bytes("INVITE sip:a SIP/2.0\r\n\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n"));
  sdes.attributes.push_back(x2::attribute(x2::AttributeType::sdp_session_description, as_bytes("a=crypto:1 x inline:c2VjcmV0")));
  EXPECT_EQ(as_text(masked(sdes).payload).find("c2VjcmV0"), std::string_view::npos);
  EXPECT_EQ(as_text(masked(sdes).attributes[0].contents), "a=crypto:1 x inline:********");
  EXPECT_TRUE(was_masked(masked(sdes)));
}

TEST(Secrets, PayloadTypes) {
  const auto type = [](const std::string& name) {
    const auto* found = payload_type(x2::decode(test::read_octets(data_path("x2/" + name + ".bin"))).value());
    return found == nullptr ? std::string_view("none") : found->name;
  };
  EXPECT_EQ(type("eps_keys"), "EpsIRIsContent");
  EXPECT_EQ(type("tgpp33108"), "UmtsIRIsContent");
  EXPECT_EQ(type("sip_min"), "none");
  EXPECT_EQ(type("tgpp33128"), "none");
}

}  // namespace
}  // namespace li::capture
