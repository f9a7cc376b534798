// What differs when standard output is a terminal.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/cli/run.hpp"
#include "tests/data/data.hpp"

namespace li::test {
namespace {

class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) throw std::runtime_error("no terminal");
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
    if (slave_ < 0) throw std::runtime_error("no terminal");
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { close(master_), close(slave_); }

  /// Runs hi2 on it; what it wrote is in `output`. Only for little output: a terminal holds a few thousand octets.
  Outcome run(std::vector<std::string> arguments, std::vector<std::pair<std::string, std::string>> environment = {}) {
    Call call;
    call.arguments = std::move(arguments);
    call.output_fd = slave_;
    call.environment = std::move(environment);
    auto outcome = test::run(call);
    pollfd ready{master_, POLLIN, 0};
    char piece[4096];
    while (poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN) != 0) {
      const auto got = read(master_, piece, sizeof piece);
      if (got <= 0) break;
      outcome.output.append(piece, static_cast<std::size_t>(got));
    }
    return outcome;
  }

 private:
  int master_;
  int slave_ = -1;
};

const std::string kFile = "umts/minimal_report.ber";
constexpr const char* kEscape = "\033[";

bool coloured(const Outcome& outcome) { return outcome.output.find(kEscape) != std::string::npos; }

TEST(Terminal, GetsColours) {
  for (const std::string command : {"decode", "ls"}) {
    const auto outcome = Terminal().run({command, kFile}, {{"TERM", "xterm"}});
    EXPECT_EQ(outcome.code, 0);
    EXPECT_NE(outcome.output.find("REPORT"), command == "ls" ? std::string::npos : 0U);
    if (command == "decode") {
      EXPECT_TRUE(coloured(outcome)) << outcome.output;
    }
  }
  EXPECT_TRUE(coloured(Terminal().run({"ls", "umts/keys_1_salt.ber"})));
}

TEST(Terminal, ColoursCanBeTurnedOff) {
  EXPECT_FALSE(coloured(Terminal().run({"decode", "--color", "never", kFile})));
  EXPECT_FALSE(coloured(Terminal().run({"decode", kFile}, {{"NO_COLOR", "1"}})));
}

TEST(Terminal, NothingElseGetsColoursUnasked) {
  for (const std::string command : {"decode", "ls"}) {
    EXPECT_FALSE(coloured(hi2({command, "umts/keys_1_salt.ber"}))) << command;
    EXPECT_TRUE(coloured(hi2({command, "--color", "always", "umts/keys_1_salt.ber"}))) << command;
  }
}

TEST(Terminal, GetsNoBer) {
  for (const auto& arguments : {std::vector<std::string>{"decode", "-o", "ber", kFile}, {"encode", "umts/minimal_report.json"}}) {
    const auto outcome = Terminal().run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments[0];
    EXPECT_EQ(outcome.output, "") << arguments[0];
    EXPECT_NE(outcome.errors.find("terminal"), std::string::npos) << outcome.errors;
  }
}

// A record may hold what a terminal would act on.
TEST(Terminal, ControlCharactersOfARecordDoNotGetThere) {
  const auto record = octets_of("A423 8008 0400 0202 0401 1001 8106 411B5B324A42 A30F 810D 3236313132303039333031355A");
  for (const std::string command : {"decode", "ls"}) {
    const auto outcome = hi2({command}, std::string(as_text(record)));
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output.find('\033'), std::string::npos) << outcome.output;
  }
}

TEST(Output, AFullDiskIsAnError) {
  Call call;
  call.arguments = {"decode", "-o", "jsonl", kFile};
  call.output_fd = open("/dev/full", O_WRONLY);
  ASSERT_GE(call.output_fd, 0);
  const auto outcome = run(call);
  close(call.output_fd);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.errors.find("standard output"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace li::test
