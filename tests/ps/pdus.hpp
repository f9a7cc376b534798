// tests/ps/pdus.hpp: PS-PDUs out of the files of tests/data.
#pragma once

#include "ber/tlv.hpp"
#include "ps/pdu.hpp"
#include "tests/data/data.hpp"

namespace li::test {

inline std::vector<ps::Pdu> pdus_of(const std::string& name) {
  std::vector<ps::Pdu> pdus;
  const auto octets = read_octets(data_path(name));
  for (auto rest = ByteView(octets); !rest.empty();) {
    const auto size = ber::measure(rest).value();
    pdus.push_back(ps::decode(rest.first(size)).value());
    rest = rest.subspan(size);
  }
  return pdus;
}

inline ps::Pdu pdu_of(const std::string& name) { return std::move(pdus_of(name).at(0)); }

}  // namespace li::test
