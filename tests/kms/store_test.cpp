#include "kms/store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/kms/scratch.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;

const SecretBytes kKey{Bytes(32, 0xA7)};
const auto kBtid = to_bytes("btid-1");

struct StoreTest : testing::Test {
  Scratch scratch;
  Store::Options options = store_options(scratch);
  std::unique_ptr<Store> store = new_store(options);

  void reopen() {
    store.reset();
    store = std::move(*Store::open(options, master_key()));
  }
  void add_alice() {
    ASSERT_TRUE(store->add_subscriber("alice", {"sip:alice@home1.example", "tel:+31201234567", "alice@home1.example"}, kNow));
  }
  /// Whether an octet string stands in the database, its log or its index.
  bool on_disk(ByteView octets) {
    for (const auto* end : {"", "-wal", "-shm"}) {
      if (read_file(options.path + end).find(as_text(octets)) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(StoreTest, SubscribersAreKeptWithTheirIdentities) {
  add_alice();
  reopen();
  const auto found = store->subscriber_of("tel:+31201234567");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "alice");
  EXPECT_EQ((*found)->identities.size(), 3U);
  EXPECT_EQ(store->subscribers()->size(), 1U);
  EXPECT_FALSE(*store->subscriber_of("sip:bob@home1.example"));
}

TEST_F(StoreTest, AnIdentityHasOneOwner) {
  add_alice();
  const auto twice = store->add_subscriber("eve", {"sip:eve@home1.example", "sip:alice@home1.example"}, kNow);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().text, "identity 'sip:alice@home1.example' exists already");
  EXPECT_EQ(store->subscribers()->size(), 1U) << "half a subscriber stayed";
  EXPECT_FALSE(store->add_to_group("sip:alice@home1.example", "sip:bob@home1.example"));
  ASSERT_TRUE(store->add_to_group("sip:sales@home1.example", "sip:bob@home1.example"));
  EXPECT_FALSE(store->add_subscriber("sales", {"sip:sales@home1.example"}, kNow));
}

TEST_F(StoreTest, BadIdentitiesAreRefused) {
  for (const auto* bad : {"", "alice", "sip:al ice@home1.example", "@", "sip:", "sip:alice@home1.example\n", "s\xC3\xAFp:a@b"}) {
    EXPECT_FALSE(store->add_subscriber("alice", {bad}, kNow)) << bad;
  }
  EXPECT_FALSE(store->add_subscriber("alice", {}, kNow));
  EXPECT_FALSE(store->add_subscriber("", {"sip:alice@home1.example"}, kNow));
}

TEST_F(StoreTest, KeysLiveUntilTheyExpireAndGoWithTheSubscriber) {
  add_alice();
  ASSERT_TRUE(store->put_key("alice", kBtid, kKey, kNow + 1h));
  EXPECT_EQ((*store->key(kBtid, kNow))->key, kKey);
  EXPECT_FALSE(*store->key(kBtid, kNow + 1h));
  EXPECT_FALSE(*store->key(to_bytes("btid-2"), kNow));
  const SecretBytes other{Bytes(16, 1)};
  ASSERT_TRUE(store->put_key("alice", kBtid, other, kNow + 2h));
  EXPECT_EQ((*store->key(kBtid, kNow + 1h))->key, other);
  EXPECT_EQ(store->keys_of((*store->key(kBtid, kNow))->subscriber, kNow)->size(), 1U);
  ASSERT_TRUE(store->add_subscriber("bob", {"sip:bob@home1.example"}, kNow));
  EXPECT_FALSE(store->put_key("bob", kBtid, kKey, kNow + 1h)) << "a key id changed its owner";
  ASSERT_TRUE(store->remove_subscriber("alice"));
  EXPECT_FALSE(*store->key(kBtid, kNow));
  EXPECT_FALSE(store->remove_subscriber("alice"));
  EXPECT_FALSE(store->put_key("alice", kBtid, kKey, kNow + 1h));
  EXPECT_FALSE(store->put_key("bob", to_bytes("short"), SecretBytes(Bytes(15, 1)), kNow + 1h));
}

TEST_F(StoreTest, CertificatesBelongToSubscribers) {
  add_alice();
  const auto der = to_bytes("a certificate");
  ASSERT_TRUE(store->add_certificate("alice", der));
  EXPECT_FALSE(store->add_certificate("alice", der));
  const auto owner = store->owner_of_certificate(der);
  ASSERT_TRUE(owner && *owner);
  EXPECT_EQ(store->certificates_of(**owner)->front(), der);
  EXPECT_EQ((*store->subscriber(**owner))->name, "alice");
  EXPECT_FALSE(*store->owner_of_certificate(to_bytes("another")));
}

TEST_F(StoreTest, GroupsHaveMembers) {
  ASSERT_TRUE(store->add_to_group("sip:sales@home1.example", "sip:bob@home1.example"));
  EXPECT_FALSE(store->add_to_group("sip:sales@home1.example", "sip:bob@home1.example"));
  EXPECT_TRUE(*store->is_member("sip:sales@home1.example", "sip:bob@home1.example"));
  EXPECT_FALSE(*store->is_member("sip:sales@home1.example", "sip:alice@home1.example"));
  EXPECT_EQ(store->groups()->size(), 1U);
  EXPECT_EQ(store->members("sip:sales@home1.example")->front(), "sip:bob@home1.example");
  ASSERT_TRUE(store->remove_from_group("sip:sales@home1.example", "sip:bob@home1.example"));
  EXPECT_FALSE(store->remove_from_group("sip:sales@home1.example", "sip:bob@home1.example"));
  EXPECT_TRUE(store->groups()->empty());
}

TEST_F(StoreTest, ARetiredTpkAnswersUntilItsTimeIsOver) {
  EXPECT_FALSE(*store->active_tpk());
  const auto first = to_bytes(store->rotate_tpk(kNow)->id);
  const auto key = std::move(**store->tpk(first, kNow));
  EXPECT_EQ(key.key.size(), 32U);
  const auto second = to_bytes(store->rotate_tpk(kNow + 1h)->id);
  reopen();
  EXPECT_EQ((*store->active_tpk())->id, second);
  EXPECT_EQ((*store->tpk(first, kNow + 24h))->key, key.key);
  EXPECT_FALSE(*store->tpk(first, kNow + 25h)) << "found though its time is over";
  EXPECT_EQ(store->tpks()->size(), 2U);
  EXPECT_EQ(store->tpks()->at(1).erased_after, kNow + 25h);
  EXPECT_EQ(store->purge(kNow + 25h - 1s)->tpks, 0);
  EXPECT_EQ(store->purge(kNow + 25h)->tpks, 1);
  EXPECT_EQ(store->tpks()->size(), 1U);
  EXPECT_FALSE(store->tpks()->at(0).retired);
}

TEST_F(StoreTest, AMessageIsNewOnce) {
  const Bytes hash(32, 9);
  EXPECT_TRUE(*store->first_seen(hash, kNow, kNow + 5min));
  EXPECT_FALSE(*store->first_seen(hash, kNow + 1min, kNow + 6min));
  reopen();
  EXPECT_FALSE(*store->first_seen(hash, kNow + 1min, kNow + 6min)) << "forgotten by the restart";
  EXPECT_TRUE(*store->first_seen(hash, kNow + 5min, kNow + 10min));
}

TEST_F(StoreTest, TheMemoryOfMessagesIsBounded) {
  store.reset();
  options.max_replays = 3;
  store = std::move(*Store::open(options, master_key()));
  for (std::uint8_t i = 0; i < 3; ++i) EXPECT_TRUE(*store->first_seen(Bytes(32, i), kNow, kNow + 5min));
  const auto refused = store->first_seen(Bytes(32, 3), kNow, kNow + 5min);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::limit);
  EXPECT_TRUE(*store->first_seen(Bytes(32, 3), kNow + 5min, kNow + 10min));
}

TEST_F(StoreTest, KeysOfOtherKmssAreCachedForATimeEachForItsFork) {
  const auto ticket = to_bytes("ticket"), fork = to_bytes("fork");
  ASSERT_TRUE(store->cache(ticket, fork, kKey, kNow + 1h));
  reopen();
  EXPECT_EQ(**store->cached(ticket, fork, kNow), kKey);
  EXPECT_FALSE(*store->cached(ticket, to_bytes("fark"), kNow));
  EXPECT_FALSE(*store->cached(ticket, fork, kNow + 1h));
  EXPECT_EQ(store->purge(kNow + 1h)->cached, 1);
}

TEST_F(StoreTest, NoKeyStandsOnTheDisk) {
  add_alice();
  ASSERT_TRUE(store->put_key("alice", kBtid, kKey, kNow + 1h));
  ASSERT_TRUE(store->cache(to_bytes("ticket"), to_bytes("fork"), SecretBytes(Bytes(40, 0xB3)), kNow + 1h));
  const auto id = to_bytes(store->rotate_tpk(kNow)->id);
  const auto tpk = std::move(**store->tpk(id, kNow));
  EXPECT_TRUE(on_disk(kBtid)) << "the test looks in the wrong place";
  for (const auto secret : {kKey.reveal().first(8), ByteView(tpk.key.reveal()).first(8), master_key().reveal().first(8)})
    EXPECT_FALSE(on_disk(secret));
  EXPECT_FALSE(on_disk(Bytes(8, 0xB3)));
  // Written back into the database file, as a clean stop does.
  store.reset();
  for (const auto secret : {kKey.reveal().first(8), ByteView(tpk.key.reveal()).first(8)}) EXPECT_FALSE(on_disk(secret));
}

TEST_F(StoreTest, WhatIsPurgedIsGoneFromTheFiles) {
  add_alice();
  const auto mark = to_bytes("btid-that-nobody-else-has");
  ASSERT_TRUE(store->put_key("alice", mark, kKey, kNow + 1h));
  EXPECT_TRUE(on_disk(mark));
  ASSERT_TRUE(store->purge(kNow + 1h));
  EXPECT_FALSE(on_disk(mark)) << "the row, or its copy in the log, is still there";
}

TEST_F(StoreTest, AWrongMasterKeyIsRefused) {
  store.reset();
  const auto opened = Store::open(options, SecretBytes(Bytes(32, 1)));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text, "the master key is not the one that this store was made with");
  EXPECT_FALSE(Store::open(options, SecretBytes(Bytes(16, 1))));
}

TEST_F(StoreTest, AFileThatOthersMayReadIsRefused) {
  store.reset();
  std::filesystem::permissions(options.path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  const auto opened = Store::open(options, master_key());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), options.path + ": is open to others (mode 0640); mend it with: chmod go-rwx " + options.path);
}

TEST_F(StoreTest, AStoreIsNotMadeTwice) {
  EXPECT_FALSE(Store::create(options, master_key()));
  EXPECT_TRUE(store->subscribers());
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(options.path).permissions()), 0600U);
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(options.path + "-wal").permissions()), 0600U);
}

TEST_F(StoreTest, ASealedValueOpensOnlyInItsRow) {
  store.reset();
  const auto swapped = "sqlite3 " + options.path +
                       " \"INSERT INTO tpks VALUES (x'01', x'00', 1, 1); UPDATE tpks SET sealed = zeroblob(60) WHERE id = x'01';\"";
  ASSERT_EQ(std::system(swapped.c_str()), 0) << "needs the program sqlite3 (.ci/packages test)";
  store = std::move(*Store::open(options, master_key()));
  EXPECT_FALSE(store->tpk(Bytes{1}, Time(2s)));
}

TEST_F(StoreTest, ThreadsShareIt) {
  add_alice();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 25; ++i) {
        const auto id = to_bytes("btid-" + std::to_string(t) + "-" + std::to_string(i));
        EXPECT_TRUE(store->put_key("alice", id, kKey, kNow + 1h));
        EXPECT_EQ((*store->key(id, kNow))->key, kKey);
        if (i % 10 == 0) {
          EXPECT_TRUE(store->rotate_tpk(kNow));
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store->keys_of((*store->subscriber_of("alice@home1.example"))->id, kNow)->size(), 100U);
  const auto tpks = *store->tpks();
  EXPECT_EQ(std::count_if(tpks.begin(), tpks.end(), [](const auto& tpk) { return !tpk.retired; }), 1);
}

TEST_F(StoreTest, AnotherProcessMayWriteBeside) {
  auto second = std::move(*Store::open(options, master_key()));
  ASSERT_TRUE(second->add_subscriber("alice", {"sip:alice@home1.example"}, kNow));
  EXPECT_TRUE(*store->subscriber_of("sip:alice@home1.example"));
}

}  // namespace
