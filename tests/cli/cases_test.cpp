#include <gtest/gtest.h>

#include <algorithm>

#include "tests/cli/run.hpp"
#include "tests/data/data.hpp"

namespace li::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(source_path("tests/cli"))) {
    if (entry.path().filename() == "cmd") found.push_back(entry.path().parent_path());
  }
  std::ranges::sort(found);
  return found;
}

std::string name_of(const fs::path& folder) { return folder.parent_path().filename().string() + "_" + folder.filename().string(); }

std::string input_of(const fs::path& folder) {
  if (fs::exists(folder / "stdin.hex")) {
    auto text = read_text(folder / "stdin.hex");
    std::ranges::replace(text, '\n', ' ');
    return std::string(as_text(octets_of(text)));
  }
  return fs::exists(folder / "stdin") ? read_text(folder / "stdin") : std::string();
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::istringstream in(read_text(file));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void expect_stream(const std::string& got, const fs::path& file) {
  const auto has = fs::path(file.string() + ".has");
  const auto hex = fs::path(file.string() + ".hex");
  if (fs::exists(has)) {
    for (const auto& text : lines_of(has)) EXPECT_NE(got.find(text), std::string::npos) << "\"" << text << "\" is not in:\n" << got;
  } else if (fs::exists(hex)) {
    auto text = read_text(hex);
    std::ranges::replace(text, '\n', ' ');
    EXPECT_EQ(to_hex(as_bytes(got)), to_hex(octets_of(text)));
  } else {
    EXPECT_EQ(got, fs::exists(file) ? read_text(file) : std::string()) << file.filename().string();
  }
}

class CliCases : public testing::TestWithParam<fs::path> {};
INSTANTIATE_TEST_SUITE_P(All, CliCases, testing::ValuesIn(cases()), [](const auto& one) { return name_of(one.param); });

TEST_P(CliCases, DoWhatTheyShould) {
  const auto& folder = GetParam();
  Outcome outcome;
  outcome.output = input_of(folder);
  for (const auto& line : lines_of(folder / "cmd"))
    outcome = hi2(line.empty() ? std::vector<std::string>() : split(line, " "), outcome.output);
  expect_stream(outcome.output, folder / "expect.out");
  expect_stream(outcome.errors, folder / "expect.err");
  EXPECT_EQ(outcome.code, fs::exists(folder / "expect.code") ? std::stoi(read_text(folder / "expect.code")) : 0) << outcome.errors;
}

TEST(CliCasesThemselves, AreThere) { EXPECT_GT(cases().size(), 40U); }

}  // namespace
}  // namespace li::test
