// build.cpp: builds a record that hands over the keys of a session, and writes its octets.
//
//   g++ -std=c++20 build.cpp -o build $(pkg-config --cflags --libs hi2kit)
//   ./build > keys.ber && hi2 decode keys.ber
//
// or with CMake: find_package(hi2kit REQUIRED) and target_link_libraries(build PRIVATE hi2kit::hi2kit).
#include <fstream>
#include <iostream>

#include "hi2/builder.hpp"

using namespace li;
using hi2::IriBuilder;
using hi2::Module;

int main(int argc, char** argv) {
  // Values that come from the warrant, the network and the KMS in real life.
  const Bytes correlation = {0x20, 0x26, 0x11, 0x20, 0x00, 0x00, 0x00, 0x2A};
  const Bytes key = {0x0A, 0xA1, 0xA4, 0xB1, 0x00, 0x93, 0x73, 0x2E, 0xA4, 0x89, 0x1B, 0x65, 0x11, 0x1B, 0xD5, 0x07};
  const Bytes salt = {0xBC, 0x69, 0x50, 0x14, 0xC5, 0x54, 0x38, 0x78, 0xD9, 0xBB, 0x66, 0x9C, 0x52, 0x78};
  const TimePoint time = std::chrono::sys_days{std::chrono::November / 20 / 2026} + std::chrono::hours(11);
  const hi2::LocalClock clock{std::chrono::minutes(60), hi2::WinterSummer::winter_time};  // of the place of interception

  std::vector<hi2::CCKeyInfo> keys;
  keys.push_back({Bytes{1}, SecretBytes(key), SecretBytes(salt)});  // crypto session 1

  const auto record = IriBuilder::report(Module::umts)
                          .lawful_interception_identifier("NL-0042")
                          .time_stamp(time, clock)
                          .observed_sip_uri("sip:alice@ims.example")
                          .network_identifier("99901")
                          .correlation_number(correlation)         // of the session whose SIP messages were reported
                          .media_decryption_info(std::move(keys))  // event decryptionKeysAvailable follows from it
                          .encode();                               // build() gives an IriRecord in place of octets
  if (!record) {
    std::cerr << hi2::to_string(record.error()) << '\n';  // everything that is wrong, a line each
    return 1;
  }
  std::ofstream file;
  if (argc > 1) file.open(argv[1], std::ios::binary);
  auto& out = argc > 1 ? static_cast<std::ostream&>(file) : std::cout;
  out << as_text(*record) << std::flush;
  return out ? 0 : 1;
}
