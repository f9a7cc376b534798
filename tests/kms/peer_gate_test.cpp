// A KMS that does not answer holds some of our threads, never all.
#include "kms/peer_gate.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/kms/lab.hpp"

namespace {

using namespace li;
using namespace li::kms;
using namespace li::kms::test;
using namespace std::chrono_literals;

Result<Bytes> answers(ByteView) { return Bytes{1}; }

TEST(PeerGate, LeavesThreadsFree) {
  for (const auto& [threads, of_one, of_all] : {std::array{1U, 1U, 1U}, {2U, 1U, 1U}, {4U, 2U, 3U}, {8U, 4U, 7U}}) {
    const auto gate = PeerGate::make(threads, [] { return TimePoint(kNow); });
    std::promise<void> end;
    const auto over = end.get_future().share();
    std::atomic<unsigned> waiting = 0;
    const PeerGate::Ask silent = [&](ByteView) -> Result<Bytes> {
      ++waiting;
      over.wait();
      return Bytes{1};
    };
    const PeerGate::Ask peers[] = {gate->guard(silent), gate->guard(silent)};
    std::vector<std::thread> asking;
    const auto fill = [&](const PeerGate::Ask& peer, unsigned more) {
      const auto until = waiting + more;
      for (unsigned i = 0; i < more; ++i) asking.emplace_back([&] { EXPECT_TRUE(peer({})); });
      while (waiting < until) std::this_thread::yield();
    };
    fill(peers[0], of_one);
    const auto refused = peers[0]({});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::limit);
    fill(peers[1], of_all - of_one);
    EXPECT_FALSE(peers[1]({})) << threads;
    EXPECT_EQ(waiting, of_all);
    end.set_value();
    for (auto& thread : asking) thread.join();
    EXPECT_TRUE(peers[0]({}));
  }
}

TEST(PeerGate, LeavesAKmsAloneThatCouldNotBeReached) {
  TimePoint now = kNow;
  const auto gate = PeerGate::make(4, [&] { return now; });
  int asked = 0;
  auto kind = ErrorKind::missing;
  const auto gone = gate->guard([&](ByteView) -> Result<Bytes> {
    ++asked;
    return failure(kind, "no answer");
  });
  EXPECT_FALSE(gone({}));
  now += PeerGate::kBackOff - 1ms;
  EXPECT_FALSE(gone({}));
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(gate->guard(answers)({})) << "another KMS is not to blame";
  now += 1ms;
  kind = ErrorKind::unexpected;  // it answers, if only with a refusal
  EXPECT_FALSE(gone({}));
  EXPECT_FALSE(gone({}));
  EXPECT_EQ(asked, 3);
}

}  // namespace
