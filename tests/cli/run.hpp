// tests/cli/run.hpp: hi2 as a process.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace li::test {

struct Call {
  std::vector<std::string> arguments;
  std::string input;                                             // standard input, by way of a file
  int input_fd = -1;                                             // or this
  int output_fd = -1;                                            // standard output goes here and not into Outcome
  std::vector<std::pair<std::string, std::string>> environment;  // set in addition
};

struct Outcome {
  int code = -1;  // 128 and the signal if one ended it
  std::string output;
  std::string errors;
  long peak_kilobytes = 0;
};

/// Runs hi2 in tests/data to its end.
Outcome run(const Call& call);
inline Outcome hi2(std::vector<std::string> arguments, std::string input = {}) {
  Call call;
  call.arguments = std::move(arguments);
  call.input = std::move(input);
  return run(call);
}

}  // namespace li::test
