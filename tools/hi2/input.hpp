// hi2/input.hpp: files and standard input, standard output, and what goes to standard error.
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace li::tool {

/// Calls `work` with each file opened in binary; "-" or no file at all is standard input. Files that can't be opened are
/// reported and make the result false. `work` returns false to end.
bool for_each_input(const std::vector<std::string>& files, const std::function<bool(std::istream&, const std::string& name)>& work);

/// "capture.ber:0x1f3: path: text (clause)" on standard error.
void report(const std::string& file, const Error& error);
/// "capture.ber:12: text" with a line number.
void report_line(const std::string& file, std::size_t line, const Error& error);
void report_notice(const std::string& file, const std::string& text);

[[nodiscard]] bool stdout_is_terminal();
/// Writes to standard output; a failed write ends the program with exit code 1.
void put(std::string_view text);
void flush_output();

enum class Colour { automatic, always, never };
[[nodiscard]] bool use_colour(const std::string& when);

}  // namespace li::tool
