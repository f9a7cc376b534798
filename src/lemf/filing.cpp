#include "lemf/filing_impl.hpp"

#include <algorithm>

namespace li::lemf {

using delivery::FileMethod;

namespace {

// Of a file of method A. `found` is the LIID of its first record.
Bytes liid_of(const std::string& said, const Bytes* found) {
  if (found != nullptr && names(said, *found)) return *found;
  const auto octets = from_hex(said);
  const auto in_digits = octets && !octets->empty() && !delivery::file_name_a(*octets, 0, '1').starts_with(as_text(*octets));
  return in_digits ? *octets : to_bytes(said);
}

}  // namespace

// As a mediation function writes an LIID: as it is, or in hexadecimal digits.
bool names(const std::string& said, ByteView liid) {
  if (as_text(liid) == said) return true;
  const auto octets = from_hex(said);
  return octets && equal(*octets, liid);
}

Result<void> Filing::put(FilePiece& piece) {
  if (report_.outcome.file_was_here) return {};
  if (piece.at == 0) begin(piece);
  if (said_.method == FileMethod::a) name_all(piece);
  if (piece.at + piece.arrivals.size() <= taken_ && !piece.last) return {};
  mark_.at = piece.at;
  mark_.last = piece.last;
  Delivery delivery{std::exchange(piece.arrivals, {}), mark_, now_};
  auto put = store_.put(delivery);
  piece.arrivals = std::move(delivery.arrivals);
  if (!put) return failure(put.error());
  taken_ = put->file_taken;
  add(*put);
  return {};
}

void Filing::begin(const FilePiece& piece) {
  if (said_.method != FileMethod::a) return;
  const auto good = std::find_if(piece.arrivals.begin(), piece.arrivals.end(), [](const auto& one) { return one.form != Form::bad; });
  mark_.liid = liid_of(said_.liid, good == piece.arrivals.end() ? nullptr : &good->liid);
  const auto folder = report_.name.find('/');
  const auto sender = folder == std::string::npos ? std::string() : report_.name.substr(0, folder);
  if (said_.number <= std::numeric_limits<std::uint32_t>::max())
    mark_.numbering = Numbering{to_bytes(sender), {}, {}, {}, "file", static_cast<std::uint32_t>(said_.number)};
}

// A file of method A is of the LIID in its name, and so is what can't be read in it.
void Filing::name_all(FilePiece& piece) {
  for (auto& arrival : piece.arrivals) {
    if (arrival.form == Form::bad) arrival.liid = mark_.liid;
    if (arrival.liid == mark_.liid || mismatch_) continue;
    mismatch_ = true;
    report_.outcome.notices.push_back({Notice::What::file_mismatch, arrival.liid, "file " + report_.name, 0, 0});
  }
}

void Filing::add(Outcome& put) {
  auto& sum = report_.outcome;
  sum.stored += put.stored;
  sum.duplicates += put.duplicates;
  sum.conflicts += put.conflicts;
  sum.file_was_here = put.file_was_here;
  sum.file_taken = put.file_taken;
  std::move(put.notices.begin(), put.notices.end(), std::back_inserter(sum.notices));
}

}  // namespace li::lemf
