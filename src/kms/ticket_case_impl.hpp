// kms/ticket_case_impl.hpp: one message to the ticket service on its way, with what the audit entry will say.
//
// Source:  RFC 6043 clauses 4.2.1 and 4.2.3.
// Owns:    all but the octets, which are the caller's.
#pragma once

#include "kms/ticket_service.hpp"

namespace li::kms {

struct TicketService::Case {
  ByteView octets;
  std::string from;
  std::shared_ptr<const Settings> settings;
  TimePoint now;
  std::optional<Received> received;
  SecretBytes key;  ///< of the sender, once it is proved: protects answer and Error

  std::string request;  ///< "ticket", "resolve" or "resolve_for_kms"
  std::string sender;
  std::string subscriber;
  std::string ticket;
  std::string tpk_id;

  [[nodiscard]] Time second() const { return std::chrono::floor<seconds>(now); }
  [[nodiscard]] const TicketRules& rules() const { return settings->rules; }
};

}  // namespace li::kms
