#include "kms/peer_gate.hpp"

#include <algorithm>

namespace li::kms {

PeerGate::PeerGate(unsigned threads, ops::Clock clock)
    : most_(std::max(2U, threads) - 1), most_of_one_(std::max(2U, threads) / 2), clock_(std::move(clock)) {}

std::shared_ptr<PeerGate> PeerGate::make(unsigned threads, ops::Clock clock) {
  return std::shared_ptr<PeerGate>(new PeerGate(threads, std::move(clock)));
}

Result<void> PeerGate::enter(Peer& peer) {
  const auto now = clock_();
  const std::scoped_lock hold(lock_);
  if (peer.failed && now >= *peer.failed && now < *peer.failed + kBackOff)
    return failure(ErrorKind::limit, "not asked: it could not be reached a moment ago");
  if (peer.asking >= most_of_one_ || asking_ >= most_) return failure(ErrorKind::limit, "not asked: too many wait for it already");
  ++peer.asking;
  ++asking_;
  return {};
}

void PeerGate::leave(Peer& peer, bool reached) {
  const auto now = clock_();
  const std::scoped_lock hold(lock_);
  --peer.asking;
  --asking_;
  peer.failed = reached ? std::nullopt : std::optional(now);
}

PeerGate::Ask PeerGate::guard(Ask ask) {
  return [self = shared_from_this(), peer = std::make_shared<Peer>(), ask = std::move(ask)](ByteView message) -> Result<Bytes> {
    if (auto entered = self->enter(*peer); !entered) return failure(entered.error());
    bool reached = false;
    const auto leaves = [&](void*) { self->leave(*peer, reached); };
    const std::unique_ptr<void, decltype(leaves)> place(peer.get(), leaves);  // given back whatever happens
    auto answer = ask(message);
    reached = answer || answer.error().kind != ErrorKind::missing;
    return answer;
  };
}

}  // namespace li::kms
