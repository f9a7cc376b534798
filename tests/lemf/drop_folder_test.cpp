#include "lemf/drop_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "lemf/file_records_impl.hpp"
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
  fs::path work = folder.path() / "drop.work";
  std::vector<FileReport> reports;
  std::unique_ptr<DropFolder> dropped;

  LemfDropFolder() { make(); }
  void make(std::uint64_t max_file = 1 << 20) {
    fs::create_directories(drop);
    DropFolder::Options with;
    with.path = drop;
    with.work = work;
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
  EXPECT_TRUE(fs::is_empty(work / "taking"));
}

TEST_F(LemfDropFolder, takes_names_of_method_b) {
  EXPECT_EQ(put_file("ABXY2611201200000001"
                     "1",
                     as_file({key_record("LI-1"), key_record("LI-2")})),
            FileReport::What::stored);
  EXPECT_EQ(all({.liid = to_bytes("LI-2")}).size(), 1U);
}

TEST_F(LemfDropFolder, the_mark_goes_with_the_liid_of_the_records) {
  const auto content = as_file({key_record("LI 1")});
  put_file("4C492031_0.1", content);  // as mediation functions write an LIID that no file name can hold
  EXPECT_EQ(store->erase(as_bytes("LI 1")), 1U);
  EXPECT_EQ(put_file("4C492031_0.1", content), FileReport::What::stored);
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
  EXPECT_EQ(read_file(work / "rejected" / "LI-1_0.1"), content);
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
  EXPECT_TRUE(fs::exists(work / "rejected" / "LI-1_1.1-2")) << "nothing is overwritten";
  make(10);
  EXPECT_EQ(put_file("LI-1_2.1", as_file({key_record("LI-1")})), FileReport::What::too_large);
  EXPECT_TRUE(fs::exists(work / "rejected" / "LI-1_2.1"));
}

TEST_F(LemfDropFolder, a_stop_between_loses_nothing) {
  EXPECT_EQ(dropped->look(), 0U);
  write_file(work / "taking" / "LI-1_0.1", as_file({key_record("LI-1")}));
  EXPECT_EQ(dropped->look(), 1U);
  EXPECT_EQ(all().size(), 1U);
  // The stop came behind the commit.
  write_file(work / "taking" / "LI-1_0.1", as_file({key_record("LI-1")}));
  EXPECT_EQ(dropped->look(), 1U);
  EXPECT_EQ(all().size(), 1U);
  EXPECT_TRUE(fs::is_empty(work / "taking"));
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

TEST_F(LemfDropFolder, a_folder_that_cannot_be_taken_from_holds_up_no_other) {
  for (const auto* name : {"mf1", "mf2"}) fs::create_directory(drop / name);
  ASSERT_TRUE(dropped->look());
  fs::create_directory(work / "taking" / "mf1");
  fs::permissions(work / "taking" / "mf1", fs::perms(0755));
  write_file(drop / "mf1" / "LI-1_0.1", as_file({key_record("LI-1")}));
  write_file(drop / "mf2" / "LI-2_0.1", as_file({key_record("LI-2")}));
  const auto looked = dropped->look();
  ASSERT_FALSE(looked);
  EXPECT_NE(looked.error().message().find("taking/mf1: is open to others"), std::string::npos) << looked.error().message();
  EXPECT_EQ(all({.liid = to_bytes("LI-2")}).size(), 1U);
  fs::permissions(work / "taking" / "mf1", fs::perms(0700));
  EXPECT_EQ(dropped->look(), 1U);
  EXPECT_EQ(all({.liid = to_bytes("LI-1")}).size(), 1U);
}

TEST_F(LemfDropFolder, no_fault_hides_another) {
  std::vector<std::string> names;
  for (int i = 1; i <= 6; ++i) names.push_back("mf" + std::to_string(i));
  for (const auto& name : names) fs::create_directory(drop / name);
  ASSERT_TRUE(dropped->look());
  const auto close = [&](const std::string& name) {
    fs::create_directory(work / "taking" / name);
    fs::permissions(work / "taking" / name, fs::perms(0755));
    write_file(drop / name / "LI-1_0.1", as_file({key_record("LI-1")}));
  };
  close("mf1");
  const auto one = dropped->look();
  close("mf2");
  const auto two = dropped->look();
  ASSERT_FALSE(one || two);
  for (const auto* name : {"taking/mf1", "taking/mf2"}) EXPECT_NE(two.error().message().find(name), std::string::npos) << name;
  EXPECT_EQ(one.error().message().find("taking/mf2"), std::string::npos);
  for (const auto* name : {"mf3", "mf4", "mf5", "mf6"}) close(name);
  const auto all_six = dropped->look();
  ASSERT_FALSE(all_six);
  EXPECT_NE(all_six.error().message().find("; and 2 more"), std::string::npos) << all_six.error().message();
}

TEST_F(LemfDropFolder, what_is_taken_is_out_of_reach) {
  fs::create_directory(drop / "mf1");
  write_file(drop / "mf1" / "LI-1_0.1", "no record");
  EXPECT_EQ(dropped->look(), 1U);
  EXPECT_TRUE(fs::exists(work / "rejected" / "mf1" / "LI-1_0.1"));
  EXPECT_TRUE(fs::is_empty(drop / "mf1"));
  fs::permissions(work, fs::perms::group_write, fs::perm_options::add);
  const auto looked = dropped->look();
  ASSERT_FALSE(looked);
  EXPECT_NE(looked.error().message().find("open to others"), std::string::npos);
}

TEST_F(LemfDropFolder, what_is_no_regular_file_holds_nothing_up) {
  write_file(folder.path() / "elsewhere", as_file({key_record("LI-1")}));
  fs::create_symlink(folder.path() / "elsewhere", folder.path() / "link");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(TakenFile::open(folder.path() / "link")->regular());
  EXPECT_FALSE(TakenFile::open(folder.path() / "pipe")->regular());
  EXPECT_TRUE(TakenFile::open(folder.path() / "elsewhere")->regular());
  fs::create_directory_symlink(folder.path() / "drop", work);  // in the place of our folder
  EXPECT_FALSE(dropped->look());
}

TEST_F(LemfDropFolder, a_large_file_is_stored_in_pieces) {
  std::vector<RecordBytes> records;
  for (int i = 0; i < 2500; ++i) records.push_back(key_record("LI-1", static_cast<std::uint8_t>(i)));
  const auto content = as_file(records);
  options.max_pages = 150;
  open();
  make(8 << 20);
  write_file(drop / "LI-1_0.1", content);
  ASSERT_FALSE(dropped->look());
  EXPECT_EQ(reports.back().what, FileReport::What::put_off);
  const auto stored = all().size();
  EXPECT_GE(stored, 1000U);
  EXPECT_LT(stored, 2500U);
  EXPECT_EQ(reports.back().outcome.stored, stored);
  options.max_pages = 0;
  open();
  make(8 << 20);
  EXPECT_EQ(dropped->look(), 1U);
  EXPECT_EQ(reports.back().what, FileReport::What::stored);
  EXPECT_EQ(reports.back().records, 2500U);
  EXPECT_EQ(reports.back().outcome.stored, 2500U - stored) << "it goes on where it stopped";
  const auto found = all();
  ASSERT_EQ(found.size(), 2500U);
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i].octets, records[i]);
  EXPECT_EQ(put_file("LI-1_0.1", content), FileReport::What::duplicate);
  EXPECT_TRUE(gaps(true).empty());
}

TEST_F(LemfDropFolder, records_of_another_liid_are_told) {
  EXPECT_EQ(put_file("LI-1_0.1", as_file({key_record("LI-2"), key_record("LI-2", 2)})), FileReport::What::stored);
  ASSERT_EQ(reports.back().outcome.notices.size(), 1U);
  EXPECT_EQ(reports.back().outcome.notices[0].what, Notice::What::file_mismatch);
  EXPECT_EQ(reports.back().outcome.notices[0].liid, to_bytes("LI-2"));
  put_file("LI-1_1.1", as_file({key_record("LI-1")}));
  EXPECT_TRUE(gaps(true).empty()) << "numbers count for the LIID of the name";
  put_file("4C492031_0.1", as_file({key_record("LI 1")}));
  EXPECT_TRUE(reports.back().outcome.notices.empty());
}

TEST_F(LemfDropFolder, erasing_finds_rejected_files) {
  put_file("LI-1_0.1", "no record");
  put_file("LI-1_0.1", "no record");
  put_file("LI-2_0.1", "no record");
  put_file("ABXY26112012000000011", "LI-1 stands in it");
  const auto found = erase_rejected(work, as_bytes("LI-1"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->removed, 2U);
  EXPECT_EQ(found->left, std::vector<std::string>{(work / "rejected" / "ABXY26112012000000011").string()});
  EXPECT_FALSE(fs::exists(work / "rejected" / "LI-1_0.1"));
  EXPECT_TRUE(fs::exists(work / "rejected" / "LI-2_0.1"));
}

TEST_F(LemfDropFolder, erasing_goes_on_behind_a_rejected_file_that_is_gone) {
  const auto rejected = work / "rejected";
  fs::create_directories(rejected);
  for (int i = 0; i < 1000; ++i) write_file(rejected / ("LI-1_" + std::to_string(i) + ".1"), "");
  const auto erase = [&] {
    EXPECT_TRUE(erase_rejected(work, as_bytes("LI-1")));
    EXPECT_TRUE(fs::is_empty(rejected)) << "whoever removed them";
  };
  std::thread other(erase);
  erase();
  other.join();
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
