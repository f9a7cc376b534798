// ps/integrity.hpp: digests over PS-PDUs, made by the sender and checked by the receiver.
//
// Source:  ETSI TS 102 232-1 V3.26.1 Annex J and A.2 (IntegrityCheck), 7.2.3.
// Units:   the digest covers whole PS-PDUs as they stand on the wire, tag and length included, in the order listed.
// Errors:  what the module does not allow is refused; what can't be checked is a Verdict, not an Error.
// Owns:    HashMaker keeps a running digest, IntegrityChecker copies of PDUs that are not checked yet, up to its limit.
//
// A chain is a LIID, a communicationIdentifier and a kind of data; its IntegrityCheck PDUs count for themselves. Where payloads are
// encrypted, the digest is taken before: over the PDU as contain() gives it (encryption.hpp). Signatures are shown, not checked.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "crypto/hash.hpp"
#include "ps/pdu.hpp"

namespace li::ps {

enum class DataType : std::uint8_t { iri = 1, cc = 2, ilhi = 3 };

struct IntegrityCheck {
  std::vector<std::uint32_t> included_sequence_numbers;
  bool is_hash = true;  ///< else a signature
  std::optional<DataType> data_type;
  Bytes check_value;
  std::optional<crypto::Hash> hash_algorithm;
  bool operator==(const IntegrityCheck&) const = default;
};

/// The IntegrityCheck of a TRI PDU that holds one.
[[nodiscard]] std::optional<IntegrityCheck> integrity_check(const Pdu& pdu);

/// The PS-PDU that carries it: the LIID and communicationIdentifier of the header name the chain.
[[nodiscard]] Result<RecordBytes> encode_integrity_check(const Header& header, const IntegrityCheck& check);

/// The sender's side of one chain.
class HashMaker {
 public:
  HashMaker(DataType data_type, crypto::Hash algorithm) : data_type_(data_type), algorithm_(algorithm), running_(algorithm) {}
  /// Each PS-PDU of the chain as it is sent.
  void add(std::uint32_t sequence_number, ByteView pdu);
  [[nodiscard]] std::size_t count() const { return included_.size(); }
  /// The check over everything since the last one.
  [[nodiscard]] IntegrityCheck take();

 private:
  DataType data_type_;
  crypto::Hash algorithm_;
  crypto::RunningDigest running_;
  std::vector<std::uint32_t> included_;
};

enum class Verdict : std::uint8_t {
  match,
  mismatch,
  not_verifiable,  ///< a PDU is missing, the limit was reached, or the algorithm can't be told
  signature,
};
[[nodiscard]] std::string_view to_string(Verdict verdict);

struct Checked {
  IntegrityCheck check;
  Verdict verdict = Verdict::not_verifiable;
  std::vector<std::uint32_t> missing;
};

/// The receiver's side of a stream, all of its chains.
class IntegrityChecker {
 public:
  explicit IntegrityChecker(std::size_t max_octets = 64 * 1024 * 1024) : max_octets_(max_octets) {}
  /// Every PDU in the order received; says what became of an IntegrityCheck.
  [[nodiscard]] std::optional<Checked> take(const Pdu& pdu);

 private:
  using Place = std::pair<std::string, std::uint32_t>;  // chain and sequence number
  void keep(Place place, ByteView octets);
  [[nodiscard]] Checked judge(const std::string& chain, IntegrityCheck check);

  std::size_t max_octets_;
  std::size_t octets_ = 0;
  std::map<Place, RecordBytes> kept_;
  std::deque<Place> order_;
};

}  // namespace li::ps
