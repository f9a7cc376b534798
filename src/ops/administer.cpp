#include "ops/administer.hpp"

#include "ops/user.hpp"

namespace li::ops {

Result<void> administer(AuditOptions trail, const std::string& command, const Fields& arguments, const std::function<Result<void>()>& act) {
  const auto audit = AuditLog::open(std::move(trail));
  if (!audit) return failure(audit.error());
  Fields fields{{"command", command}, {"user", user_of_process()}};
  fields.insert(fields.end(), arguments.begin(), arguments.end());
  if (auto entry = (*audit)->append({"admin", fields}); !entry) return failure(entry.error());
  if (auto done = act(); !done) {
    fields.emplace_back("problem", done.error().message());
    static_cast<void>((*audit)->append({"admin_failed", fields}));
    static_cast<void>((*audit)->close());
    return done;
  }
  return (*audit)->close();
}

}  // namespace li::ops
