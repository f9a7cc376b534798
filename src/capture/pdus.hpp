// capture/pdus.hpp: PS-PDUs, HI3 PDUs, X2 and X3 PDUs of a file, a pipe or a recorded connection, one at a time, in bounded memory.
//
// Source:  TS 102 232-1 6.3 (PS-PDUs back to back on a TCP connection); TS 33.108 B.12; TS 103 221-2 6.2.
// Units:   offsets are octets from the start of the input.
// Errors:  damage is an item in its place. Behind it PS-PDUs and HI3 PDUs go on where the next one shows by its domain identifier; X2
//          has nothing to be known by, so it ends there. A PDU's content is not judged here: the caller reads it and calls reject() when
//          that fails.
// Owns:    PduReader owns its buffer and wipes it; PduItem::octets is valid until the next call of next().
//
// Nothing stands between PDUs: filler octets are damage.
#pragma once

#include <istream>
#include <optional>

#include "ber/tlv.hpp"
#include "capture/form.hpp"

namespace li::capture {

struct PduItem {
  std::size_t offset = 0;
  ByteView octets;             ///< the whole PDU; empty for damage
  std::optional<Error> error;  ///< of damage; its offset is from the start of the input
};

class PduReader {
 public:
  /// `form` is one of ps, hi3 and x2.
  PduReader(std::istream& in, Form form, const ber::Limits& limits = {});

  /// The next item, or nothing at the end of the input.
  [[nodiscard]] std::optional<PduItem> next();
  /// The PDU that next() gave can't be read: if its length is what is wrong, the next one may start inside it.
  void reject() { rejected_ = true; }

 private:
  [[nodiscard]] std::size_t here() const { return base_ + at_; }
  [[nodiscard]] ByteView rest() const { return ByteView(buffer_).subspan(at_); }
  bool have(std::size_t octets);
  [[nodiscard]] Result<std::size_t> measure();
  [[nodiscard]] Result<std::size_t> measure_ber();
  [[nodiscard]] Result<std::size_t> measure_x2();
  [[nodiscard]] bool starts_here();
  void resync();
  PduItem damage(Error error);

  std::istream& in_;
  Form form_;
  ber::Limits limits_;
  RecordBytes buffer_;
  std::size_t base_ = 0;  // offset of buffer_[0] in the input
  std::size_t at_ = 0;    // in buffer_
  std::size_t last_ = 0;  // of the PDU given last, in buffer_
  bool rejected_ = false;
  bool end_of_input_ = false;
  bool over_ = false;
  bool seen_any_ = false;
};

}  // namespace li::capture
