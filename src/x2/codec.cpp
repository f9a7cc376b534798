#include "x2/codec.hpp"

#include <algorithm>
#include <utility>

#include "x2/big_endian_impl.hpp"

namespace li::x2 {
namespace {

constexpr auto kClause = "TS 103 221-2 5.1";
constexpr std::size_t kPayloadLength = 8;  // where it stands

// Table 7; what lies behind its end may be defined by a later minor version.
bool format_fits(PduType type, PayloadFormat format) {
  constexpr auto kLast = PayloadFormat::unstructured;
  constexpr PayloadFormat kOnlyX3[] = {PayloadFormat::ethernet, PayloadFormat::rtp, PayloadFormat::gtp_u, PayloadFormat::msrp,
                                       PayloadFormat::unstructured};
  constexpr PayloadFormat kOnlyX2[] = {PayloadFormat::sip, PayloadFormat::dhcp, PayloadFormat::radius, PayloadFormat::eps_iri_content};
  if (type != PduType::x2 && type != PduType::x3) return true;
  if (format > kLast) return true;
  if (format == PayloadFormat::keepalive) return false;
  const auto has = [format](const auto& list) { return std::find(std::begin(list), std::end(list), format) != std::end(list); };
  return type == PduType::x2 ? !has(kOnlyX3) : !has(kOnlyX2);
}

std::optional<Error> refuse(const Pdu& pdu) {
  if (pdu.major != 0)
    return Error{ErrorKind::unknown, "version " + std::to_string(pdu.major) + "." + std::to_string(pdu.minor), 0, {}, "TS 103 221-2 5.2.1"};
  if (pdu.type == PduType{}) return Error{ErrorKind::malformed, "PDU type 0", 2, {}, "TS 103 221-2 5.2.2"};
  if (!format_fits(pdu.type, pdu.format)) {
    return Error{ErrorKind::unexpected,
                 "payload format " + std::to_string(static_cast<unsigned>(pdu.format)) + " in an " +
                     (pdu.type == PduType::x2 ? "X2" : "X3") + " PDU",
                 12,
                 {},
                 "TS 103 221-2 5.4"};
  }
  if (pdu.is_keepalive() && !pdu.sequence_number())
    return Error{ErrorKind::missing, "a keep-alive without sequence number", kFixedHeader, {}, kClause};
  return {};
}

Result<void> read_attributes(ByteView header, Pdu& pdu) {
  for (std::size_t at = kFixedHeader; at < header.size();) {
    if (header.size() - at < 4) return failure({ErrorKind::malformed, "the header ends inside an attribute", at, {}, "TS 103 221-2 5.3"});
    const std::size_t length = get<std::uint16_t>(header, at + 2);
    if (length > header.size() - at - 4) {
      return failure(
          {ErrorKind::malformed, "an attribute of " + std::to_string(length) + " octets runs past the header", at, {}, "TS 103 221-2 5.3"});
    }
    pdu.attributes.push_back(attribute(AttributeType{get<std::uint16_t>(header, at)}, header.subspan(at + 4, length)));
    at += 4 + length;
  }
  return {};
}

}  // namespace

Result<std::size_t> measure(ByteView octets, const Limits& limits) {
  const auto broken = [](ErrorKind kind, std::string text, std::size_t at) { return failure({kind, std::move(text), at, {}, kClause}); };
  if (!octets.empty() && octets[0] != 0)
    return broken(ErrorKind::unknown, "major version " + std::to_string(octets[0]) + ", known is 0", 0);
  if (octets.size() >= 4 && get<std::uint16_t>(octets, 2) == 0) return broken(ErrorKind::malformed, "PDU type 0", 2);
  if (octets.size() < 12) return broken(ErrorKind::truncated, "the input ends inside a header", octets.size());
  const std::size_t header = get<std::uint32_t>(octets, 4);
  const std::size_t payload = get<std::uint32_t>(octets, 8);
  if (header < kFixedHeader) return broken(ErrorKind::malformed, "a header of " + std::to_string(header) + " octets", 4);
  if (header > limits.max_header) return broken(ErrorKind::limit, "a header of " + std::to_string(header) + " octets", 4);
  if (payload > limits.max_payload) return broken(ErrorKind::limit, "a payload of " + std::to_string(payload) + " octets", kPayloadLength);
  return header + payload;
}

Result<Pdu> decode(ByteView octets, const Limits& limits) {
  const auto size = measure(octets, limits);
  if (!size) return failure(size.error());
  if (*size != octets.size()) {
    const bool cut = octets.size() < *size;
    const auto text = cut ? "the input ends inside the PDU, which has " + std::to_string(*size) + " octets"
                          : std::to_string(octets.size() - *size) + " octets behind the PDU";
    return failure({cut ? ErrorKind::truncated : ErrorKind::malformed, text, std::min(*size, octets.size()), {}, kClause});
  }
  Pdu pdu;
  pdu.major = octets[0];
  pdu.minor = octets[1];
  pdu.type = PduType{get<std::uint16_t>(octets, 2)};
  pdu.format = PayloadFormat{get<std::uint16_t>(octets, 12)};
  pdu.direction = Direction{get<std::uint16_t>(octets, 14)};
  std::copy_n(octets.begin() + 16, pdu.xid.size(), pdu.xid.begin());
  pdu.correlation_id = get<std::uint64_t>(octets, 32);
  const auto header = octets.first(get<std::uint32_t>(octets, 4));
  if (const auto read = read_attributes(header, pdu); !read) return failure(read.error());
  pdu.payload = to_record_bytes(octets.subspan(header.size()));
  if (auto error = refuse(pdu)) return failure(std::move(*error));
  return pdu;
}

Result<RecordBytes> encode(const Pdu& pdu) {
  if (auto error = refuse(pdu)) return failure(std::move(*error));
  const auto too_large = [](std::string what) { return failure(ErrorKind::out_of_range, std::move(what) + " is too large", kClause); };
  const auto header = pdu.header_length();
  if (header > UINT32_MAX) return too_large("the header");
  if (pdu.payload.size() > UINT32_MAX) return too_large("the payload");
  RecordBytes out;
  out.reserve(header + pdu.payload.size());
  out.push_back(pdu.major);
  out.push_back(pdu.minor);
  put(out, static_cast<std::uint16_t>(pdu.type));
  put(out, static_cast<std::uint32_t>(header));
  put(out, static_cast<std::uint32_t>(pdu.payload.size()));
  put(out, static_cast<std::uint16_t>(pdu.format));
  put(out, static_cast<std::uint16_t>(pdu.direction));
  append(out, pdu.xid);
  put(out, pdu.correlation_id);
  for (const auto& one : pdu.attributes) {
    if (one.contents.size() > UINT16_MAX) return too_large("an attribute");
    put(out, static_cast<std::uint16_t>(one.type));
    put(out, static_cast<std::uint16_t>(one.contents.size()));
    append(out, one.contents);
  }
  append(out, pdu.payload);
  return out;
}

void Stream::feed(ByteView octets) {
  if (at_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    done_ += at_;
    at_ = 0;
  }
  append(buffer_, octets);
  pass(std::exchange(skip_, 0));
}

Error Stream::placed(Error error) const {
  error.offset = done_ + at_ + error.offset.value_or(0);
  return error;
}

// What is not there yet is left out when it comes.
void Stream::pass(std::size_t octets) {
  const auto here = std::min(octets, buffer_.size() - at_);
  at_ += here;
  skip_ = octets - here;
}

Result<std::optional<Pdu>> Stream::next() {
  if (broken_) return failure(*broken_);
  const auto rest = ByteView(buffer_).subspan(at_);
  if (rest.empty()) return std::nullopt;
  const auto size = measure(rest, limits_);
  if (!size && size.error().kind == ErrorKind::limit && size.error().offset == kPayloadLength) {
    auto error = placed(size.error());
    pass(std::size_t{get<std::uint32_t>(rest, 4)} + get<std::uint32_t>(rest, kPayloadLength));
    return failure(std::move(error));
  }
  if (!size && size.error().kind != ErrorKind::truncated) {
    broken_ = placed(size.error());
    return failure(*broken_);
  }
  if (!size || rest.size() < *size) return std::nullopt;
  auto pdu = decode(rest.first(*size), limits_);
  if (!pdu) {
    auto error = placed(pdu.error());
    pass(*size);
    return failure(std::move(error));
  }
  at_ += *size;
  return std::optional<Pdu>(std::move(*pdu));
}

}  // namespace li::x2
