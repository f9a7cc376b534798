#include "schema/writer.hpp"

#include <gtest/gtest.h>

#include "schema/output.hpp"
#include "tests/data/data.hpp"

namespace li::schema {
namespace {

const Type& key_info() { return get("CCKeyInfo"); }

std::string outcome(Writer& writer) {
  const auto result = writer.finish();
  return result ? to_hex(*result) : result.error().message();
}

TEST(Writer, WritesMembers) {
  Writer writer(key_info());
  EXPECT_EQ(writer.pending(), &key_info());
  writer.begin();
  EXPECT_EQ(writer.pending(), nullptr);
  writer.member(*key_info().find("cCCSID"), Bytes{1});
  writer.member("cCDecKey");
  EXPECT_EQ(writer.pending_member(), key_info().find("cCDecKey"));
  writer.content(Bytes{2});
  writer.end();
  EXPECT_EQ(outcome(writer), "3006810101820102");
}

TEST(Writer, PutsMembersInOrder) {
  Writer writer(key_info());
  writer.begin();
  writer.member(*key_info().find("cCSalt"), Bytes{3});
  writer.raw(test::octets_of("8901AA"));
  writer.member(*key_info().find("cCDecKey"), Bytes{2});
  writer.member(*key_info().find("cCCSID"), Bytes{1});
  writer.end();
  EXPECT_EQ(outcome(writer), "300C8101018201028301038901AA");
}

TEST(Writer, FirstErrorSticks) {
  Writer writer(key_info());
  writer.begin();
  writer.member("none");
  EXPECT_FALSE(writer.ok());
  writer.member("cCCSID");
  writer.content(Bytes{1});
  writer.raw(Bytes{1});
  writer.item();
  writer.end();
  writer.refuse(ErrorKind::limit, "later");
  EXPECT_EQ(writer.error().kind, ErrorKind::unknown);
  EXPECT_EQ(outcome(writer), "no member \"none\" in CCKeyInfo (UmtsHI2Operations, CCKeyInfo)");
}

TEST(Writer, RefusesWhatIsNotFinished) {
  Writer nothing(key_info());
  EXPECT_EQ(outcome(nothing), "the value has not ended");
  Writer half(key_info());
  half.begin();
  EXPECT_EQ(outcome(half), "the value has not ended");
}

TEST(Writer, RefusesTheWrongShape) {
  Writer simple(key_info());
  simple.content(Bytes{1});
  EXPECT_EQ(outcome(simple), "a simple value where one with members belongs");
  Writer with_members(get("LocationErrorCode"));
  with_members.begin();
  EXPECT_EQ(outcome(with_members), "a value with members where a simple one belongs");
  Writer member_of_list(get("MediaDecryption-info"));
  member_of_list.begin();
  member_of_list.member("cCCSID");
  EXPECT_EQ(outcome(member_of_list), "no member, item or end can stand here");
}

TEST(Writer, RefusesCallsOutOfTurn) {
  const auto& key = key_info();
  const auto refused = [&](auto&& calls) {
    Writer writer(key);
    calls(writer);
    return outcome(writer);
  };
  EXPECT_EQ(refused([](Writer& w) { w.end(); }), "a value belongs here");
  EXPECT_EQ(refused([](Writer& w) { w.item(); }), "a value belongs here");
  EXPECT_EQ(refused([](Writer& w) { w.raw(Bytes{0x89, 0}); }), "a value belongs here");
  EXPECT_EQ(refused([](Writer& w) { w.begin(), w.item(); }), "no member, item or end can stand here");
  EXPECT_EQ(refused([](Writer& w) { w.begin(), w.member("cCCSID"), w.member("cCDecKey"); }), "cCCSID: a value belongs here");
  EXPECT_EQ(refused([](Writer& w) { w.begin(), w.member("cCCSID"), w.end(); }), "cCCSID: a value belongs here");
  EXPECT_EQ(refused([&](Writer& w) {
              w.begin(), w.member("cCCSID"), w.content(Bytes{1}), w.member("cCDecKey"), w.content(Bytes{1}), w.end();
              w.end();
            }),
            "no member, item or end can stand here");
}

TEST(Writer, RefusesAKnownMemberAsUnknown) {
  Writer known(key_info());
  known.begin();
  known.raw(Bytes{0x81, 0x01, 0x58});
  EXPECT_EQ(outcome(known), "tag [1] as an unknown TLV: it is cCCSID (UmtsHI2Operations, CCKeyInfo)");
  Writer early(key_info());
  early.begin();
  early.raw(Bytes{0x89, 0x00});
  early.member("cCCSID"), early.content(Bytes{1});
  early.member("cCDecKey"), early.content(Bytes{1});
  early.end();
  EXPECT_EQ(outcome(early),
            "cCCSID: behind an unknown TLV, which can stand only where the extension marker is (UmtsHI2Operations, CCKeyInfo)");
}

TEST(Writer, RefusesUnknownTlvsWithoutAMarker) {
  Writer writer(get("GA-PointWithUnCertainty"));
  writer.begin();
  writer.raw(test::octets_of("8901AA"));
  EXPECT_EQ(outcome(writer), "GA-PointWithUnCertainty has no extension marker (UmtsHI2Operations, GA-PointWithUnCertainty)");
}

TEST(Writer, RefusesASecondUnknownAlternative) {
  Writer writer(get("Network-Element-Identifier"));
  writer.begin();
  writer.raw(test::octets_of("8901AA"));
  EXPECT_TRUE(writer.ok());
  writer.raw(test::octets_of("8901AA"));
  EXPECT_EQ(outcome(writer), "a second alternative in a CHOICE (HI2Operations, Network-Element-Identifier)");
}

TEST(Writer, OctetsAsTheyAreStillHaveASize) {
  Writer writer(get("National-HI2-ASN1parameters"));
  writer.begin();
  writer.member("countryCode");
  writer.octets_as_they_are(test::octets_of("4440"));
  EXPECT_TRUE(writer.ok());
  Writer other(get("LocationErrorCode"));
  other.octets_as_they_are(Bytes{0, 0});
  EXPECT_FALSE(other.ok());
}

// --- Output ---

TEST(Output, KeepsTextWithoutASink) {
  Output out;
  out.put("a");
  out.put('b');
  out.pad(2);
  out.hex(Bytes{0xCD});
  out.settle();
  out.flush();
  EXPECT_EQ(out.take(), "ab  CD");
}

TEST(Output, HandsOnInPieces) {
  std::string got;
  std::size_t calls = 0;
  Output out([&](std::string_view text) { got += text, ++calls; });
  out.put("small");
  out.settle();
  EXPECT_EQ(calls, 0U);
  out.put(std::string(100'000, 'x'));
  out.settle();
  EXPECT_EQ(calls, 1U);
  out.put("end");
  out.flush();
  EXPECT_EQ(got, "small" + std::string(100'000, 'x') + "end");
  EXPECT_TRUE(out.text().empty());
}

}  // namespace
}  // namespace li::schema
