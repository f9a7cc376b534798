// What the store does with numbers: repeated ones, other octets, gaps, rounds, resets.
#include "lemf/store.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "crypto/hash.hpp"
#include "db/sqlite.hpp"
#include "ps/write.hpp"
#include "tests/lemf/lab.hpp"

namespace {

using namespace li;
using namespace li::lemf;
using namespace li::lemf::test;

constexpr auto kLast = std::numeric_limits<std::uint32_t>::max();

struct LemfNumbers : testing::Test, Shelf {
  /// Sets where the one context of the test stands.
  void stand_at(std::int64_t next) {
    store.reset();
    const auto done = li::test::output_of("sqlite3 " + options.path + " 'UPDATE contexts SET next = " + std::to_string(next) + "' 2>&1");
    ASSERT_EQ(done, "");
    open();
  }
};

TEST_F(LemfNumbers, numbers_count_in_the_whole_key) {
  auto country = ps::decode(iri_pdu({})).value();
  for (const auto& pdu : {Pdu{}, Pdu{.liid = "LI-2"}, Pdu{.cin = 8}, Pdu{.cin = {}}, Pdu{.operator_identifier = "31020"}}) {
    const auto outcome = put(pdu);
    EXPECT_EQ(outcome.stored, 1U);
    EXPECT_TRUE(outcome.notices.empty());
  }
  EXPECT_EQ(put(tri_pdu({}, ps::Tri::test)).stored, 1U) << "another payload type";
  EXPECT_EQ(all().size(), 6U);
}

TEST_F(LemfNumbers, gaps_are_told_and_closed) {
  put(Pdu{});
  const auto outcome = put(Pdu{.number = 4});
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].what, Notice::What::gap);
  EXPECT_EQ(outcome.notices[0].first, 1U);
  EXPECT_EQ(outcome.notices[0].last, 3U);
  EXPECT_EQ(store->counts()->gaps_open, 1U);
  EXPECT_TRUE(put(Pdu{.number = 2}).notices.empty());
  EXPECT_EQ(put(Pdu{.number = 2}).duplicates, 1U);
  EXPECT_EQ(gaps().at(0).missing, 2U);
  EXPECT_TRUE(put(Pdu{.number = 3}).notices.empty());
  open();
  const auto last = put(Pdu{.number = 1});
  ASSERT_EQ(last.notices.size(), 1U);
  EXPECT_EQ(last.notices[0].what, Notice::What::gap_closed);
  EXPECT_TRUE(gaps().empty());
  EXPECT_EQ(gaps(true).at(0).closed, kNow);
  EXPECT_EQ(store->counts()->items, 5U);
}

TEST_F(LemfNumbers, a_context_begins_with_0) {
  const auto outcome = put(Pdu{.number = 2});
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].first, 0U);
  EXPECT_EQ(outcome.notices[0].last, 1U);
}

TEST_F(LemfNumbers, numbers_go_round) {
  put(Pdu{});
  stand_at(kLast);
  EXPECT_TRUE(put(Pdu{.number = kLast}).notices.empty());
  const auto again = put(Pdu{.number = 0, .session = 2});
  EXPECT_EQ(again.stored, 1U);
  EXPECT_EQ(again.conflicts, 0U) << "number 0 of the next round";
  EXPECT_TRUE(again.notices.empty());
  const auto gap = put(Pdu{.number = 2});
  ASSERT_EQ(gap.notices.size(), 1U);
  EXPECT_EQ(gap.notices[0].first, 1U);
  EXPECT_EQ(put(Pdu{.number = kLast}).duplicates, 1U) << "one of the round before";
}

TEST_F(LemfNumbers, a_gap_over_the_end_of_the_round) {
  put(Pdu{});
  stand_at(kLast);
  const auto outcome = put(Pdu{.number = 1, .session = 2});
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].first, kLast);
  EXPECT_EQ(outcome.notices[0].last, 0U);
  put(Pdu{.number = 0, .session = 3});
  EXPECT_EQ(put(Pdu{.number = kLast, .session = 3}).notices.at(0).what, Notice::What::gap_closed);
}

TEST_F(LemfNumbers, a_reset_begins_anew) {
  put(Pdu{});
  put(Pdu{.liid = "LI-2"});
  put(Pdu{.operator_identifier = "31020"});
  const auto reset = tri_pdu({.liid = "-", .cin = 0}, ps::Tri::cin_reset);
  const auto outcome = put(reset);
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].what, Notice::What::reset);
  EXPECT_EQ(put(Pdu{.session = 2}).conflicts, 0U);
  EXPECT_EQ(put(reset).duplicates, 1U) << "after a reconnection it comes again";
  EXPECT_EQ(put(Pdu{.number = 1}).notices.size(), 0U);
  EXPECT_EQ(put(Pdu{.liid = "LI-2", .session = 2}).conflicts, 0U);
  EXPECT_EQ(put(Pdu{.session = 2, .operator_identifier = "31020"}).conflicts, 1U) << "another mediation function's numbers go on";
  EXPECT_EQ(put(Pdu{}).duplicates, 1U) << "from before the reset";
}

TEST_F(LemfNumbers, a_reset_of_one_liid) {
  put(Pdu{});
  put(Pdu{.liid = "LI-2"});
  put(tri_pdu({.cin = 0}, ps::Tri::cin_reset));
  EXPECT_EQ(put(Pdu{.session = 2}).conflicts, 0U);
  EXPECT_EQ(put(Pdu{.liid = "LI-2", .session = 2}).conflicts, 1U);
}

TEST_F(LemfNumbers, remembers_a_few_contexts_and_counts_in_all) {
  options.remembered = 4;
  open();
  const auto of = [](std::uint32_t cin, std::uint32_t number) { return Pdu{.number = number, .cin = cin}; };
  Delivery many;
  for (std::uint32_t cin = 0; cin < 12; ++cin) many.arrivals.push_back(arrived(iri_pdu(of(cin, 0))));
  ASSERT_TRUE(store->put(many));
  for (std::uint32_t number = 1; number < 3; ++number) {
    for (std::uint32_t cin = 0; cin < 12; ++cin) {
      EXPECT_TRUE(put(of(cin, number)).notices.empty()) << cin << " " << number;
      EXPECT_LE(store->counts()->remembered, 4U);
    }
  }
  for (std::uint32_t cin = 0; cin < 12; ++cin) {
    EXPECT_EQ(put(of(cin, 1)).duplicates, 1U) << cin;
    const auto gap = put(of(cin, 5));
    ASSERT_EQ(gap.notices.size(), 1U) << cin;
    EXPECT_EQ(gap.notices[0].what, Notice::What::gap);
    EXPECT_EQ(gap.notices[0].first, 3U);
    EXPECT_EQ(gap.notices[0].last, 4U);
  }
  EXPECT_EQ(store->counts()->gaps_open, 12U);
}

TEST_F(LemfNumbers, drops_what_comes_again) {
  put(Pdu{});
  put(Pdu{.number = 1});
  for (const bool restart : {false, true}) {
    if (restart) open();
    const auto again = put(Pdu{});
    EXPECT_EQ(again.stored, 0U);
    EXPECT_EQ(again.duplicates, 1U);
    EXPECT_TRUE(again.notices.empty());
  }
  EXPECT_EQ(all().size(), 2U);
}

TEST_F(LemfNumbers, other_octets_under_a_number_are_kept_and_told) {
  put(Pdu{});
  const auto outcome = put(Pdu{.session = 2});
  EXPECT_EQ(outcome.conflicts, 1U);
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].what, Notice::What::conflict);
  EXPECT_EQ(outcome.notices[0].context, "operator 31015, CIN 7, iRIPayloadSequence");
  EXPECT_EQ(all().size(), 2U);
  EXPECT_EQ(put(Pdu{.session = 2}).duplicates, 1U) << "the second one is known now too";
  EXPECT_TRUE(put(Pdu{.number = 1}).notices.empty()) << "the sequence goes on";
}

// It would take longer with each: one sender could hold up all others.
TEST_F(LemfNumbers, what_stands_under_a_number_is_never_opened_again) {
  put(Pdu{});
  put(Pdu{.session = 2});
  store.reset();
  ASSERT_EQ(li::test::output_of("sqlite3 " + options.path + " \"UPDATE items SET sealed = x'00'\" 2>&1"), "");
  open();
  EXPECT_EQ(put(Pdu{}).duplicates, 1U);
  EXPECT_EQ(put(Pdu{.session = 2}).duplicates, 1U);
  EXPECT_EQ(put(Pdu{.session = 3}).conflicts, 1U);
}

TEST_F(LemfNumbers, a_digest_confirms_no_guess) {
  const auto digest = [this] {
    const auto found = li::test::output_of("sqlite3 " + options.path + " 'SELECT hex(digest) FROM items' 2>&1");
    return from_hex(found.substr(0, found.find('\n'))).value();
  };
  const auto pdu = iri_pdu({});
  put(pdu);
  const auto first = digest();
  EXPECT_EQ(first.size(), 32U);
  EXPECT_NE(first, crypto::digest(crypto::Hash::sha256, pdu));
  EXPECT_TRUE(on_disk(options.path, as_text(first)));
  EXPECT_EQ(store->erase(as_bytes("LI-1")), 1U);
  EXPECT_FALSE(on_disk(options.path, as_text(first)));
  put(pdu);
  EXPECT_NE(digest(), first) << "its key has gone with the LIID";
}

}  // namespace
