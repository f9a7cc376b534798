#include <iostream>
#include <memory>
#include <random>

#include "hi2-callsim/commands.hpp"
#include "hi2-callsim/kms_links.hpp"
#include "hi2-callsim/load.hpp"
#include "hi2-callsim/scenarios.hpp"
#include "ops/audit.hpp"

namespace li::callsim {

namespace {

struct Arguments {
  std::string config = kDefaultConfig;
  LoadSpec spec;
};

int load(const Arguments& wanted) {
  if ((wanted.spec.seconds > 0) == (wanted.spec.calls > 0)) {
    fail("one of --seconds and --calls is needed");
    return kUsage;
  }
  if (wanted.spec.tickets && wanted.spec.calls == 0 && wanted.spec.rate <= 0) {
    fail("--tickets needs --calls or a --rate: tickets are got before the first event");
    return kUsage;
  }
  const auto settings = load_settings(wanted.config);
  if (!settings) return fail(settings.error());
  if (!settings->x2.given) return fail(wanted.config + ": [x2] is missing");
  auto kmss = KmsLinks::open(*settings);
  auto numbers = Numbers::open(settings->x2.state, xid_of(kLoad));
  auto tls = net::TlsContext::load(settings->x2.tls);
  if (!kmss) return fail(kmss.error().message());
  if (!numbers) return fail(numbers.error().message());
  if (!tls) return fail(tls.error().message());
  Poi poi(settings->x2, connect_over_tls(settings->x2, std::move(*tls)));
  const auto result = run_load(wanted.spec, *settings, **kmss, ops::system_now, *numbers, poi);
  std::cout << to_json(result, poi) << '\n';
  return result.problem.empty() ? kDone : fail(result.problem);
}

}  // namespace

Command add_load(CLI::App& app) {
  auto* command =
      app.add_subcommand("load", "many calls of alice to bob under the LIID 'load'; ends when the DF2 has taken all, and prints JSON");
  auto wanted = std::make_shared<Arguments>();
  wanted->spec.seed = std::random_device()();
  auto& spec = wanted->spec;
  command->add_option("--config", wanted->config, "private to us")->capture_default_str();
  command->add_option("--rate", spec.rate, "events a second; 0: as fast as they are taken")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--seconds", spec.seconds, "how long calls begin")->check(CLI::NonNegativeNumber);
  command->add_option("--calls", spec.calls, "how many calls, of 7 events each");
  command->add_option("--open-dialogs", spec.open_dialogs, "calls that do not end, before the others; of 5 events each");
  command->add_flag("--tickets", spec.tickets, "each call with a ticket of its own, got from the KMS before the first event");
  command->add_option("--seed", spec.seed, "for the numbers of SIP and RTP");
  return {command, [wanted] { return load(*wanted); }};
}

}  // namespace li::callsim
