// capture: the reader comes to an end whatever it is fed, gives only octets of the input, and never goes back behind a record
// that was good.
#include <sstream>

#include "capture/reader.hpp"
#include "fuzz.hpp"
#include "hi2/validate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace li;
  const ByteView octets(data, size);
  std::istringstream in{std::string(as_text(octets))};
  capture::RecordReader reader(in, {{}, hi2::Module::umts});
  std::size_t items = 0;
  std::size_t good_end = 0;
  while (const auto item = reader.next()) {
    if (++items > 4 * size + 16) fuzz::broken("more items than octets");
    if (item->offset > size) fuzz::broken("an item behind the end");
    if (item->what != capture::Item::What::record) continue;
    if (!equal(octets.subspan(item->offset, item->octets.size()), item->octets)) fuzz::broken("octets that the input does not have");
    if (item->offset < good_end) fuzz::broken("a good record was read twice");
    if (const auto record = hi2::decode(item->octets, item->module)) {
      good_end = item->offset + item->octets.size();
      static_cast<void>(hi2::validate(*record));
      static_cast<void>(record->party_information());
      static_cast<void>(record->network_identifier());
      static_cast<void>(record->correlation());
      static_cast<void>(record->time_stamp());
      static_cast<void>(record->unknown());
    } else {
      reader.reject(record.error());
    }
  }
  return 0;
}
