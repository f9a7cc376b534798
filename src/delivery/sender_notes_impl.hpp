// delivery/sender_notes_impl.hpp: what a sender tells: its status to whoever asks, and its events to the daemon.
//
// Units:   entries of the spool.
// Errors:  told once, until things go well.
// Owns:    the status, under its lock, and the events.
#pragma once

#include <array>
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
  /// What a sender asks of the spool.
  enum class Job { read, confirm };
  void spool_failed(Job job, const Error& error);
  void spool_works(Job job);
  void sent(std::size_t entries, std::size_t unconfirmed);
  void delivered(const std::vector<TimePoint>& events, std::size_t unconfirmed, TimePoint now);

 private:
  /// Whether it is news.
  [[nodiscard]] bool note(const std::string& error, std::string& told);

  const PsSenderEvents events_;
  mutable std::mutex mutex_;
  PsSenderStatus status_;
  std::string told_;                        // the last fault of the way, until things go well
  std::array<std::string, 2> told_of_job_;  // and of the spool
};

}  // namespace li::delivery
