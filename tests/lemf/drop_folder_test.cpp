#include "lemf/drop_folder.hpp"

#include <gtest/gtest.h>

#include "tests/lemf/lab.hpp"

namespace {

using namespace li;
using namespace li::lemf;
using namespace li::lemf::test;
namespace fs = std::filesystem;

std::string as_file(const std::vector<RecordBytes>& records) {
  std::string content;
  for (const auto& record : records) content += as_text(record);
  return content;
}

struct LemfDropFolder : testing::Test, Shelf {
  fs::path drop = folder.path() / "drop";
  std::vector<FileReport> reports;
  std::unique_ptr<DropFolder> dropped;

  LemfDropFolder() { make(); }
  void make(std::uint64_t max_file = 1 << 20) {
    fs::create_directories(drop);
    DropFolder::Options with;
    with.path = drop;
    with.max_file = max_file;
    with.clock = [] { return kNow; };
    with.on_file = [this](const FileReport& report) { reports.push_back(report); };
    dropped = std::make_unique<DropFolder>(*store, std::move(with));
  }
  FileReport::What put_file(const std::string& name, const std::string& content) {
    write_file(drop / name, content);
    EXPECT_TRUE(dropped->look());
    return reports.empty() ? FileReport::What::put_off : reports.back().what;
  }
};

TEST_F(LemfDropFolder, takes_a_file) {
  const auto record = key_record("LI-1");
  EXPECT_EQ(put_file("LI-1_0.1", as_file({record, key_record("LI-1", 2)})), FileReport::What::stored);
  const auto found = all();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].octets, record);
  EXPECT_EQ(found[0].form, Form::eps);
  EXPECT_EQ(found[0].source, "LI-1_0.1");
  EXPECT_EQ(found[0].event, "decryptionKeysAvailable");
  EXPECT_FALSE(fs::exists(drop / "LI-1_0.1"));
  EXPECT_TRUE(fs::is_empty(drop / "taking"));
}

TEST_F(LemfDropFolder, takes_what_each_method_names) {
  for (const auto* name : {"ABXY2611201200000001"
                           "1",
                           "NL-0042_18446744073709551615.1", "a_b_7.7"})
    EXPECT_TRUE(parse_file_name(name)) << name;
  for (const auto* name :
       {"LI-1_0.1.part", ".LI-1_0.1", "LI-1_0", "LI-1_.1", "LI-1_x.1", "_1.1", "LI-1_0.3", "AB1Y26112012000000011", "ABXY26132012000000011",
        "ABXY2611201200000001", "LI 1_0.1", "abcdefghijklmnopqrstuvwxyz_0.1", "LI-1_18446744073709551616.1"})
    EXPECT_FALSE(parse_file_name(name)) << name;
  const auto a = parse_file_name("N_L_12.7");
  EXPECT_EQ(a->liid, to_bytes("N_L"));
  EXPECT_EQ(a->number, 12U);
  EXPECT_EQ(a->type, '7');
}

TEST_F(LemfDropFolder, leaves_what_is_still_written) {
  write_file(drop / "LI-1_0.1.part", as_file({key_record("LI-1")}));
  EXPECT_EQ(dropped->look(), 0U);
  EXPECT_TRUE(fs::exists(drop / "LI-1_0.1.part"));
  EXPECT_TRUE(all().empty());
}

TEST_F(LemfDropFolder, drops_a_file_that_comes_again) {
  const auto content = as_file({key_record("LI-1")});
  put_file("LI-1_0.1", content);
  EXPECT_EQ(put_file("LI-1_0.1", content), FileReport::What::duplicate);
  EXPECT_EQ(all().size(), 1U);
  EXPECT_FALSE(fs::exists(drop / "LI-1_0.1"));
}

TEST_F(LemfDropFolder, other_content_under_a_name_is_stored_and_told) {
  put_file("LI-1_0.1", as_file({key_record("LI-1")}));
  EXPECT_EQ(put_file("LI-1_0.1", as_file({key_record("LI-1", 2)})), FileReport::What::stored);
  ASSERT_EQ(reports.back().outcome.notices.size(), 1U);
  EXPECT_EQ(reports.back().outcome.notices[0].what, Notice::What::file_conflict);
  EXPECT_EQ(all().size(), 2U);
}

TEST_F(LemfDropFolder, keeps_a_bad_file_and_its_good_records) {
  auto broken = as_file({key_record("LI-1", 2)});
  broken[broken.size() / 2] = '\xFF';
  const auto content = as_file({key_record("LI-1")}) + "\x30\x80 no record" + as_file({key_record("LI-1", 3)});
  EXPECT_EQ(put_file("LI-1_0.1", content), FileReport::What::rejected);
  EXPECT_GE(reports.back().bad, 1U);
  EXPECT_FALSE(reports.back().reason.empty());
  EXPECT_EQ(read_file(drop / "rejected" / "LI-1_0.1"), content);
  const auto found = all({.event = "decryptionKeysAvailable"});
  EXPECT_GE(found.size(), 1U);
  std::size_t bad = 0;
  for (const auto& one : all()) bad += one.form == Form::bad && !one.note.empty() ? 1 : 0;
  EXPECT_EQ(bad, reports.back().bad);
}

TEST_F(LemfDropFolder, rejects_what_holds_no_iri) {
  EXPECT_EQ(put_file("LI-1_0.2", "content of communication"), FileReport::What::rejected);
  EXPECT_EQ(put_file("LI-1_1.1", ""), FileReport::What::rejected);
  EXPECT_EQ(put_file("LI-1_1.1", "no record at all"), FileReport::What::rejected);
  EXPECT_TRUE(fs::exists(drop / "rejected" / "LI-1_1.1-2")) << "nothing is overwritten";
  make(10);
  EXPECT_EQ(put_file("LI-1_2.1", as_file({key_record("LI-1")})), FileReport::What::too_large);
  EXPECT_TRUE(fs::exists(drop / "rejected" / "LI-1_2.1"));
}

TEST_F(LemfDropFolder, a_stop_between_loses_nothing) {
  fs::create_directories(drop / "taking");
  write_file(drop / "taking" / "LI-1_0.1", as_file({key_record("LI-1")}));
  EXPECT_EQ(dropped->look(), 1U);
  EXPECT_EQ(all().size(), 1U);
  // The stop came behind the commit.
  write_file(drop / "taking" / "LI-1_0.1", as_file({key_record("LI-1")}));
  EXPECT_EQ(dropped->look(), 1U);
  EXPECT_EQ(all().size(), 1U);
  EXPECT_TRUE(fs::is_empty(drop / "taking"));
}

TEST_F(LemfDropFolder, a_full_disk_leaves_the_file) {
  options.max_pages = 20;
  open();
  make();
  std::vector<RecordBytes> records;
  for (int i = 0; i < 200; ++i) records.push_back(key_record("LI-1", static_cast<std::uint8_t>(i)));
  write_file(drop / "LI-1_0.1", as_file(records));
  const auto looked = dropped->look();
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().kind, ErrorKind::limit);
  EXPECT_TRUE(all().empty());
  options.max_pages = 0;
  open();
  make();
  EXPECT_TRUE(dropped->look());
  EXPECT_EQ(all().size(), 200U);
}

TEST_F(LemfDropFolder, numbers_of_method_a_show_gaps) {
  put_file("LI-1_0.1", as_file({key_record("LI-1")}));
  put_file("LI-1_2.1", as_file({key_record("LI-1", 2)}));
  ASSERT_EQ(gaps().size(), 1U);
  EXPECT_EQ(gaps()[0].first, 1U);
  put_file("LI-1_1.1", as_file({key_record("LI-1", 3)}));
  EXPECT_TRUE(gaps().empty());
  for (int i = 12; i >= 3; --i) write_file(drop / ("LI-1_" + std::to_string(i) + ".1"), as_file({key_record("LI-1", 4)}));
  EXPECT_EQ(dropped->look(), 10U);
  EXPECT_EQ(gaps(true).size(), 1U) << "taken in the order of their numbers";
}

TEST_F(LemfDropFolder, each_mediation_function_may_have_a_folder) {
  fs::create_directory(drop / "mf1");
  fs::create_directory(drop / "mf2");
  for (const auto* mf : {"mf1", "mf2"}) write_file(drop / mf / "LI-1_0.1", as_file({key_record("LI-1")}));
  EXPECT_EQ(dropped->look(), 2U);
  EXPECT_EQ(all().size(), 2U) << "names of two";
  EXPECT_EQ(all()[1].source, "mf2/LI-1_0.1");
}

TEST_F(LemfDropFolder, links_are_not_followed) {
  write_file(folder.path() / "elsewhere", as_file({key_record("LI-1")}));
  fs::create_symlink(folder.path() / "elsewhere", drop / "LI-1_0.1");
  EXPECT_EQ(dropped->look(), 0U);
  EXPECT_TRUE(all().empty());
}

TEST_F(LemfDropFolder, erasing_forgets_the_names) {
  const auto content = as_file({key_record("LI-1")});
  put_file("LI-1_0.1", content);
  EXPECT_EQ(store->erase(as_bytes("LI-1")), 1U);
  EXPECT_FALSE(on_disk(options.path, "LI-1"));
  EXPECT_EQ(put_file("LI-1_0.1", content), FileReport::What::stored);
}

}  // namespace
