// A stream of 200 MB takes no more memory than a small one, as a file and through a pipe.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "tests/cli/run.hpp"
#include "tests/data/data.hpp"

namespace li::test {
namespace {

constexpr std::size_t kTotal = HI2KIT_SANITIZED ? 20'000'000 : 200'000'000;
constexpr long kKilobytes = HI2KIT_SANITIZED ? 1024 * 1024 : 64 * 1024;

// Records of all sizes, about 250 kB.
std::string block() {
  std::string octets;
  for (const std::string name : {"sip_invite_report", "keys_2_mixed", "sip_64k_message", "party_ten", "seq_100"})
    octets += read_text(data_path("umts/" + name + ".ber"));
  return octets;
}

// Records of one module without an aggregate among them.
std::string records() {
  std::string octets;
  for (int i = 0; i < 50; ++i) octets += read_text(data_path("eps/sip_invite_report.ber")) + read_text(data_path("eps/keys_2_mixed.ber"));
  return octets;
}

bool write_all(int fd, std::string_view octets) {
  while (!octets.empty()) {
    const auto written = write(fd, octets.data(), octets.size());
    if (written <= 0) return false;
    octets.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void write_stream(int fd, std::string_view head, const std::string& block) {
  if (!write_all(fd, head)) return;
  for (std::size_t total = 0; total < kTotal && write_all(fd, block); total += block.size()) {
  }
}

Outcome decode(int input, const std::vector<std::string>& arguments) {
  Call call;
  call.arguments = arguments;
  call.input_fd = input;
  call.output_fd = open("/dev/null", O_WRONLY);
  auto outcome = run(call);
  close(call.output_fd);
  return outcome;
}

Outcome through_pipe(std::string_view head, const std::string& block, const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const auto writer = fork();
  if (writer == 0) {
    close(ends[0]);
    std::signal(SIGPIPE, SIG_DFL);
    write_stream(ends[1], head, block);
    _exit(0);
  }
  close(ends[1]);
  auto outcome = decode(ends[0], arguments);
  close(ends[0]);
  waitpid(writer, nullptr, 0);
  return outcome;
}

void expect_little(const Outcome& outcome, int code = 0) {
  EXPECT_EQ(outcome.code, code) << outcome.errors.substr(0, 1000);
  EXPECT_LT(outcome.peak_kilobytes, kKilobytes);
}

TEST(BoundedMemory, ThroughAPipe) { expect_little(through_pipe("", block(), {"decode", "-o", "jsonl"})); }

TEST(BoundedMemory, AnAggregateWithoutEnd) {
  const auto outcome = through_pipe("\x30\x80", records(), {"decode", "-o", "json"});
  expect_little(outcome, 1);  // its end-of-contents octets are missing
  EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors.substr(0, 1000);
}

TEST(BoundedMemory, ListOfALargeFile) { expect_little(through_pipe("", records(), {"ls"})); }

TEST(BoundedMemory, AsAFile) {
  char name[] = "large-XXXXXX";
  const int file = mkstemp(name);
  ASSERT_GE(file, 0);
  unlink(name);
  write_stream(file, "", block());
  lseek(file, 0, SEEK_SET);
  const auto path = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file);
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = decode(open("/dev/null", O_RDONLY), {"decode", "-o", "jsonl", path});
  close(file);
  expect_little(outcome);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(HI2KIT_SANITIZED ? 300 : 30));
}

}  // namespace
}  // namespace li::test
