// tests/hi2/records.hpp: builders of good records, for tests to spoil.
#pragma once

#include <gtest/gtest.h>

#include "hi2/builder.hpp"

namespace li::test {

using hi2::IriBuilder;
using hi2::Module;

inline const TimePoint kTime{std::chrono::milliseconds(1'795'173'601'204)};  // 2026-11-20 11:20:01.204 UTC
inline constexpr hi2::LocalClock kWinter{std::chrono::minutes(60), hi2::WinterSummer::winter_time};
inline constexpr std::uint8_t kCorrelation[] = {1, 2, 3, 4, 5, 6, 7, 8};
inline constexpr std::uint8_t kKey[16] = {0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE, 0x41, 0x39};

inline constexpr Module kModules[] = {Module::umts, Module::eps};

/// What every record has.
inline IriBuilder bare(Module module) {
  auto builder = IriBuilder::report(module);
  builder.lawful_interception_identifier("NL-0042").time_stamp(kTime, kWinter).network_identifier("31015");
  return builder;
}

inline IriBuilder sip(Module module) {
  auto builder = bare(module);
  builder.observed_sip_uri("sip:alice@ims.example").correlation_number(kCorrelation).sip_message("BYE sip:bob@ims.example SIP/2.0\r\n\r\n");
  return builder;
}

inline std::vector<hi2::CCKeyInfo> two_keys() {
  std::vector<hi2::CCKeyInfo> keys;
  keys.push_back({{1}, SecretBytes(kKey), SecretBytes(ByteView(kKey).first(14))});
  keys.push_back({{2}, SecretBytes(kKey), std::nullopt});
  return keys;
}

inline IriBuilder keys(Module module) {
  auto builder = bare(module);
  builder.correlation_number(kCorrelation).media_decryption_info(two_keys());
  return builder;
}

/// What build() finds wrong; nothing if it builds.
inline IriBuilder::Problems wrong(const IriBuilder& builder) {
  auto record = builder.build();
  return record ? IriBuilder::Problems() : std::move(record.error());
}

/// The record, or a failed test and nothing.
inline std::optional<hi2::IriRecord> built(const IriBuilder& builder) {
  auto record = builder.build();
  EXPECT_TRUE(record) << hi2::to_string(record.error());
  return record ? std::optional(std::move(*record)) : std::nullopt;
}

}  // namespace li::test
