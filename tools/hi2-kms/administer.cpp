#include "hi2-kms/administer.hpp"

#include <iostream>

namespace li::kms_tool {

int fail(const std::string& problem) {
  std::cerr << "hi2-kms: " << problem << '\n';
  return kFailed;
}

int fail(const std::vector<std::string>& problems) {
  for (const auto& problem : problems) fail(problem);
  return kFailed;
}

int administer(const std::string& config, const std::string& command, const ops::Fields& arguments,
               const std::function<Result<void>(kms::Store&, kms::Time)>& act) {
  auto settings = kms::load_settings(config);
  if (!settings) return fail(settings.error());
  settings->admin_audit.on_anchor_failure = [](const Error& error) { fail("the anchor can't be written: " + error.message()); };
  auto admin = kms::Admin::open(std::move(*settings), ops::system_now);
  if (!admin) return fail(admin.error().message());
  const auto done = admin->run(command, arguments, act);
  const auto closed = admin->close();
  if (!done) return fail(done.error().message());
  if (!closed) return fail(closed.error().message());
  return kDone;
}

}  // namespace li::kms_tool
