// df2/turn_impl.hpp: what each part of the pipeline needs for one event, answer or timer.
//
// Source:  none.
// Units:   times are UTC.
// Errors:  none.
// Owns:    nothing.
#pragma once

#include "df2/pipeline.hpp"

namespace li::df2 {

struct Turn {
  const Warrants& warrants;
  TimePoint now;
  delivery::Spool::Batch& batch;
};

/// An observer whose functions may be empty.
class Teller {
 public:
  explicit Teller(Observer observer) : observer_(std::move(observer)) {}
  void signal(std::string_view reason, std::string_view liid, std::string detail, bool attack = false) const {
    if (observer_.on_signal) observer_.on_signal({std::string(reason), std::string(liid), std::move(detail), attack});
  }
  void attack(std::string_view reason, std::string_view liid, std::string detail) const { signal(reason, liid, std::move(detail), true); }
  void keys(std::string_view outcome, std::string_view reason) const {
    if (observer_.on_keys) observer_.on_keys(outcome, reason);
  }
  [[nodiscard]] Result<void> before_reading(const KeyQuestion& question) const {
    return observer_.before_reading ? observer_.before_reading(question) : Result<void>();
  }
  void record(std::string_view event) const {
    if (observer_.on_record) observer_.on_record(event);
  }
  void dropped(std::string_view why) const {
    if (observer_.on_dropped) observer_.on_dropped(why);
  }
  void media_keys(const MediaKeys& keys) const {
    if (observer_.on_media_keys) observer_.on_media_keys(keys);
  }

 private:
  Observer observer_;
};

}  // namespace li::df2
