// The library keeps no state but its tables, so that any number of threads may read, check, build and use the door at once.
#include <thread>

#include "hi2/validate.hpp"
#include "schema/asn1c.hpp"
#include "tests/data/data.hpp"
#include "tests/hi2/records.hpp"

namespace li::test {
namespace {

TEST(Threads, ReadCheckBuildAndUseTheDoorAtOnce) {
  const auto umts = read_octets(data_path("umts/keys_correlated.ber"));
  const auto eps = read_octets(data_path("eps/packet_summary.ber"));
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, module = kModules[i % 2]] {
      for (int round = 0; round < 50; ++round) {
        const auto& octets = module == Module::umts ? umts : eps;
        const bool read = hi2::decode(octets).has_value();
        static_cast<void>(hi2::validate(octets));
        const auto value = schema::Struct::decode(hi2::contents_type(module), octets);
        if (read && value && value->encode() && keys(module).build()) ++good;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
}

}  // namespace
}  // namespace li::test
