#include "ops/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <iostream>

#include "base/text.hpp"

namespace li::ops {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err,
                                                   spdlog::level::critical};
  return kLevels[static_cast<std::size_t>(level)];
}

// syslog's numbers.
class Priority : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    constexpr std::string_view kNumbers = "776432";  // trace, debug, info, warning, error, critical
    const auto level = static_cast<std::size_t>(message.level);
    out.push_back(level < kNumbers.size() ? kNumbers[level] : '6');
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Priority>(); }
};

std::unique_ptr<spdlog::formatter> formatter(LogForm form) {
  const bool journal = form == LogForm::journal || (form == LogForm::automatic && std::getenv("JOURNAL_STREAM") != nullptr);
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  made->add_flag<Priority>('*');
  made->set_pattern(journal ? "<%*>%v" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v");
  return made;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto octet = static_cast<unsigned char>(c);
  if (c == '\n') out += "\\n";
  else (out += "\\x") += {kDigits[octet >> 4U], kDigits[octet & 15U]};
}

// A text of one line that a terminal shows as it is. Where anything must be escaped, all that is not ASCII is.
std::string one_line(std::string_view text) {
  if (const auto shown = printable(text); shown == text) return shown;
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet >= 0x7F) append_escaped(out, c);
    else out += c;
  }
  return out;
}

std::string value(std::string_view text) {
  if (!text.empty() && text.find_first_of(" \"\\=") == std::string_view::npos) return one_line(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return one_line(out + '"');
}

}  // namespace

struct Log::Sink {
  spdlog::logger logger;
};

std::optional<LogLevel> log_level_by_name(std::string_view name) {
  constexpr std::string_view kNames[] = {"debug", "info", "warning", "error", "critical"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<LogLevel>(i);
  }
  return {};
}

Log::Log(LogOptions options) {
  auto& out = options.out == nullptr ? std::cerr : *options.out;
  sink_ = std::make_unique<Sink>(Sink{spdlog::logger("", std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true))});
  sink_->logger.set_formatter(formatter(options.form));
  set_level(options.level);
}

Log::~Log() = default;

void Log::write(LogLevel level, std::string_view text, const Fields& fields) const {
  if (!sink_->logger.should_log(to_spdlog(level))) return;
  auto line = one_line(text);
  for (const auto& field : fields) line += " " + one_line(field.name) + "=" + value(field.value);
  sink_->logger.log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

void Log::set_level(LogLevel level) { sink_->logger.set_level(to_spdlog(level)); }

}  // namespace li::ops
