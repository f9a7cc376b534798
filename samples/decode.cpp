// decode.cpp: reads a file of IRI records and prints what they say of media keys.
//
//   g++ -std=c++20 decode.cpp -o decode $(pkg-config --cflags --libs hi2kit)
//
// or with CMake: find_package(hi2kit REQUIRED) and target_link_libraries(decode PRIVATE hi2kit::hi2kit).
#include <fstream>
#include <iostream>

#include "capture/reader.hpp"
#include "hi2/record.hpp"

using namespace li;
using capture::Item;

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
  std::ifstream file(argv[1], std::ios::binary);
  if (!file) return std::cerr << "can't open " << argv[1] << '\n', 2;

  bool damaged = false;
  const auto report = [&](const Error& error) {  // offset in the file, path of the member, reason, clause
    std::cerr << argv[1] << ":" << error.message() << '\n';
    damaged = true;
  };

  capture::RecordReader reader(file);  // one record at a time, in bounded memory
  while (const auto item = reader.next()) {
    if (item->error) report(*item->error);           // damage between records, or no IRI records at all
    if (item->what != Item::What::record) continue;  // begin and end of an aggregate need nothing
    const auto record = hi2::decode(item->octets, item->module, {{}, item->offset});
    if (record) {
      print(*record);
    } else {
      report(record.error());
      reader.reject();  // so that reading goes on at the next record that can be read
    }
  }
  return damaged ? 1 : 0;
}
