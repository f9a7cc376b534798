// df2/deliveries.hpp: a sender for each LEMF.
//
// Source:  docs/decisions.md (several LEMFs at once, a slow one holds no other up).
// Units:   as the parts have it.
// Errors:  start() says which certificates can't be had. What happens later goes to the watch.
// Owns:    the senders and their threads; stop() or the destructor ends them. Spool and watch must outlive it.
#pragma once

#include "delivery/ps_sender.hpp"
#include "df2/settings.hpp"
#include "df2/watch.hpp"

namespace li::df2 {

class Deliveries {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Deliveries>> start(const std::vector<DeliveryEntry>& entries, delivery::Spool& spool,
                                                                 Watch& watch, const ops::Clock& clock);
  ~Deliveries();
  Deliveries(const Deliveries&) = delete;
  Deliveries& operator=(const Deliveries&) = delete;

  /// There may be new entries. From any thread.
  void wake();
  /// Certificates have changed, and the contexts know it.
  void reload();
  /// Waits so long for what is on its way, at all LEMFs together.
  void stop(std::chrono::milliseconds grace);
  [[nodiscard]] const std::vector<ops::NamedTls>& contexts() const { return contexts_; }

 private:
  Deliveries() = default;
  struct Senders;
  std::unique_ptr<Senders> senders_;
  std::vector<ops::NamedTls> contexts_;
};

}  // namespace li::df2
