// ps: what decode() accepts is looked through, checked and contained without a fault; what is written again reads the same.
#include "capture/agreement.hpp"
#include "fuzz.hpp"
#include "ps/encryption.hpp"
#include "ps/hi3.hpp"
#include "ps/integrity.hpp"
#include "ps/records.hpp"
#include "ps/write.hpp"

namespace {

using namespace li;

void look_at(const ps::Pdu& pdu, ps::IntegrityChecker& checker) {
  for (const auto& item : ps::items(pdu)) {
    if (!item.record) continue;
    const auto& type = schema::get(item.record->form == ps::Form::eps ? "EpsIRIContent" : "UmtsIRIContent");
    if (const auto read = schema::check(type, item.record->octets); !read && read.error().kind != ErrorKind::limit)
      fuzz::broken("a record out of a PDU can't be read: " + read.error().message());
  }
  static_cast<void>(checker.take(pdu));
  const auto contained = ps::contain(pdu, 1, ps::EncryptionType::aes_192_cbc, {});
  if (!contained) return;  // findings are refused when writing
  const auto inside = ps::decode(*contained);
  if (!inside) fuzz::broken("a contained PDU can't be read");
  const auto out = ps::release(*inside);
  if (!out) fuzz::broken("a contained PDU can't be released: " + out.error().message());
  if (fuzz::to_json(ps::pdu_type(), *out) != fuzz::to_json(ps::pdu_type(), pdu.octets)) fuzz::broken("released with another value");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView rest(data, size);
  ps::IntegrityChecker checker(64 * 1024);
  while (!rest.empty()) {
    const auto measured = ber::measure(rest);
    if (!measured) return 0;
    const auto octets = rest.first(*measured);
    rest = rest.subspan(*measured);
    if (const auto pdu = ps::decode(octets)) {
      look_at(*pdu, checker);
      static_cast<void>(capture::disagreements(*pdu));  // reads records and packets of content
    }
    if (const auto packet = ps::decode_voip_cc(octets)) static_cast<void>(ps::encode_voip_cc(*packet));
  }
  return 0;
}
