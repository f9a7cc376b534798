// kms/peer_gate.hpp: how many of our threads may wait for other KMSs at a time.
//
// Source:  docs/kms.md: a KMS that does not answer must not stop the work for our own users.
// Units:   threads; time by the clock given.
// Errors:  of kind limit when a KMS is not asked at all, else those of asking.
// Owns:    what guard() gives owns the gate too; threads may share it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/bytes.hpp"
#include "ops/audit.hpp"

namespace li::kms {

class PeerGate : public std::enable_shared_from_this<PeerGate> {
 public:
  using Ask = std::function<Result<Bytes>(ByteView message)>;

  /// How long a KMS is left alone that could not be reached.
  static constexpr std::chrono::seconds kBackOff{5};

  /// For a listener with so many threads: one is always left, and half of them, or the only one, may wait for the same KMS.
  [[nodiscard]] static std::shared_ptr<PeerGate> make(unsigned threads, ops::Clock clock);

  /// Asks one KMS through the gate. An Error of kind missing says that it could not be reached.
  [[nodiscard]] Ask guard(Ask ask);

 private:
  struct Peer {
    std::size_t asking = 0;
    std::optional<TimePoint> failed;
  };
  PeerGate(unsigned threads, ops::Clock clock);
  [[nodiscard]] Result<void> enter(Peer& peer);
  void leave(Peer& peer, bool reached);

  const std::size_t most_;
  const std::size_t most_of_one_;
  const ops::Clock clock_;
  std::mutex lock_;
  std::size_t asking_ = 0;
};

}  // namespace li::kms
