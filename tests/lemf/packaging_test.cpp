// Unit, tmpfiles.d and vsftpd.conf must speak of the same folders: nothing else would show that files can't be put there.
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "tests/data/data.hpp"

namespace li::lemf {
namespace {

namespace fs = std::filesystem;

/// The value of "key=" in a file of such lines.
std::string value_in(const std::string& file, const std::string& key) {
  std::istringstream lines(li::test::read_text(li::test::source_path(file)));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key + "=")) return line.substr(key.size() + 1);
  }
  return {};
}

struct MadeFolder {
  unsigned mode;
  std::string owner;
};

std::map<fs::path, MadeFolder> made_folders() {
  std::map<fs::path, MadeFolder> folders;
  std::istringstream lines(li::test::read_text(li::test::source_path("packaging/tmpfiles.d/hi2-lemf.conf")));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string type, path, mode, owner;
    if (words >> type >> path >> mode >> owner && type == "d") folders[path] = {static_cast<unsigned>(std::stoul(mode, nullptr, 8)), owner};
  }
  return folders;
}

TEST(LemfPackaging, ftps_users_reach_the_drop_folder_and_nothing_else) {
  const auto drop = fs::path(value_in("samples/lemf/vsftpd.conf", "local_root")).parent_path();
  const auto state = fs::path("/var/lib") / value_in("packaging/systemd/hi2-lemf.service", "StateDirectory");
  EXPECT_EQ(value_in("packaging/systemd/hi2-lemf.service", "StateDirectoryMode"), "0700");
  EXPECT_FALSE(drop.string().starts_with(state.string())) << "FTPS users can't get through " << state;
  const auto folders = made_folders();
  for (auto folder = drop; folder != "/var/spool"; folder = folder.parent_path()) {
    ASSERT_TRUE(folders.contains(folder)) << folder;
    EXPECT_EQ(folders.at(folder).mode & 0007U, 0001U) << "they pass, and see nobody else: " << folder;
  }
}

TEST(LemfPackaging, the_daemon_can_take_files_away) {
  const auto user = value_in("packaging/systemd/hi2-lemf.service", "User");
  const auto writable = value_in("packaging/systemd/hi2-lemf.service", "ReadWritePaths");
  ASSERT_TRUE(writable.starts_with("-/")) << "it may be missing";
  EXPECT_EQ(writable.find(' '), std::string::npos) << "a rename from one mount to another fails";
  const auto folders = made_folders();
  const fs::path top = writable.substr(1);
  for (const auto& folder : {top / "drop", top / "work"}) {
    ASSERT_TRUE(folders.contains(folder)) << folder;
    EXPECT_EQ(folders.at(folder).owner, user);
  }
  EXPECT_EQ(folders.at(top / "work").mode, 0700U);
}

}  // namespace
}  // namespace li::lemf
