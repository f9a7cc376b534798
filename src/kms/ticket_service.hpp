// kms/ticket_service.hpp: the KMS's answers to Ticket Request and Ticket Resolve, of its own users and of other KMSs.
//
// Source:  RFC 6043 clauses 4.2.1, 4.2.3, 5.4 and 10.
// Units:   octets; time by the clock given.
// Errors:  an Error message, as clause 5.4 has it: authenticated if the sender is, else not. A replay and what is no MIKEY message are not
//          answered at all. Each refusal is audited and raises a security event.
// Owns:    refers to a Store, which must outlive it; threads may share it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "kms/authenticate.hpp"
#include "kms/journal.hpp"
#include "ops/audit.hpp"

namespace li::kms {

/// Another KMS: we ask it for the keys of its tickets, and it us.
struct PeerKms {
  std::string identity;              ///< IDRkms, canonical
  std::vector<std::string> domains;  ///< of the users that it may resolve tickets for
  std::vector<std::string> names;    ///< in its certificate
  Bytes key_id;                      ///< IDRpsk
  SecretBytes key;                   ///< of the two KMSs
  /// Sends a RESOLVE_INIT there, over mutual TLS, and gives what came back.
  std::function<Result<Bytes>(ByteView message)> ask;
};

class TicketService {
 public:
  struct Settings {
    TicketRules rules;
    std::optional<PublicKeyRules> public_key;
    std::vector<PeerKms> peers;
    std::chrono::seconds cache_lifetime{std::chrono::hours(24 * 30)};  ///< of keys that another KMS gave
  };

  TicketService(Store& store, Journal journal, ops::Clock clock, crypto::Random random)
      : store_(store), journal_(std::move(journal)), clock_(std::move(clock)), random_(std::move(random)) {}

  /// Takes effect for messages that come afterwards.
  void set(Settings settings);

  enum class Expect { any, request, resolve };
  struct Reply {
    RecordBytes message;         ///< empty: no answer
    std::optional<Fault> fault;  ///< none: granted
  };
  /// A message of a user. `from` is an address, for the audit trail.
  [[nodiscard]] Reply user(ByteView octets, Expect expect, const std::string& from);
  /// A RESOLVE_INIT of another KMS, which showed these names in its certificate.
  [[nodiscard]] Reply peer(ByteView octets, const std::vector<std::string>& names, const std::string& from);

 private:
  struct Case;
  using Settled = Verdict<Bytes>;

  [[nodiscard]] std::shared_ptr<const Settings> settings() const;
  [[nodiscard]] Verdict<void> read(Case& one, Expect expect);
  [[nodiscard]] Reply finish(Case& one, Settled settled);
  [[nodiscard]] Settled handle_user(Case& one, Expect expect);
  [[nodiscard]] Settled handle_peer(Case& one, const std::vector<std::string>& names);
  [[nodiscard]] Verdict<void> check_fresh(Case& one);
  [[nodiscard]] Verdict<void> check_kms(const Case& one) const;
  [[nodiscard]] Verdict<mikey::Idr> check_identity_of_sender(const Case& one, const Subscriber& subscriber) const;
  [[nodiscard]] Settled request(Case& one, const mikey::Idr& sender);
  [[nodiscard]] Settled build_ticket(Case& one, Grant granted, const Algorithms& algorithms, const TicketProtectionKey& tpk);
  [[nodiscard]] Settled resolve(Case& one, const mikey::Idr& sender, bool ask_others);
  [[nodiscard]] Verdict<mikey::TicketSecrets> open_own(Case& one, const mikey::TicketView& view, const mikey::Idr& sender);
  [[nodiscard]] Verdict<mikey::TicketSecrets> open_foreign(Case& one, const mikey::TicketView& view, const mikey::Idr& sender);
  [[nodiscard]] Verdict<void> check_responder(const mikey::Ticket& ticket, const std::string& responder);
  [[nodiscard]] Verdict<mikey::TicketSecrets> ask(Case& one, const PeerKms& peer, const mikey::TicketView& view, const mikey::Idr& sender);

  Store& store_;
  const Journal journal_;
  const ops::Clock clock_;
  const crypto::Random random_;
  mutable std::mutex lock_;
  std::shared_ptr<const Settings> settings_ = std::make_shared<Settings>();
};

}  // namespace li::kms
