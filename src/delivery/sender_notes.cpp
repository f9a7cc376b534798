#include "delivery/sender_notes_impl.hpp"

namespace li::delivery {

PsSenderStatus SenderNotes::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void SenderNotes::connected(const net::PeerIdentity& peer, bool acknowledges, TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    status_.connected_since = now;
    status_.acknowledges = acknowledges;
    ++status_.connections;
    told_.clear();
  }
  if (events_.on_connected) events_.on_connected(peer, acknowledges);
}

void SenderNotes::lost(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    status_.connected_since.reset();
    status_.unconfirmed = 0;
  }
  const auto text = error.message();
  const auto& tell = error.kind == ErrorKind::unexpected ? events_.on_refused : events_.on_lost;
  if (note(text, told_) && tell) tell(text);
}

void SenderNotes::spool_failed(Job job, const Error& error) {
  const auto text = error.message();
  if (note(text, told_of_job_.at(static_cast<std::size_t>(job))) && events_.on_fault) events_.on_fault(text);
}

void SenderNotes::spool_works(Job job) {
  const std::lock_guard lock(mutex_);
  told_of_job_.at(static_cast<std::size_t>(job)).clear();
}

void SenderNotes::sent(std::size_t entries, std::size_t unconfirmed) {
  const std::lock_guard lock(mutex_);
  status_.sent += entries;
  status_.unconfirmed = unconfirmed;
}

void SenderNotes::delivered(const std::vector<TimePoint>& events, std::size_t unconfirmed, TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    status_.confirmed += events.size();
    status_.last_confirmed = now;
    status_.unconfirmed = unconfirmed;
  }
  if (events_.on_delivered) events_.on_delivered(events);
}

bool SenderNotes::note(const std::string& error, std::string& told) {
  const std::lock_guard lock(mutex_);
  status_.last_error = error;
  return std::exchange(told, error) != error;
}

}  // namespace li::delivery
