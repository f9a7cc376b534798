#include "df2/sessions_impl.hpp"

#include <algorithm>

namespace li::df2 {
namespace {

constexpr std::string_view kKind = "session";
constexpr std::size_t kMostNames = 16;
constexpr std::size_t kMostTickets = 32;

Bytes big_endian(std::uint64_t value, std::size_t octets) {
  Bytes out(octets);
  for (std::size_t i = 0; i < octets; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * (octets - 1 - i)));
  return out;
}

using Index = std::unordered_multimap<Hash, std::uint64_t, HashOfHash>;

void remove_from(Index& index, const Hash& name, std::uint64_t id) {
  const auto [begin, end] = index.equal_range(name);
  for (auto at = begin; at != end; ++at) {
    if (at->second == id) return void(index.erase(at));
  }
}

}  // namespace

Bytes Session::key() const { return big_endian(id, 8); }

Bytes Session::correlation() const { return big_endian(std::uint64_t{created} << 32 | (id & 0xFFFFFFFF), 8); }

TimePoint Session::due(TimePoint end_of_life) const {
  if (questions.empty()) return end_of_life;
  auto due = TimePoint::max();
  for (const auto& question : questions)
    due = std::min({due, question.failure_told ? question.closes : question.deadline, question.ask_again});
  return due;
}

Result<void> Sessions::restore(const delivery::State& state) {
  auto session = decode_session(state.value);
  if (!session) return failure(session.error());
  const auto id = session->id;
  if (const auto older = sessions_.find(id); older != sessions_.end()) unlink(older->second);
  auto& entry = sessions_[id];
  entry.session = std::move(*session);
  for (const auto& name : entry.session.names) by_name_.emplace(name, id);
  for (const auto& ticket : entry.session.tickets) by_ticket_[ticket.hash].insert(id);
  put_in(entry);
  return {};
}

Session* Sessions::find(ByteView liid, const std::vector<Hash>& names) {
  for (const auto& name : names) {
    const auto [begin, end] = by_name_.equal_range(name);
    for (auto at = begin; at != end; ++at) {
      auto& session = sessions_.at(at->second).session;
      if (equal(session.liid, liid)) return &session;
    }
  }
  return nullptr;
}

Session* Sessions::find(std::uint64_t id) {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second.session;
}

Result<Session*> Sessions::open(ByteView liid, TimePoint now, delivery::Spool::Batch& batch) {
  const auto id = batch.next_id("session");
  if (!id) return failure(id.error());
  auto& entry = sessions_[*id];
  entry.session.id = *id;
  entry.session.liid = to_bytes(liid);
  entry.session.created = static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  entry.session.seen = now;
  put_in(entry);
  return &entry.session;
}

void Sessions::add_name(Session& session, const Hash& name) {
  if (std::find(session.names.begin(), session.names.end(), name) != session.names.end()) return;
  if (session.names.size() == kMostNames) remove_from(by_name_, session.names.front(), session.id);
  remember(session.names, name, kMostNames);
  by_name_.emplace(name, session.id);
}

void Sessions::add_ticket(Session& session, const SeenTicket& ticket) {
  if (std::any_of(session.tickets.begin(), session.tickets.end(), [&](const auto& seen) { return seen.hash == ticket.hash; })) return;
  if (session.tickets.size() == kMostTickets) forget_ticket(session.tickets.front().hash, session.id);
  remember(session.tickets, ticket, kMostTickets);
  by_ticket_[ticket.hash].insert(session.id);
}

std::vector<std::uint64_t> Sessions::with_ticket(const Hash& ticket) const {
  constexpr std::size_t kNewest = 16;
  std::vector<std::uint64_t> ids;
  const auto found = by_ticket_.find(ticket);
  if (found == by_ticket_.end()) return ids;
  for (auto at = found->second.rbegin(); at != found->second.rend() && ids.size() < kNewest; ++at) ids.push_back(*at);
  return ids;
}

void Sessions::forget_ticket(const Hash& ticket, std::uint64_t id) {
  const auto found = by_ticket_.find(ticket);
  if (found == by_ticket_.end()) return;
  found->second.erase(id);
  if (found->second.empty()) by_ticket_.erase(found);
}

Result<void> Sessions::keep(Session& session, delivery::Spool::Batch& batch) {
  auto& entry = sessions_.at(session.id);
  take_out(entry);
  put_in(entry);
  return batch.keep({std::string(kKind), session.liid, session.key(), encode_session(session)});
}

Result<void> Sessions::keep_if_known(Session& session, const Warrants& warrants, delivery::Spool::Batch& batch) {
  return warrants.with(as_text(session.liid)) ? keep(session, batch) : drop(session.id, batch);
}

Result<void> Sessions::drop(std::uint64_t id, delivery::Spool::Batch& batch) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return {};
  const auto& session = found->second.session;
  unlink(found->second);
  auto forgotten = batch.forget(kKind, session.liid, session.key());
  if (forgotten) forgotten = batch.forget_numbers(session.liid, session.cin());  // its CIN is a number that is not given again
  sessions_.erase(found);
  return forgotten;
}

std::optional<std::pair<TimePoint, std::uint64_t>> Sessions::first_due() const {
  if (due_.empty()) return std::nullopt;
  return *due_.begin();
}

std::optional<std::uint64_t> Sessions::surplus() const {
  if (sessions_.empty() || sessions_.size() < rules_->max_sessions) return std::nullopt;
  return ended_.empty() ? open_.begin()->second : ended_.begin()->second;
}

TimePoint Sessions::end_of_life(const Session& session) const {
  if (session.ended) return session.seen + rules_->ended_lifetime;
  return session.seen + rules_->session_lifetime;
}

void Sessions::unlink(const Entry& entry) {
  for (const auto& name : entry.session.names) remove_from(by_name_, name, entry.session.id);
  for (const auto& ticket : entry.session.tickets) forget_ticket(ticket.hash, entry.session.id);
  take_out(entry);
}

void Sessions::take_out(const Entry& entry) {
  due_.erase({entry.due, entry.session.id});
  (entry.ended ? ended_ : open_).erase({entry.seen, entry.session.id});
}

void Sessions::put_in(Entry& entry) {
  entry.due = entry.session.due(end_of_life(entry.session));
  entry.seen = entry.session.seen;
  entry.ended = entry.session.ended;
  due_.emplace(entry.due, entry.session.id);
  (entry.ended ? ended_ : open_).emplace(entry.seen, entry.session.id);
}

}  // namespace li::df2
