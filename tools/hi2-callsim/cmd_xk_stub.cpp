#include <iostream>
#include <memory>

#include "hi2-callsim/commands.hpp"
#include "hi2-callsim/xk_stub.hpp"
#include "ops/signals.hpp"

namespace li::callsim {

namespace {

struct Arguments {
  std::string config = kDefaultConfig, mode = "pass", delay = "10s", reason = "unavailable", target;
};

int serve(const Arguments& wanted) {
  ops::Signals signals;  // before any thread
  Misbehaviour how;
  how.target = wanted.target;
  const auto delay = ops::parse_duration(wanted.delay);
  const auto reason = xk::parse_reason(wanted.reason);
  const auto mode = parse_mode(wanted.mode);
  if (!delay || !reason || !mode) {
    fail(!delay    ? "--delay: " + delay.error().message()
         : !reason ? "--reason: no word of Xk, such as unavailable or target"
                   : "--mode: pass, silent, slow, refuse or partial");
    return kUsage;
  }
  how.delay = *delay;
  how.reason = *reason;
  how.mode = *mode;
  const auto settings = load_settings(wanted.config);
  if (!settings) return fail(settings.error());
  if (!settings->stub.given) return fail(wanted.config + ": [xk_stub] is missing");
  auto stub = XkStub::start(settings->stub, std::move(how));
  if (!stub) return fail(stub.error().message());
  std::cout << "listening on " << settings->stub.listen.host << ':' << (*stub)->port() << std::endl;
  while (signals.wait(std::chrono::hours(1)) != ops::Signal::stop) {
  }
  (*stub)->stop();
  return kDone;
}

}  // namespace

Command add_xk_stub(CLI::App& app) {
  auto* command = app.add_subcommand("xk-stub", "stands between DF2 and KMS on Xk and misbehaves, until SIGTERM");
  auto wanted = std::make_shared<Arguments>();
  command->add_option("--config", wanted->config, "private to us")->capture_default_str();
  command->add_option("--mode", wanted->mode, "pass, silent, slow, refuse, or partial: the key of the first crypto session only")
      ->capture_default_str();
  command->add_option("--delay", wanted->delay, "slow: before a question goes on; silent: before its connection is let go")
      ->capture_default_str();
  command->add_option("--reason", wanted->reason, "refuse: a word of Xk")->capture_default_str();
  command->add_option("--target", wanted->target, "misbehave for this identity only");
  return {command, [wanted] { return serve(*wanted); }};
}

}  // namespace li::callsim
