#include "lemf/daemon.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <atomic>
#include <sstream>
#include <thread>

#include "lemf/admin.hpp"
#include "net/client.hpp"
#include "tests/lemf/lab.hpp"

namespace {

using namespace li;
using namespace li::lemf;
using namespace li::lemf::test;
using li::test::output_of;
namespace fs = std::filesystem;

li::test::Authority& authority() {
  static li::test::Authority one;
  return one;
}

/// A LEMF as an agency runs it: a folder with its configuration, keys and certificates.
struct LemfDaemon : testing::Test {
  li::test::TemporaryFolder folder;
  std::ostringstream log;
  std::unique_ptr<Daemon> daemon;

  [[nodiscard]] std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  [[nodiscard]] std::string config() const { return path("hi2-lemf.toml"); }

  void write(const std::string& more = {}, const std::string& store = {}, const std::string& hi2 = {}) {
    static const auto server = authority().issue("DNS:lemf.example");
    write_file(config(), "[hi2]\nlisten = '127.0.0.1:0'\ncertificate = '" + server.certificate_file + "'\nkey = '" + server.key_file +
                             "'\nca = '" + authority().ca_file() + "'\nmediation_functions = ['df2.li.example']\n" + hi2 +
                             "[drop_folder]\npath = 'drop'\ninterval = '100ms'\n[store]\nmaster_key = 'file:master.key'\n" + store +
                             "[metrics]\nlisten = '127.0.0.1:0'\n" + more);
  }
  void init() {
    const auto made = initialise(config(), kNow);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->size(), 4U);
  }
  void start(ops::Clock clock = [] { return kNow; }) {
    Daemon::Surroundings around;
    around.clock = std::move(clock);
    around.log.out = &log;
    around.log.form = ops::LogForm::text;
    auto started = Daemon::start(config(), around);
    ASSERT_TRUE(started) << started.error().front();
    daemon = std::move(*started);
  }
  std::unique_ptr<net::TlsStream> connect(const std::string& name) {
    const auto tls = net::TlsContext::load(authority().settings(authority().issue("DNS:" + name))).value();
    auto stream = net::TlsStream::connect({"127.0.0.1", daemon->hi2_port(), tls, "lemf.example"}, std::chrono::seconds(20));
    return stream ? std::move(*stream) : nullptr;
  }
  /// Sends them and a keep-alive, and waits for the answer.
  bool deliver(const std::vector<RecordBytes>& pdus, const std::string& name = "df2.li.example") {
    const auto stream = connect(name);
    if (!stream) return false;
    RecordBytes octets;
    for (const auto& pdu : pdus) append(octets, pdu);
    append(octets, tri_pdu({.liid = "-"}, ps::Tri::keep_alive));
    if (!stream->send(octets, std::chrono::seconds(20))) return false;
    RecordBytes room(4096);
    const auto received = stream->receive(room, std::chrono::seconds(20));
    return received && received->what == net::Received::What::octets;
  }
  std::string page(const std::string& name) {
    net::ClientSettings settings;
    settings.host = "127.0.0.1";
    settings.port = daemon->metrics_port();
    net::HttpClient client(std::move(settings));
    const auto answer = client.get(name, std::chrono::seconds(20));
    return answer ? std::string(as_text(answer->body)) : answer.error().message();
  }
  std::string hi2(const std::string& arguments) { return output_of(std::string(HI2_PROGRAM) + " " + arguments + " 2>&1"); }
  std::string hi2_lemf(const std::string& arguments) {
    return output_of(std::string(HI2_LEMF_PROGRAM) + " --config " + config() + " " + arguments + " 2>&1");
  }
  void gone(const std::string& file) {
    for (int i = 0; i < 200 && fs::exists(path(file)); ++i) ::usleep(50'000);
  }
  void TearDown() override { daemon.reset(); }
};

TEST_F(LemfDaemon, receives_counts_and_lists) {
  write();
  init();
  EXPECT_TRUE(Daemon::check(config()).empty());
  start();
  ASSERT_TRUE(deliver({iri_pdu({}), iri_pdu({.number = 3}), iri_pdu({}), iri_pdu({.session = 2})}));
  const auto metrics = page("/metrics");
  for (const auto* line : {"hi2_lemf_pdus_total 4", "hi2_lemf_stored_total 3", "hi2_lemf_duplicates_total 1", "hi2_lemf_conflicts_total 1",
                           "hi2_lemf_gaps_open 1", "hi2_lemf_items 3", "hi2_lemf_certificate_seconds_left{listener=\"hi2\"}"})
    EXPECT_NE(metrics.find(line), std::string::npos) << line << "\n" << metrics;
  EXPECT_EQ(page("/health"), "fine\n");

  const auto list = hi2("lemf ls --config " + config());
  for (const auto* text : {"decryptionKeysAvailable", "LI-1", "0102030405060708", "CS 1", "conflict",
                           "gap: LI-1, operator 31015, CIN 7, iRIPayloadSequence: 1 to 2, 2 missing", "3 received, 1 gap"})
    EXPECT_NE(list.find(text), std::string::npos) << text << "\n" << list;
  EXPECT_EQ(hi2("lemf ls --json --liid LI-2 --config " + config()), "");

  const auto hidden = hi2("lemf export -o jsonl --config " + config());
  EXPECT_EQ(hidden.find(to_hex(as_bytes(kSecret))), std::string::npos);
  const auto shown = hi2("lemf export -o jsonl --show-keys --config " + config());
  EXPECT_NE(shown.find("\"cCDecKey\":\"" + to_hex(as_bytes(kSecret))), std::string::npos) << shown;
  EXPECT_NE(shown.find("\"sequenceNumber\":3"), std::string::npos);
  const auto trail = read_file(path("admin.audit"));
  EXPECT_NE(trail.find("keys_shown"), std::string::npos);

  EXPECT_NE(hi2("lemf export --config " + config() + " | " + HI2_PROGRAM + " ls").find("3 records"), std::string::npos);
  EXPECT_NE(hi2("lemf export --ps --config " + config() + " | " + HI2_PROGRAM + " ls").find("3 PDUs"), std::string::npos);
  EXPECT_EQ(hi2("lemf show 1 --config " + config()).find(to_hex(as_bytes(kSecret))), std::string::npos);
  EXPECT_NE(hi2("lemf show 1 -o json --show-keys --config " + config()).find(to_hex(as_bytes(kSecret))), std::string::npos);
  EXPECT_NE(hi2("lemf show 77 --config " + config()).find("there is no item 77"), std::string::npos);
  EXPECT_EQ(hi2("lemf export --out " + path("case.ber") + " --store " + path("lemf.sqlite") + " --key " + path("master.key")), "");
  EXPECT_EQ(fs::status(path("case.ber")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_NE(hi2("lemf export --out " + path("case.ber") + " --config " + config()).find("exists"), std::string::npos);
}

TEST_F(LemfDaemon, has_the_limits_that_are_configured) {
  write({}, {}, "max_per_address = 1\n");
  init();
  start();
  const auto first = connect("df2.li.example");
  ASSERT_TRUE(first);
  EXPECT_FALSE(connect("df2.li.example"));
  write({}, {}, "max_per_address = 2\n");
  const auto reloaded = daemon->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error(), Problems{"hi2.max_per_address: a change needs a restart"});
}

TEST_F(LemfDaemon, erases_while_it_runs) {
  write();
  init();
  start();
  ASSERT_TRUE(deliver({iri_pdu({}), iri_pdu({.number = 1}), iri_pdu({.liid = "LI-2"})}));
  EXPECT_EQ(hi2_lemf("erase LI-1"), "erased 2 items\n");
  EXPECT_FALSE(on_disk(path("lemf.sqlite"), "LI-1"));
  EXPECT_NE(read_file(path("admin.audit")).find("erase"), std::string::npos);
  ASSERT_TRUE(deliver({iri_pdu({.number = 2})}));
  EXPECT_NE(hi2("lemf ls --config " + config()).find("2 received, 1 gap"), std::string::npos);
}

TEST_F(LemfDaemon, tells_of_what_looks_like_an_attack) {
  write();
  init();
  start();
  EXPECT_FALSE(deliver({iri_pdu({})}, "stranger.example"));
  ASSERT_TRUE(deliver({iri_pdu({}), iri_pdu({.session = 2})}));
  daemon->stop();
  const auto trail = read_file(path("lemf.audit"));
  for (const auto* text : {"started", "tls_wrong_name", "conflict", "stopped"}) EXPECT_NE(trail.find(text), std::string::npos) << text;
  EXPECT_EQ(log.str().find(kSecret), std::string::npos);
  EXPECT_EQ(trail.find(kSecret), std::string::npos);
}

TEST_F(LemfDaemon, takes_files) {
  write();
  init();
  write_file(path("drop/LI-1_0.1"), as_text(key_record("LI-1")));
  start();
  gone("drop/LI-1_0.1");
  daemon->stop();
  EXPECT_NE(hi2("lemf ls --config " + config()).find("1 received, 0 gaps"), std::string::npos);
}

TEST_F(LemfDaemon, tells_of_rejected_files) {
  write();
  init();
  write_file(path("drop/LI-1_0.1"), "no record");
  start();
  gone("drop/LI-1_0.1");
  daemon->stop();
  const auto trail = read_file(path("lemf.audit"));
  EXPECT_NE(trail.find("file_rejected"), std::string::npos) << trail;
  EXPECT_EQ(log.str().find("can't be written"), std::string::npos) << log.str();
  EXPECT_EQ(hi2_lemf("erase LI-1"), "erased 1 item, 1 rejected file\n");
  EXPECT_FALSE(fs::exists(path("drop.work/rejected/LI-1_0.1")));
  EXPECT_NE(hi2_lemf("erase LI-1; echo $?").find("nothing of 'LI-1' is here"), std::string::npos);
}

TEST_F(LemfDaemon, shows_what_is_no_record_with_keys_only) {
  write();
  init();
  auto record = key_record("LI-1");
  record.back() ^= 0xFF;
  const auto store = Store::open(load_settings(config())->store, load_settings(config())->master_key).value();
  Delivery delivery;
  delivery.arrivals.push_back(bad_arrival(record, {ErrorKind::malformed, "broken", {}, {}, {}}, "LI-1_0.1", kNow));
  ASSERT_TRUE(store->put(delivery));
  EXPECT_EQ(hi2("lemf show 1 --config " + config()).find(to_hex(as_bytes(kSecret))), std::string::npos);
  EXPECT_NE(hi2("lemf show 1 --config " + config()).find("octets, which may hold keys"), std::string::npos);
  EXPECT_NE(hi2("lemf show 1 --show-keys --config " + config()).find(to_hex(record)), std::string::npos);
  const auto many = output_of("for i in 1 2 3 4 5 6; do " + std::string(HI2_PROGRAM) + " lemf show 1 --show-keys --config " + config() +
                              " 2>&1 & done; wait");
  EXPECT_EQ(many.find("another program"), std::string::npos) << many;
}

TEST_F(LemfDaemon, a_rejected_file_makes_no_room) {
  write({}, "max_size = '256KiB'\n", "full_disk_patience = '0s'\n");
  init();
  start();
  for (std::uint32_t i = 0; i < 2000 && deliver({iri_pdu({.number = i}), iri_pdu({.liid = "LI-2", .number = i})}); ++i) continue;
  ASSERT_NE(page("/health").find("the disk is full"), std::string::npos);
  write_file(path("drop/LI-1_0.2"), "content of communication");
  gone("drop/LI-1_0.2");
  daemon->tick();
  EXPECT_NE(page("/health").find("the disk is full"), std::string::npos) << page("/health");
}

TEST_F(LemfDaemon, a_restart_knows_what_was_here) {
  write();
  init();
  start();
  ASSERT_TRUE(deliver({iri_pdu({})}));
  daemon->stop();
  start();
  ASSERT_TRUE(deliver({iri_pdu({}), iri_pdu({.number = 1})}));
  EXPECT_NE(hi2("lemf ls --config " + config()).find("2 received, 0 gaps"), std::string::npos);
}

TEST_F(LemfDaemon, reloads_what_can_change) {
  write();
  init();
  start();
  EXPECT_TRUE(daemon->reload());
  write("[log]\nlevel = 'debug'\n");
  EXPECT_TRUE(daemon->reload());
  write("[audit]\ntrail = 'other.audit'\n");
  const auto done = daemon->reload();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().front().find("audit"), std::string::npos);
  write("[nonsense]\n");
  EXPECT_FALSE(daemon->reload());
}

// All else is in force then: that is no reload that changed nothing.
TEST_F(LemfDaemon, a_certificate_that_goes_bad_in_mid_reload_stays) {
  const auto crl = path("mid.crl");
  write_file(crl, read_file(authority().crl()));
  write({}, {}, "crl = '" + crl + "'\n");
  init();
  std::atomic<std::thread::id> reloads;
  start([&] {  // asked for the first time for the entry in the trail
    if (reloads == std::this_thread::get_id()) write_file(crl, "no CRL");
    return kNow;
  });
  reloads = std::this_thread::get_id();
  EXPECT_TRUE(daemon->reload());
  reloads = std::thread::id();
  const auto trail = read_file(path("lemf.audit"));
  EXPECT_NE(trail.find(R"("event":"reloaded")"), std::string::npos) << trail;
  EXPECT_NE(trail.find(R"("reason":"certificates_kept","listener":"hi2")"), std::string::npos) << trail;
  daemon.reset();  // it asks the clock until it ends
}

TEST_F(LemfDaemon, other_mediation_functions_come_with_a_reload) {
  write();
  init();
  start();
  EXPECT_FALSE(deliver({iri_pdu({})}, "mf2.li.example"));
  const auto old_one = connect("df2.li.example");
  ASSERT_TRUE(old_one);
  auto text = read_file(config());
  text.replace(text.find("['df2.li.example']"), 18, "['mf2.li.example']");
  write_file(config(), text);
  EXPECT_TRUE(daemon->reload());
  EXPECT_TRUE(deliver({iri_pdu({})}, "mf2.li.example"));
  EXPECT_NE(log.str().find("mf2.li.example"), std::string::npos) << "by the new name";
  EXPECT_FALSE(deliver({iri_pdu({})}, "df2.li.example"));
  static_cast<void>(old_one->send(tri_pdu({.liid = "-"}, ps::Tri::keep_alive), std::chrono::seconds(20)));
  RecordBytes room(64);
  const auto received = old_one->receive(room, std::chrono::seconds(20));
  EXPECT_FALSE(received && received->what == net::Received::What::octets) << "a name that is gone";
}

TEST_F(LemfDaemon, says_what_is_wrong) {
  write("[store2]\n");
  EXPECT_NE(hi2_lemf("check").find("master.key"), std::string::npos);
  write();
  EXPECT_NE(hi2_lemf("check").find("master.key"), std::string::npos);
  init();
  EXPECT_EQ(hi2_lemf("check"), config() + " is fine\n");
  EXPECT_EQ(hi2_lemf("init"), "everything is there\n");
  fs::permissions(path("master.key"), fs::perms::group_read, fs::perm_options::add);
  EXPECT_NE(hi2_lemf("run").find("master.key"), std::string::npos) << "a key that others can read";
  EXPECT_NE(hi2_lemf("frobnicate").find("--help"), std::string::npos);
  write_file(config(), "[store]\nmaster_key = 'file:master.key'\n");
  EXPECT_NE(hi2_lemf("check").find("nothing can come"), std::string::npos);
}

TEST_F(LemfDaemon, the_sample_is_as_it_describes_itself) {
  const auto sample = read_file(HI2KIT_SOURCE_DIR "/samples/lemf/hi2-lemf.toml");
  write_file(path("master.key"), std::string(64, '7'));
  write_file(config(), sample);
  const auto settings = load_settings(config());
  ASSERT_TRUE(settings) << settings.error().front();
  std::istringstream lines(describe_settings());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# ") || line.starts_with('[')) {
      EXPECT_NE(sample.find(line), std::string::npos) << line;
    }
  }
}

}  // namespace
