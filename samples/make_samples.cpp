// make_samples.cpp: writes the records of this folder, built by li::hi2::IriBuilder. The same octets on every run.
//
//   make_samples FOLDER      writes FOLDER/umts/*.ber, FOLDER/eps/*.ber and FOLDER/damaged.ber
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "ber/writer.hpp"
#include "call.hpp"
#include "hi2/builder.hpp"

namespace {

using namespace li;
using hi2::IriBuilder;
using hi2::Module;
using std::chrono::milliseconds;

// 2026-11-20 12:00:01.204 at the place of interception, an hour east of UTC, in winter.
const TimePoint kInvite = std::chrono::sys_days{std::chrono::November / 20 / 2026} + milliseconds(11 * 3'600'000 + 1'204);
const hi2::LocalClock kClock{std::chrono::minutes(60), hi2::WinterSummer::winter_time};

// What all records of the call have in common; the correlation number ties them together.
IriBuilder report(Module module, milliseconds after, std::string_view liid = "NL-0042") {
  constexpr std::uint8_t kCorrelation[] = {0x20, 0x26, 0x11, 0x20, 0x00, 0x00, 0x00, 0x2A};
  auto builder = IriBuilder::report(module);
  builder.lawful_interception_identifier(liid)
      .time_stamp(kInvite + after, kClock)
      .initiator(hi2::Initiator::originating_target)
      .observed_sip_uri("sip:alice@ims.example")
      .observed_tel_uri("tel:+12025550142")
      .network_identifier("99901")
      .network_element_dns("scscf.ims.example")
      .correlation_number(kCorrelation);
  return builder;
}

RecordBytes octets_of(const IriBuilder& builder) {
  auto octets = builder.encode();
  if (!octets) throw std::logic_error(hi2::to_string(octets.error()));
  return std::move(*octets);
}

RecordBytes sip_record(Module module, const sample::Message& message) {
  return octets_of(report(module, message.after).sip_message(message.text));
}

// The session keys that the KMS gives for the two crypto sessions of the call's MIKEY-TICKET exchange.
RecordBytes key_record(Module module) {
  const auto octets = [](std::string_view hex) { return from_hex(hex).value(); };
  const auto salt = octets("bc695014c5543878d9bb669c5278");
  std::vector<hi2::CCKeyInfo> keys;
  keys.push_back({{1}, SecretBytes(octets("0aa1a4b10093732ea4891b65111bd507")), SecretBytes(salt)});
  keys.push_back({{2}, SecretBytes(octets("db0d17014c16d04ef95f3997f71e69f3")), SecretBytes(salt)});
  return octets_of(report(module, milliseconds(2754)).media_decryption_info(std::move(keys)));
}

// Ten seconds without an answer of the KMS.
RecordBytes failure_record(Module module) { return octets_of(report(module, milliseconds(12'707)).media_sec_failure_indication()); }

// Another warrant that begins half a minute into the call.
RecordBytes mid_session_record(Module module) {
  const auto messages = sample::call();
  const auto& offer = messages[0].text;
  const auto& answer = messages[3].text;
  return octets_of(report(module, milliseconds(30'000), "NL-0043")
                       .sip_message_header_offer(sample::header_of(offer))
                       .sip_message_header_answer(sample::header_of(answer))
                       .sdp_offer(sample::body_of(offer))
                       .sdp_answer(sample::body_of(answer)));
}

void write(const std::filesystem::path& file, ByteView octets) {
  std::ofstream out(file, std::ios::binary);
  out << as_text(octets) << std::flush;
  if (!out) throw std::runtime_error("can't write " + file.string());
}

void write_module(const std::filesystem::path& folder, Module module) {
  std::filesystem::create_directories(folder);
  RecordBytes call;
  const auto messages = sample::call();
  for (const auto& message : messages) append(call, sip_record(module, message));
  write(folder / "call.ber", call);
  write(folder / "keys.ber", key_record(module));
  write(folder / "failure.ber", failure_record(module));
  write(folder / "mid_session.ber", mid_session_record(module));

  ber::Writer aggregate;  // umtsIRISequence or epsIRISequence: a SEQUENCE of whole records
  const auto mark = aggregate.open(ber::Tag{16});
  for (const auto& record : {sip_record(module, messages[1]), sip_record(module, messages[2]), key_record(module)}) aggregate.raw(record);
  aggregate.close(mark);
  write(folder / "aggregate.ber", aggregate.view());
}

// Three records with filler between the first two. In the second, the length of the SIP message is 512 octets too large.
void write_damaged(const std::filesystem::path& file) {
  constexpr std::uint8_t kSipMessage[] = {0x9E, 0x82};  // its tag, and a length in two octets
  const auto messages = sample::call();
  auto octets = sip_record(Module::umts, messages[1]);
  octets.resize(octets.size() + 4, 0xFF);
  auto second = sip_record(Module::umts, messages[2]);
  const auto tag = std::search(second.begin(), second.end(), std::begin(kSipMessage), std::end(kSipMessage));
  tag[2] = static_cast<std::uint8_t>(tag[2] + 2);
  append(octets, second);
  append(octets, key_record(Module::umts));
  write(file, octets);
}

int run(const std::filesystem::path& folder) {
  write_module(folder / "umts", Module::umts);
  write_module(folder / "eps", Module::eps);
  write_damaged(folder / "damaged.ber");
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return std::fputs("usage: make_samples FOLDER\n", stderr), 2;
  return run(argv[1]);
} catch (const std::exception& error) {
  std::fprintf(stderr, "make_samples: %s\n", error.what());
  return 1;
}
