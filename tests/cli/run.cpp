#include "tests/cli/run.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "tests/data/data.hpp"

namespace li::test {
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

File temporary() {
  File file(std::tmpfile());
  if (!file) throw std::runtime_error("no temporary file");
  return file;
}

std::string content_of(const File& file) {
  std::string text;
  std::rewind(file.get());
  char piece[65536];
  while (const auto got = std::fread(piece, 1, sizeof piece, file.get())) text.append(piece, got);
  return text;
}

[[noreturn]] void become_hi2(const Call& call, int in, int out, int err) {
  for (const auto& [name, value] : call.environment) setenv(name.c_str(), value.c_str(), 1);
  std::string program = HI2_PROGRAM;
  std::vector<char*> arguments{program.data()};
  auto copies = call.arguments;
  for (auto& argument : copies) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const bool ready = chdir(data_path("").c_str()) == 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2;
  if (ready) execv(program.c_str(), arguments.data());
  _exit(127);
}

}  // namespace

Outcome run(const Call& call) {
  const auto in = temporary();
  const auto out = temporary();
  const auto err = temporary();
  std::fwrite(call.input.data(), 1, call.input.size(), in.get());
  std::fflush(in.get());
  std::rewind(in.get());
  const auto child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0)
    become_hi2(call, call.input_fd >= 0 ? call.input_fd : fileno(in.get()), call.output_fd >= 0 ? call.output_fd : fileno(out.get()),
               fileno(err.get()));
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) throw std::runtime_error("the process is lost");
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content_of(out), content_of(err), usage.ru_maxrss};
}

}  // namespace li::test
