#include "fuzz.hpp"

#include "df2/warrants.hpp"

// A file is refused with reasons, or every warrant of it can be used.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace li;
  const auto read = df2::Warrants::parse(as_text({data, size}), "w.toml", {"lemf1", "lemf2"});
  if (!read) {
    if (read.error().empty()) fuzz::broken("refused without a reason");
    return 0;
  }
  for (const auto& warrant : read->all()) {
    if (warrant->liid.empty() || warrant->liid.size() > 25) fuzz::broken("an LIID of a wrong size");
    if (read->with(warrant->liid) != warrant) fuzz::broken("an LIID twice");
    if (warrant->xids.empty() || warrant->targets.empty() || warrant->destinations.empty()) fuzz::broken("a list is empty");
    if (warrant->until <= warrant->from) fuzz::broken("never valid");
    for (const auto& xid : warrant->xids) {
      if (read->with(xid).empty()) fuzz::broken("an XID that leads nowhere");
    }
  }
  return 0;
}
