// ops/log.hpp: what a daemon says about itself: lines of text with named values.
//
// Source:  systemd's sd-daemon(3) for the priority in front of a line.
// Units:   times are UTC.
// Errors:  none: a line that can't be written is lost.
// Owns:    a Log may be used by any number of threads.
//
//   2026-11-20T12:00:01.204Z warning request refused reason=unknown_tpk client=df2.example
//
// Under systemd (JOURNAL_STREAM is set) the time is left to the journal and the level is a number in front: <4>request refused ...
// Control characters and what is no UTF-8 are escaped, values with spaces stand in quotation marks. Secrets can't be passed.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string_view>

#include "ops/fields.hpp"

namespace li::ops {

enum class LogLevel { debug, info, warning, error, critical };
[[nodiscard]] std::optional<LogLevel> log_level_by_name(std::string_view name);

enum class LogForm { automatic, text, journal };

struct LogOptions {
  LogLevel level = LogLevel::info;
  LogForm form = LogForm::automatic;
  std::ostream* out = nullptr;  ///< standard error if not given
};

class Log {
 public:
  explicit Log(LogOptions options = {});
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  void write(LogLevel level, std::string_view text, const Fields& fields = {}) const;
  void debug(std::string_view text, const Fields& fields = {}) const { write(LogLevel::debug, text, fields); }
  void info(std::string_view text, const Fields& fields = {}) const { write(LogLevel::info, text, fields); }
  void warning(std::string_view text, const Fields& fields = {}) const { write(LogLevel::warning, text, fields); }
  void error(std::string_view text, const Fields& fields = {}) const { write(LogLevel::error, text, fields); }
  void critical(std::string_view text, const Fields& fields = {}) const { write(LogLevel::critical, text, fields); }
  void write(LogLevel, const SecretBytes&, const Fields& = {}) const = delete;
  void write(LogLevel, ByteView, const Fields& = {}) const = delete;

  void set_level(LogLevel level);

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace li::ops
