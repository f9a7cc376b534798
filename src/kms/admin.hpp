// kms/admin.hpp: administration of a KMS: each command is in the audit trail, with its user, before it is done.
//
// Source:  docs/kms.md. KMS administration; LI administration writes the LI list and nothing else.
// Units:   seconds.
// Errors:  those of the store and of the trail; a command that can't be audited is not done.
// Owns:    the trail of administration, under its lock, and a connection to the store. A daemon may run beside.
#pragma once

#include "kms/settings.hpp"

namespace li::kms {

class Admin {
 public:
  [[nodiscard]] static Result<Admin> open(Settings settings, const ops::Clock& clock);

  /// Audits the command, then does it; what fails is audited too.
  [[nodiscard]] Result<void> run(const std::string& command, const ops::Fields& arguments,
                                 const std::function<Result<void>(Store&, Time)>& act);
  [[nodiscard]] Result<void> close() { return audit_->close(); }

 private:
  Admin(std::unique_ptr<Store> store, std::unique_ptr<ops::AuditLog> audit, ops::Clock clock)
      : store_(std::move(store)), audit_(std::move(audit)), clock_(std::move(clock)) {}

  std::unique_ptr<Store> store_;
  std::unique_ptr<ops::AuditLog> audit_;
  ops::Clock clock_;
};

/// Makes what a daemon starts with, each file with mode 0600 and none over another: store, master key (when it is a file), audit key, LI
/// list without entries. Gives the paths made.
[[nodiscard]] Result<std::vector<std::string>> initialise(const std::string& config_path, Time now);

}  // namespace li::kms
