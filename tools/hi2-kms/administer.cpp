#include "hi2-kms/administer.hpp"

namespace li::kms_tool {

int administer(const daemon::Program& program, const std::string& command, const ops::Fields& arguments,
               const std::function<Result<void>(kms::Store&, kms::Time)>& act) {
  auto settings = kms::load_settings(program.config());
  if (!settings) return program.fail(settings.error());
  settings->admin_audit.on_anchor_failure = [&](const Error& error) { program.fail("the anchor can't be written: " + error.message()); };
  const auto done = kms::administer(std::move(*settings), command, arguments, act);
  return done ? static_cast<int>(daemon::kDone) : program.fail(done.error().message());
}

}  // namespace li::kms_tool
