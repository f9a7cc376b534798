// kms/ntp.hpp: MIKEY's timestamps and the time of the KMS's clock.
//
// Source:  RFC 3830 clause 6.6; RFC 6043 clauses 6.3 and 6.10; RFC 4330 clause 3 (seconds with the first bit clear lie in 2036 or later).
// Units:   Time is seconds since 1970, a TimePoint milliseconds.
// Errors:  a COUNTER tells no time.
// Owns:    plain values.
#pragma once

#include "base/time.hpp"
#include "kms/store.hpp"
#include "mikey/build.hpp"

namespace li::kms {

[[nodiscard]] std::optional<Time> to_time(std::uint8_t ts_type, ByteView value);
/// Seconds since 1900, as mikey counts.
[[nodiscard]] std::uint64_t to_ntp(Time time);
/// A T payload, NTP-UTC.
[[nodiscard]] mikey::Timestamp to_timestamp(TimePoint time);
/// A TR payload, NTP-UTC-32.
[[nodiscard]] mikey::TimestampRole to_timestamp(mikey::TsRole role, Time time);

}  // namespace li::kms
