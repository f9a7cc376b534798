// delivery/sender_notes_impl.hpp: what a sender tells: its status to whoever asks, and its events to the daemon.
//
// Units:   entries of the spool.
// Errors:  told once, until things go well.
// Owns:    the status, under its lock, and the events.
#pragma once

#include <mutex>

#include "delivery/ps_sender.hpp"

namespace li::delivery {

/// The sender's thread notes, any thread asks. Events are called without the lock.
class SenderNotes {
 public:
  explicit SenderNotes(PsSenderEvents events) : events_(std::move(events)) {}

  [[nodiscard]] PsSenderStatus status() const;

  void connected(const net::PeerIdentity& peer, bool acknowledges, TimePoint now);
  void lost(const Error& error);
  void spool_failed(const Error& error);
  void sent(std::size_t entries, std::size_t unconfirmed);
  void delivered(const std::vector<TimePoint>& events, std::size_t unconfirmed, TimePoint now);

 private:
  /// Whether it is news.
  [[nodiscard]] bool note(const std::string& error);

  const PsSenderEvents events_;
  mutable std::mutex mutex_;
  PsSenderStatus status_;
  std::string told_;  // the last fault, until things go well
};

}  // namespace li::delivery
