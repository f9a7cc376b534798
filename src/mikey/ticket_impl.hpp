// mikey/ticket_impl.hpp: reading TP and TICKET payloads.
#pragma once

#include "mikey/payloads_impl.hpp"

namespace li::mikey {

[[nodiscard]] Tp read_tp(Reader& in);
[[nodiscard]] Ticket read_ticket(Reader& in);

}  // namespace li::mikey
