// Walk, typed record and builder beside asn1c's own decoder and encoder, on the same records in one run.
//
//   cmake -S . -B build-bench -G Ninja -DHI2KIT_BENCH=ON && ninja -C build-bench bench
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>

#include <EpsIRIsContent.h>
#include <UmtsIRIsContent.h>

#include "hi2/builder.hpp"
#include "hi2/record.hpp"

namespace {

using namespace li;
using hi2::IriBuilder;
using hi2::Module;

const TimePoint kTime{std::chrono::milliseconds(1'795'000'000'204)};

std::string invite() {
  return "INVITE sip:bob@ims.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK74b43\r\nMax-Forwards: 70\r\n"
         "From: \"Alice\" <sip:alice@ims.example>;tag=9fxced76sl\r\nTo: Bob <sip:bob@ims.example>\r\nCall-ID: "
         "3848276298220188511@ims.example\r\n"
         "CSeq: 1 INVITE\r\nContact: <sip:alice@192.0.2.1>\r\nP-Asserted-Identity: <sip:alice@ims.example>\r\nContent-Type: "
         "application/sdp\r\n\r\n" +
         std::string(
             "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49170 RTP/SAVP 97\r\na=rtpmap:97 "
             "AMR-WB/16000/1\r\n") +
         std::string(800, 'a') + "\r\n";
}

IriBuilder sip_report(Module module, const std::string& message) {
  constexpr std::uint8_t kCorrelation[] = {1, 2, 3, 4, 5, 6, 7, 8};
  auto builder = IriBuilder::report(module);
  builder.lawful_interception_identifier("NL-0042")
      .time_stamp(kTime, {std::chrono::minutes(60), hi2::WinterSummer::winter_time})
      .initiator(hi2::Initiator::originating_target)
      .observed_sip_uri("sip:alice@ims.example")
      .network_identifier("31015")
      .correlation_number(kCorrelation)
      .sip_message(message);
  return builder;
}

IriBuilder key_report(Module module) {
  constexpr std::uint8_t kKey[16] = {0xE1, 0xF9, 0x7A, 0x0D, 0x3E, 0x01, 0x8B, 0xE0, 0xD6, 0x4F, 0xA3, 0x2C, 0x06, 0xDE, 0x41, 0x39};
  constexpr std::uint8_t kCorrelation[] = {1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<hi2::CCKeyInfo> keys;
  keys.reserve(2);
  for (std::uint8_t session = 1; session <= 2; ++session) {
    keys.push_back({{session}, SecretBytes(kKey), SecretBytes(ByteView(kKey).first(14))});
  }
  auto builder = IriBuilder::report(module);
  builder.lawful_interception_identifier("NL-0042")
      .time_stamp(kTime, {std::chrono::minutes(60), hi2::WinterSummer::winter_time})
      .observed_sip_uri("sip:alice@ims.example")
      .network_identifier("31015")
      .correlation_number(kCorrelation)
      .media_decryption_info(std::move(keys));
  return builder;
}

struct Rival {
  asn_TYPE_descriptor_t& descriptor;
  void* decode(ByteView octets) const {
    void* value = nullptr;
    const auto result = ber_decode(nullptr, &descriptor, &value, octets.data(), octets.size());
    if (result.code != RC_OK) std::abort();
    return value;
  }
  void free(void* value) const { descriptor.free_struct(&descriptor, value, 0); }
};

class Silent : public schema::Visitor {};

Rival rival_of(Module module) { return {module == Module::umts ? asn_DEF_UmtsIRIsContent : asn_DEF_EpsIRIsContent}; }

void add(const std::string& name, Module module, const std::function<IriBuilder()>& plain) {
  const auto octets = plain().encode().value();
  const auto rival = rival_of(module);
  benchmark::RegisterBenchmark((name + "/asn1c decode").c_str(), [=](benchmark::State& state) {
    for (auto _ : state) rival.free(rival.decode(octets));
  });
  benchmark::RegisterBenchmark((name + "/walk").c_str(), [=](benchmark::State& state) {
    Silent silent;
    for (auto _ : state) benchmark::DoNotOptimize(schema::walk(hi2::content_type(module), octets, silent));
  });
  benchmark::RegisterBenchmark((name + "/typed record").c_str(), [=](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(hi2::decode(octets));
  });
  benchmark::RegisterBenchmark((name + "/asn1c encode").c_str(), [=](benchmark::State& state) {
    auto* value = rival.decode(octets);
    Bytes out(octets.size() + 1024);
    for (auto _ : state) benchmark::DoNotOptimize(der_encode_to_buffer(&rival.descriptor, value, out.data(), out.size()));
    rival.free(value);
  });
  benchmark::RegisterBenchmark((name + "/builder").c_str(), [=](benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(plain().encode());
  });
}

// Keeps the best time of each, and prints the ratios at the end.
class Ratios : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      auto& best = times_[run.run_name.function_name];
      const auto time = run.GetAdjustedCPUTime();
      best = best == 0 ? time : std::min(best, time);
    }
    ConsoleReporter::ReportRuns(runs);
  }
  void print(const std::string& name) const {
    if (!times_.contains(name + "/builder") || !times_.contains(name + "/walk")) return;  // filtered out
    const auto time = [&](const char* what) { return times_.at(name + "/" + what); };
    std::printf("%-12s  walk %.1fx, typed record %.1fx asn1c's decoder; builder %.1fx asn1c's encoder\n", name.c_str(),
                time("asn1c decode") / time("walk"), time("asn1c decode") / time("typed record"), time("asn1c encode") / time("builder"));
  }

 private:
  std::map<std::string, double> times_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto message = invite();
  const char* const names[] = {"umts/SIP", "eps/SIP", "umts/keys", "eps/keys"};
  add(names[0], Module::umts, [&] { return sip_report(Module::umts, message); });
  add(names[1], Module::eps, [&] { return sip_report(Module::eps, message); });
  add(names[2], Module::umts, [] { return key_report(Module::umts); });
  add(names[3], Module::eps, [] { return key_report(Module::eps); });
  std::vector<char*> arguments(argv, argv + argc);
  char repetitions[] = "--benchmark_repetitions=5";
  char minimum[] = "--benchmark_min_time=0.1";
  arguments.insert(arguments.begin() + 1, {repetitions, minimum});
  auto count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  Ratios ratios;
  benchmark::RunSpecifiedBenchmarks(&ratios);
  std::puts("");
  for (const auto* name : names) ratios.print(name);
  return 0;
}
