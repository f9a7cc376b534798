// hi2/list_pdus.hpp: the PDUs of a file as a list, a line each; several where a PS-PDU holds several records.
#pragma once

#include <istream>
#include <string>

#include "capture/form.hpp"

namespace li::tool {

struct PduCounts {
  std::size_t files = 0;
  std::size_t pdus = 0;
  std::size_t damaged = 0;
  std::size_t mismatches = 0;  ///< digests that are not those of the PDUs they are over
};

struct PduListOptions {
  bool json = false;
  bool colour = false;
  bool named = false;  ///< the file's name goes ahead
};

/// Adds to `counts`.
void list_pdus(std::istream& in, const std::string& name, capture::Form form, const PduListOptions& options, PduCounts& counts);

}  // namespace li::tool
