// df2/sessions_impl.hpp: all sessions, found by name and by time, kept in the spool as they change.
//
// Source:  docs/decisions.md (state bounded and with lifetimes).
// Units:   times are UTC.
// Errors:  of the spool.
// Owns:    the sessions. A Session& lives until it is dropped.
#pragma once

#include <set>
#include <unordered_map>

#include "df2/pipeline.hpp"
#include "df2/session_impl.hpp"

namespace li::df2 {

class Sessions {
 public:
  explicit Sessions(std::shared_ptr<const PipelineRules> rules) : rules_(std::move(rules)) {}

  /// Brings one back, in the place of an older state of it. Its octets must be those that keep() wrote.
  [[nodiscard]] Result<void> restore(const delivery::State& state);

  /// The session of that LIID that has one of the names, the first of them that fits; null when there is none.
  [[nodiscard]] Session* find(ByteView liid, const std::vector<Hash>& names);
  [[nodiscard]] Session* find(std::uint64_t id);
  [[nodiscard]] Result<Session*> open(ByteView liid, TimePoint now, delivery::Spool::Batch& batch);
  void add_name(Session& session, const Hash& name);
  void add_ticket(Session& session, const SeenTicket& ticket);
  /// Where that ticket or TRANSFER_INIT was seen: the newest few.
  [[nodiscard]] std::vector<std::uint64_t> with_ticket(const Hash& ticket) const;

  /// Writes it down and sets its timer.
  [[nodiscard]] Result<void> keep(Session& session, delivery::Spool::Batch& batch);
  /// The same, or drops it when nobody has a warrant for its LIID, which may be erased: nothing of it is to come back.
  [[nodiscard]] Result<void> keep_if_known(Session& session, const Warrants& warrants, delivery::Spool::Batch& batch);
  [[nodiscard]] Result<void> drop(std::uint64_t id, delivery::Spool::Batch& batch);

  /// The one whose timer is first.
  [[nodiscard]] std::optional<std::pair<TimePoint, std::uint64_t>> first_due() const;
  /// Which has to go before another one may be opened: the ended one that was silent longest, then any.
  [[nodiscard]] std::optional<std::uint64_t> surplus() const;
  [[nodiscard]] TimePoint end_of_life(const Session& session) const;
  [[nodiscard]] std::size_t size() const { return sessions_.size(); }
  template <typename Each>
  void for_each(Each each) {
    for (auto& [id, entry] : sessions_) each(entry.session);
  }

 private:
  using Order = std::set<std::pair<TimePoint, std::uint64_t>>;
  struct Entry {
    Session session;
    // As they stand in the orders below.
    TimePoint due{}, seen{};
    bool ended = false;
  };
  void forget_ticket(const Hash& ticket, std::uint64_t id);
  /// Nothing finds it any more.
  void unlink(const Entry& entry);
  void take_out(const Entry& entry);
  void put_in(Entry& entry);

  std::shared_ptr<const PipelineRules> rules_;
  std::unordered_map<std::uint64_t, Entry> sessions_;
  std::unordered_multimap<Hash, std::uint64_t, HashOfHash> by_name_;
  std::unordered_map<Hash, std::set<std::uint64_t>, HashOfHash> by_ticket_;  // one may be used in any number of sessions
  Order due_, open_, ended_;                                                 // by timer; by the last message
};

}  // namespace li::df2
