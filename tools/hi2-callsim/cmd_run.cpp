#include <fcntl.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <random>

#include "hi2-callsim/commands.hpp"
#include "hi2-callsim/kms_links.hpp"
#include "hi2-callsim/media_file.hpp"
#include "hi2-callsim/poi.hpp"
#include "hi2-callsim/report.hpp"
#include "ops/audit.hpp"

namespace li::callsim {

namespace {

struct Arguments {
  std::string scenario, config = kDefaultConfig, media, expect, clear, pdus;
  std::uint64_t seed = std::random_device()();
  unsigned packets = 50;
  bool dry_run = false;
};

// For us alone: there may be keys in it.
Result<void> write_private(const std::string& path, ByteView octets) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failure(ErrorKind::missing, path + ": can't be written");
  bool good = true;
  while (good && !octets.empty()) {
    const auto count = ::write(file, octets.data(), octets.size());
    good = count > 0;
    if (good) octets = octets.subspan(static_cast<std::size_t>(count));
  }
  if (::close(file) != 0 || !good) return failure(ErrorKind::limit, path + ": can't be written");
  return {};
}

Result<void> write_files(const Arguments& wanted, const Scenario& scenario, const Story& story, const std::string& target) {
  const MediaSettings media{wanted.media, wanted.clear, wanted.packets, wanted.seed, ops::system_now()};
  auto payloads = write_media(story.streams, media);
  if (!payloads) return failure(payloads.error());
  if (wanted.expect.empty()) return {};
  return write_private(wanted.expect, expectation_json({scenario, story, wanted.seed, target, wanted.packets, std::move(*payloads)}));
}

// Numbers are kept before they are used: after a crash there may be a gap, which is an alarm, but no number comes twice.
Result<void> send(const Arguments& wanted, const Scenario& scenario, const Story& story, const Settings& settings,
                  const std::string& target) {
  auto numbers = Numbers::open(settings.x2.state, scenario.xid());
  if (!numbers) return failure(numbers.error());
  if (auto saved = numbers->save(static_cast<std::uint32_t>(story.events.size())); !saved) return saved;
  auto tls = net::TlsContext::load(settings.x2.tls);
  if (!tls) return failure(tls.error());
  Poi poi(settings.x2, connect_over_tls(settings.x2, std::move(*tls)));
  RecordBytes all;
  for (const auto& event : story.events) {
    if (event.pause.count() > 0) {
      if (auto done = poi.run_until(std::chrono::steady_clock::now() + event.pause); !done) return done;
    }
    auto pdu = to_pdu(event, scenario.xid(), target, settings.x2.network_element, numbers->take(), ops::system_now());
    append(all, pdu);
    poi.add(std::move(pdu));
  }
  auto done = poi.finish();
  if (done && !wanted.pdus.empty()) done = write_private(wanted.pdus, all);
  return done;
}

int run(const Arguments& wanted) {
  const auto* scenario = find_scenario(wanted.scenario);
  if (scenario == nullptr) {
    fail("no scenario '" + wanted.scenario + "'; hi2-callsim list shows them");
    return kUsage;
  }
  const auto settings = load_settings(wanted.config);
  if (!settings) return fail(settings.error());
  if (!settings->x2.given && !wanted.dry_run) return fail(wanted.config + ": [x2] is missing");
  auto kmss = KmsLinks::open(*settings);
  if (!kmss) return fail(kmss.error().message());
  const auto story = play(*scenario, *settings, **kmss, ops::system_now, wanted.seed);
  const auto* target = settings->subscriber(scenario->target);
  if (auto written = write_files(wanted, *scenario, story, target->identity); !written) return fail(written.error().message());
  if (wanted.dry_run) return kDone;
  if (auto sent = send(wanted, *scenario, story, *settings, target->identity); !sent) return fail(sent.error().message());
  std::cout << scenario->name << ": " << story.events.size() << " events, all taken by the DF2\n";
  return kDone;
}

}  // namespace

Command add_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "plays a scenario: UEs get tickets from the KMS, the network function sends X2 to the DF2");
  auto wanted = std::make_shared<Arguments>();
  command->add_option("SCENARIO", wanted->scenario, "see list")->required();
  command->add_option("--config", wanted->config, "private to us")->capture_default_str();
  command->add_option("--media", wanted->media, "pcap of the call's media, encrypted as its UEs do");
  command->add_option("--clear", wanted->clear, "pcap of the same media in the clear");
  command->add_option("--expect", wanted->expect, "JSON of what the LEMF must get, with keys; see docs/callsim.md");
  command->add_option("--pdus", wanted->pdus, "the X2 PDUs as they were sent, for hi2 decode");
  command->add_option("--packets", wanted->packets, "of 20 ms, in each stream")->capture_default_str()->check(CLI::Range(0, 1'000'000));
  command->add_option("--seed", wanted->seed, "for the numbers of SIP and RTP; tickets and keys are new each time");
  command->add_flag("--dry-run", wanted->dry_run, "sends nothing to the DF2");
  return {command, [wanted] { return run(*wanted); }};
}

}  // namespace li::callsim
