// kms/key_service.hpp: the KMS's answer to get_keys on Xk.
//
// Source:  TS 33.107 clause 7A.7.2 and 7A.7.4; RFC 6043.
// Units:   as mikey/get_keys.hpp.
// Errors:  a reason, which is all that the client learns. Each refusal is audited and raises a security event at once.
// Owns:    refers to a Store, which must outlive it; threads may share it.
#pragma once

#include <memory>
#include <mutex>

#include "kms/journal.hpp"
#include "kms/li_list.hpp"
#include "kms/store.hpp"
#include "mikey/get_keys.hpp"
#include "ops/audit.hpp"
#include "xk/messages.hpp"

namespace li::kms {

class KeyService {
 public:
  struct Rules {
    std::vector<std::string> clients;         ///< names of certificates that may ask
    std::vector<std::string> kms_identities;  ///< ours, as IDRkms in tickets; the first is the name we use
    bool allow_missing_resp = false;
    bool allow_unprotected = false;
  };

  KeyService(Store& store, Journal journal, ops::Clock clock) : store_(store), journal_(std::move(journal)), clock_(std::move(clock)) {}

  /// Takes effect for requests that begin afterwards.
  void set(Rules rules, LiList list);

  struct Client {
    std::vector<std::string> names;  ///< of its certificate
    std::string address;
  };
  /// Makes of the keys what will be sent, before the audit entry: no entry tells of keys that can't be sent.
  using Prepare = std::function<Result<void>(mikey::CallKeys&)>;
  /// The keys, when their audit entry is durable; `unavailable` when they can't be prepared.
  [[nodiscard]] tl::expected<mikey::CallKeys, xk::Reason> get_keys(const Client& client, const mikey::GetKeys& request,
                                                                   const Prepare& prepare = {});

 private:
  struct Settings {
    Rules rules;
    LiList list;
  };
  struct Question;
  using Answer = tl::expected<mikey::CallKeys, xk::Reason>;

  [[nodiscard]] std::shared_ptr<const Settings> settings() const;
  [[nodiscard]] Answer decide(Question& question);
  [[nodiscard]] std::optional<xk::Reason> judge_client(Question& question);
  [[nodiscard]] Answer derive(Question& question);
  [[nodiscard]] mikey::Answer<mikey::TicketSecrets> open(Question& question, const mikey::TicketView& view);
  [[nodiscard]] mikey::Answer<mikey::TicketSecrets> open_foreign(Question& question, const mikey::TicketView& view);
  [[nodiscard]] mikey::Groups groups_in(Question& question, const mikey::Transfer& transfer);
  [[nodiscard]] Answer record(const Question& question, Answer answer);

  Store& store_;
  const Journal journal_;
  const ops::Clock clock_;
  mutable std::mutex lock_;
  std::shared_ptr<const Settings> settings_ = std::make_shared<Settings>();
};

/// The reason on Xk for one of mikey's, which has the same word.
[[nodiscard]] xk::Reason to_xk(mikey::Reason reason);

}  // namespace li::kms
