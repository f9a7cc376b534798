// What the tests of the spool's file have: a spool on the disk, and a look at its octets beside it.
#pragma once

#include <gtest/gtest.h>

#include "tests/delivery/lab.hpp"

namespace li::delivery::test {

using Texts = std::vector<std::string>;

/// A key as it stands in a record: nothing like it is in an SQLite file by accident.
inline const std::string kKey = "K3y-of-a-s3ss10n:" + std::string(16, '\xA7');

struct SpoolDiskTest : testing::Test {
  Scratch scratch;
  SqliteSpool::Options options = spool_options(scratch);

  [[nodiscard]] bool on_disk(std::string_view octets) const {
    for (const auto* end : {"", "-wal", "-shm"}) {
      if (read_file(options.path + end).find(octets) != std::string::npos) return true;
    }
    return false;
  }
  /// What a row holds, read beside the spool.
  [[nodiscard]] std::string stored(const std::string& sql) const {
    auto database = good(db::Database::open(options.path, false));
    auto query = database.query(sql.c_str());
    return query.next() ? query.text(0) : std::string();
  }
  void change(const std::string& sql) const { good(good(db::Database::open(options.path, false)).run(sql.c_str())); }
};

inline void fill_with_key(SqliteSpool& spool, const std::string& liid) {
  const auto batch = good(spool.begin());
  good(batch->append(entry("lemf-1", liid, "record with " + kKey)));
  good(batch->keep({"session", to_bytes(liid), to_bytes("call with " + kKey), to_record_bytes(as_bytes("state with " + kKey))}));
  static_cast<void>(good(batch->next_number(context(liid, 7))));
  static_cast<void>(good(batch->sight(as_bytes("source with " + kKey), 1, as_bytes("pdu with " + kKey), kNow)));
  good(batch->commit());
}

}  // namespace li::delivery::test
