#include "kms/ntp.hpp"

namespace li::kms {

namespace {

constexpr std::int64_t kNtpEpoch = 2'208'988'800;  // 1970 in seconds since 1900

}  // namespace

std::optional<Time> to_time(std::uint8_t ts_type, ByteView value) {
  if (ts_type == mikey::number(mikey::TsType::counter) || value.size() < 4) return std::nullopt;
  std::uint32_t since_1900 = 0;
  for (const auto octet : value.first(4)) since_1900 = since_1900 << 8 | octet;
  const auto era = (since_1900 & 0x80000000U) == 0 ? std::int64_t{1} << 32 : 0;
  return Time(seconds(since_1900 + era - kNtpEpoch));
}

std::uint64_t to_ntp(Time time) { return static_cast<std::uint64_t>(time.time_since_epoch().count() + kNtpEpoch); }

mikey::Timestamp to_timestamp(TimePoint time) {
  const auto whole = std::chrono::floor<seconds>(time);
  const auto milliseconds = static_cast<std::uint64_t>((time - whole).count());
  return mikey::ntp_utc(to_ntp(whole), static_cast<std::uint32_t>((milliseconds << 32) / 1000));
}

mikey::TimestampRole to_timestamp(mikey::TsRole role, Time time) {
  const auto since_1900 = static_cast<std::uint32_t>(to_ntp(time));
  Bytes value;
  for (int shift = 24; shift >= 0; shift -= 8) value.push_back(static_cast<std::uint8_t>(since_1900 >> shift));
  return {mikey::number(role), mikey::number(mikey::TsType::ntp_utc_32), std::move(value)};
}

}  // namespace li::kms
