// x2/codec.hpp: one X2 or X3 PDU to octets and back, and PDUs out of a stream of octets.
//
// Source:  ETSI TS 103 221-2 V1.6.1 clauses 5 (layout), 5.4 table 7 (which format goes with which type), 6.2 (stream).
// Units:   octets.
// Errors:  refused are broken framing, a major version other than 0, PDU type 0, a format that table 7 forbids for the type, and a
//          keep-alive without sequence number. Types, formats, directions and attributes that the text does not know are kept: a
//          later minor version may define them (5.2.1). ErrorKind::truncated means that more octets could mend it.
// Owns:    results own their octets.
//
// Success does not promise that values make sense: see findings().
#pragma once

#include "x2/pdu.hpp"

namespace li::x2 {

struct Limits {
  std::size_t max_header = 64 * 1024;
  std::size_t max_payload = 16 * 1024 * 1024;
};

/// decode reads exactly one PDU; octets left over are an error.
[[nodiscard]] Result<Pdu> decode(ByteView octets, const Limits& limits = {});

/// encode writes `pdu` and refuses what decode would refuse, so decode(encode(p)) equals p.
[[nodiscard]] Result<RecordBytes> encode(const Pdu& pdu);

/// How many octets the PDU has that `octets` begins with, told from its first 40; ErrorKind::truncated if they are not there yet.
[[nodiscard]] Result<std::size_t> measure(ByteView octets, const Limits& limits = {});

/// What can be read but breaks a rule, a sentence each: wrong sizes, directions and formats that do not fit.
[[nodiscard]] std::vector<std::string> findings(const Pdu& pdu);

/// The PDUs of a connection, as its octets come in. A PDU whose lengths are sound but which can't be read, or whose payload is beyond the
/// limit, is an Error of its own: the next call gives the PDU behind it. After any other Error the place of the next PDU is not known:
/// the connection is to be closed, and next() gives the same Error for ever.
class Stream {
 public:
  explicit Stream(const Limits& limits = {}) : limits_(limits) {}
  void feed(ByteView octets);
  /// The next PDU, or nothing until more octets are fed.
  [[nodiscard]] Result<std::optional<Pdu>> next();
  /// Whether the place of the next PDU is not known any more.
  [[nodiscard]] bool is_broken() const { return broken_.has_value(); }
  /// Octets of a PDU that is not whole yet: the connection may not end here.
  [[nodiscard]] std::size_t pending() const { return buffer_.size() - at_ + skip_; }

 private:
  [[nodiscard]] Error placed(Error error) const;
  void pass(std::size_t octets);

  Limits limits_;
  RecordBytes buffer_;
  std::size_t at_ = 0;
  std::size_t done_ = 0;  // octets of the stream before buffer_
  std::size_t skip_ = 0;  // octets still to come of a PDU that is left out
  std::optional<Error> broken_;
};

}  // namespace li::x2
