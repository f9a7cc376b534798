// kms/ticket_marks.hpp: what tells a ticket, and a fork of it, from others.
//
// Source:  RFC 6043 clause 6.10 and appendix A.1: the Next payload octet and Initiator Data are no part of the ticket itself.
// Units:   SHA-256.
// Errors:  none.
// Owns:    results own their octets.
#pragma once

#include "mikey/ticket.hpp"

namespace li::kms {

/// The same for a ticket wherever it is embedded.
[[nodiscard]] Bytes ticket_mark(const mikey::TicketView& view);

/// The same for all messages of one answer: of IDRr and RANDRkms; both empty when the ticket does not fork.
[[nodiscard]] Bytes fork_mark(ByteView id_r, ByteView rand_kms);

/// Keys of a ticket as the cache holds them: as a RESOLVE_RESP carries them. The fork is not among them.
[[nodiscard]] Result<SecretBytes> to_cached(const mikey::TicketSecrets& secrets);
[[nodiscard]] Result<mikey::TicketSecrets> read_cached(const SecretBytes& cached, bool forking);

/// IDRkms of a ticket's policy, canonical; nothing when the ticket names none.
[[nodiscard]] std::optional<std::string> issuer_of(const mikey::TicketPolicy& policy);

}  // namespace li::kms
