// Entries a second into the spool, in batches of 50, beside what SQLite takes when it is given the same octets in one bare table, not
// sealed, with nothing around it: what sealing, numbers and sightings cost. The last run of SQLite does not wait for the disk.
//
//   spool_bench [folder] [batches]     the folder decides which disk is measured

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "tests/delivery/lab.hpp"

namespace {

using namespace li;
using namespace li::delivery;
using namespace li::delivery::test;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 50;
constexpr std::size_t kSize = 1'200;  // of a PS-PDU with a record of an INVITE
constexpr std::uint32_t kCalls = 200;
constexpr std::uint32_t kLiids = 20;

double micros(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

void measure(const char* name, std::size_t batches, const std::function<void(std::size_t)>& batch) {
  std::vector<double> times;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < batches; ++i) {
    const auto start = Clock::now();
    batch(i);
    times.push_back(micros(Clock::now() - start));
  }
  const auto whole = micros(Clock::now() - begin);
  std::sort(times.begin(), times.end());
  std::printf("%-58s %9.0f/s   a batch p50 %7.0f us  p99 %7.0f us\n", name, static_cast<double>(batches * kBatch) * 1e6 / whole,
              times[times.size() / 2], times[times.size() * 99 / 100]);
}

RecordBytes octets() {
  RecordBytes made;
  made.assign(kSize, 0x5A);
  return made;
}

void bare(const std::string& path, std::size_t batches, bool wait) {
  good(db::make_private_file(path));
  auto database = good(db::Database::open(path, true));
  good(database.run(db::kDurable));
  if (!wait) good(database.run("PRAGMA synchronous = OFF"));
  good(database.run("CREATE TABLE entries (id INTEGER PRIMARY KEY, octets BLOB NOT NULL)"));
  const auto what = octets();
  measure(wait ? "SQLite, one bare table" : "SQLite, one bare table, no waiting for the disk", batches, [&](std::size_t) {
    db::Transaction transaction(database);
    for (std::size_t i = 0; i < kBatch; ++i) good(database.execute("INSERT INTO entries (octets) VALUES (?)", ByteView(what)));
    good(transaction.commit());
  });
}

std::string liid(std::size_t event) { return "NL-" + std::to_string(event % kLiids); }

void sealed(const std::string& path, std::size_t batches, bool whole, bool sender) {
  SqliteSpool::Options options;
  options.path = path;
  const auto spool = open_spool(options);
  std::atomic<bool> stop = false;
  std::thread reads;
  if (sender) {
    reads = std::thread([&] {
      for (std::int64_t after = 0; !stop;) {
        std::vector<std::int64_t> sent;
        for (const auto& one : good(spool->read("lemf-1", after, 256, 256 * 1024))) sent.push_back(after = one.id);
        good(spool->confirm("lemf-1", sent));
        if (sent.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  const auto pdu = to_bytes(octets());
  const auto name = std::string("the spool") + (whole ? ": sighting, number, entry" : ": entry") + (sender ? ", a sender beside" : "");
  measure(name.c_str(), batches, [&](std::size_t at) {
    const auto batch = good(spool->begin());
    for (std::size_t i = 0; i < kBatch; ++i) {
      const auto event = at * kBatch + i;
      if (whole) {
        static_cast<void>(good(batch->sight(as_bytes("xid of " + liid(event)), static_cast<std::uint32_t>(event / kLiids), pdu, kNow)));
        static_cast<void>(good(batch->next_number(context(liid(event), static_cast<std::uint32_t>(event % kCalls)))));
      }
      good(batch->append({"lemf-1", to_bytes(liid(event)), octets(), kNow}));
    }
    good(batch->commit());
  });
  stop = true;
  if (reads.joinable()) reads.join();
}

}  // namespace

int main(int count, char** arguments) try {
  if (count > 1) ::setenv("TMPDIR", arguments[1], 1);
  const Scratch scratch;
  const std::size_t batches = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 1'000;
  std::printf("batches of %zu entries of %zu octets\n", kBatch, kSize);
  bare(scratch.path("bare"), batches, true);
  sealed(scratch.path("entries"), batches, false, false);
  sealed(scratch.path("whole"), batches, true, false);
  sealed(scratch.path("sender"), batches, true, true);
  bare(scratch.path("bare-2"), batches, false);
  return 0;
} catch (const std::exception& exception) {
  std::fprintf(stderr, "%s\n", exception.what());
  return 1;
}
