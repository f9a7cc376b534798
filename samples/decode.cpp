// decode.cpp: reads a file of IRI records and prints what they say of media keys.
//
//   g++ -std=c++20 decode.cpp -o decode $(pkg-config --cflags --libs hi2kit)
//
// or with CMake: find_package(hi2kit REQUIRED) and target_link_libraries(decode PRIVATE hi2kit::hi2kit).
#include <iostream>

#include "capture/records.hpp"

using namespace li;

// One decoded record. Accessors give nothing for a member that is absent; at() reaches every other member by its path.
void print(const hi2::IriRecord& record) {
  std::cout << as_text(record.lawful_interception_identifier()) << "  " << record.time_stamp().text;
  if (const auto event = record.ims_event_name()) std::cout << "  " << *event;
  for (const auto& key : record.media_decryption_info()) {
    // The key itself is key.cc_dec_key.reveal(), 16 octets for SRTP with AES-CM-128. It has no place in a log.
    std::cout << "  CS " << to_hex(key.cccsid) << ": key of " << key.cc_dec_key.size() << " octets";
    if (key.cc_salt) std::cout << ", salt of " << key.cc_salt->size();
  }
  if (record.media_sec_failure_indication()) std::cout << "  no keys: retrieval failed";
  std::cout << '\n';
}

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: decode FILE\n", 2;
  bool damaged = false;
  for (const auto& record : capture::records(argv[1])) {  // one at a time, in bounded memory
    if (record) {
      print(*record);
    } else {  // offset in the file, path of the member, reason, clause; reading goes on behind it
      std::cerr << argv[1] << ": " << record.error().message() << '\n';
      damaged = true;
    }
  }
  return damaged ? 1 : 0;
}
