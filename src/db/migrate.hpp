// db/migrate.hpp: brings the tables of a store to what the program knows, a step at a time.
//
// Source:  none.
// Units:   none.
// Errors:  `unexpected` when a newer program made the store; else those of the database. A step is done wholly or not at all.
// Owns:    nothing beyond a call. Several processes may migrate the same store at once.
#pragma once

#include <span>

#include "db/sqlite.hpp"

namespace li::db {

/// Does the steps that `database` has not had, in order; a step that was released is never changed. `what` names it: "the spool".
[[nodiscard]] Result<void> migrate(Database& database, std::span<const char* const> steps, std::string_view what);

}  // namespace li::db
