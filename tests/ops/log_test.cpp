// Lines of a log, and what must not get into them.
#include "ops/log.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <sstream>
#include <thread>

namespace li::ops {
namespace {

template <typename T>
concept Loggable = requires(const Log& log, const T& value) {
  log.write(LogLevel::info, value);
};
template <typename T>
concept Sayable = requires(const Log& log, const T& value) {
  log.info(value);
};
static_assert(Loggable<std::string> && Sayable<std::string>);
static_assert(!Loggable<SecretBytes> && !Sayable<SecretBytes> && !Loggable<Bytes> && !Sayable<RecordBytes>);

std::string logged(std::string_view text, const Fields& fields, LogForm form = LogForm::journal, LogLevel level = LogLevel::info) {
  std::ostringstream out;
  Log({LogLevel::debug, form, &out}).write(level, text, fields);
  return out.str();
}

TEST(Log, WritesNamedValues) {
  EXPECT_EQ(logged("started", {{"port", 8443}, {"tls", true}, {"name", "kms.example"}}),
            "<6>started port=8443 tls=true name=kms.example\n");
}

TEST(Log, WritesTheTimeInUtcWithoutAJournal) {
  const auto line = logged("started", {}, LogForm::text, LogLevel::warning);
  EXPECT_TRUE(std::regex_match(line, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning started\n)"))) << line;
}

TEST(Log, GivesTheJournalItsPriorities) {
  for (const auto& [level, number] : {std::pair{LogLevel::debug, '7'},
                                      {LogLevel::info, '6'},
                                      {LogLevel::warning, '4'},
                                      {LogLevel::error, '3'},
                                      {LogLevel::critical, '2'}}) {
    EXPECT_EQ(logged("x", {}, LogForm::journal, level), std::string("<") + number + ">x\n");
  }
}

TEST(Log, TakesTheFormFromTheEnvironment) {
  setenv("JOURNAL_STREAM", "8:12345", 1);
  EXPECT_EQ(logged("x", {}, LogForm::automatic), "<6>x\n");
  unsetenv("JOURNAL_STREAM");
  EXPECT_NE(logged("x", {}, LogForm::automatic), "<6>x\n");
}

TEST(Log, WhatComesFromOutsideStaysInItsLineAndItsValue) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain", "plain"},
      {"", "\"\""},
      {"two words", "\"two words\""},
      {"a=b", "\"a=b\""},
      {"say \"no\" \\", "\"say \\\"no\\\" \\\\\""},
      {"one\ntwo", "one\\ntwo"},
      {"one\r\n<0>two x=y", "\"one\\x0d\\n<0>two x=y\""},
      {"\x1b[31mred\x7f", "\\x1b[31mred\\x7f"},
      {"zo\xC3\xAB", "zo\xC3\xAB"},
      {"\xC2\x9B"
       "31m",
       "\\xc2\\x9b31m"},
      {"Z\xFCrich", "Z\\xfcrich"},
      {"%n%s{}", "%n%s{}"},
  };
  for (const auto& [value, shown] : cases) {
    EXPECT_EQ(logged("x", {{"v", value}}), "<6>x v=" + std::string(shown) + "\n");
  }
  EXPECT_EQ(logged("one\ntwo {} %s", {}), "<6>one\\ntwo {} %s\n");
}

TEST(Log, LevelsAreKept) {
  std::ostringstream out;
  Log log({LogLevel::warning, LogForm::journal, &out});
  log.info("no");
  log.warning("yes");
  log.set_level(LogLevel::critical);
  log.error("no");
  log.critical("yes");
  log.set_level(*log_level_by_name("debug"));
  log.debug("yes");
  EXPECT_EQ(out.str(), "<4>yes\n<2>yes\n<7>yes\n");
  EXPECT_FALSE(log_level_by_name("loud"));
}

TEST(Log, ThreadsDoNotMixTheirLines) {
  std::ostringstream out;
  {
    const Log log({LogLevel::info, LogForm::journal, &out});
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) log.info("a line of some length", {{"number", 1}});
      });
    }
    for (auto& thread : threads) thread.join();
  }
  std::istringstream in(out.str());
  std::size_t count = 0;
  for (std::string line; std::getline(in, line); ++count) EXPECT_EQ(line, "<6>a line of some length number=1");
  EXPECT_EQ(count, 400U);
}

}  // namespace
}  // namespace li::ops
