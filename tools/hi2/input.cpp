#include "hi2/input.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include "base/text.hpp"
#include "hi2/commands.hpp"

namespace li::tool {

bool for_each_input(const std::vector<std::string>& files, const std::function<bool(std::istream&, const std::string& name)>& work) {
  if (files.empty()) return work(std::cin, "<stdin>"), true;
  bool all_opened = true;
  for (const auto& file : files) {
    if (file == "-") {
      if (!work(std::cin, "<stdin>")) break;
      continue;
    }
    std::ifstream in(file, std::ios::binary);
    std::error_code ignored;
    if (!in || std::filesystem::is_directory(file, ignored)) {
      std::cerr << file << ": " << (in ? "is a directory" : std::strerror(errno)) << '\n';
      all_opened = false;
    } else if (!work(in, file)) {
      break;
    }
  }
  return all_opened;
}

void report(const std::string& file, const Error& error) {
  std::cerr << printable(file + (error.offset ? ":" : ": ") + error.message()) << '\n';
}

void report_line(const std::string& file, std::size_t line, const Error& error) {
  auto placed = error;
  placed.offset.reset();
  std::cerr << printable(file + ":" + std::to_string(line) + ": " + placed.message()) << '\n';
}

void report_notice(const std::string& file, const std::string& text) { std::cerr << printable(file + ": note: " + text) << '\n'; }

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

void put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
  std::cerr << "hi2: can't write to standard output: " << std::strerror(errno) << '\n';
  std::exit(kBadData);
}

void flush_output() {
  if (std::fflush(stdout) == 0) return;
  std::cerr << "hi2: can't write to standard output: " << std::strerror(errno) << '\n';
  std::exit(kBadData);
}

bool use_colour(const std::string& when) {
  if (when == "always") return true;
  return when == "auto" && stdout_is_terminal() && std::getenv("NO_COLOR") == nullptr;
}

}  // namespace li::tool
