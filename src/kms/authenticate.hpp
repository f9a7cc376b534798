// kms/authenticate.hpp: who sent a REQUEST_INIT or RESOLVE_INIT, proved by its MAC or its signature.
//
// Source:  RFC 6043 clauses 4.2.1 and 4.2.3; TS 33.220 (a B-TID names the key). Identities as TS 33.328 is understood to bind them: the
//          sender's identity must be one of the subscriber whose key proves the message.
// Units:   octets.
// Errors:  Fault::auth_failure, whatever it is that is wrong: a sender must not learn which keys exist.
// Owns:    results own their keys.
#pragma once

#include "kms/grant.hpp"
#include "mikey/kms_exchange.hpp"

namespace li::kms {

/// A message as it came.
struct Received {
  ByteView octets;
  mikey::Message message;

  [[nodiscard]] bool asks_ticket() const {
    return message.is(mikey::DataType::request_init_psk) || message.is(mikey::DataType::request_init_pk);
  }
  [[nodiscard]] bool asks_resolve() const {
    return message.is(mikey::DataType::resolve_init_psk) || message.is(mikey::DataType::resolve_init_pk);
  }
  [[nodiscard]] bool is_psk() const {
    return message.is(mikey::DataType::request_init_psk) || message.is(mikey::DataType::resolve_init_psk);
  }
  /// IDRi or IDRr of the sender, or null.
  [[nodiscard]] const mikey::Idr* sender() const {
    return mikey::find(message.payloads, asks_ticket() ? mikey::IdRole::initiator : mikey::IdRole::responder);
  }
};

struct Sender {
  Subscriber subscriber;
  SecretBytes key;  ///< PSK or envelope key: protects the answer
};

class Authenticator {
 public:
  Authenticator(Store& store, std::string kms_identity, std::optional<PublicKeyRules> public_key)
      : store_(store), kms_(std::move(kms_identity)), public_key_(std::move(public_key)) {}

  /// Fault::unavailable when the store can't be read.
  [[nodiscard]] Verdict<Sender> prove(const Received& received, Time now) const;

 private:
  [[nodiscard]] Verdict<std::optional<SubscriberKey>> find_key(const Received& received, Time now) const;
  [[nodiscard]] Verdict<std::vector<crypto::Certificate>> find_chain(const Received& received) const;
  [[nodiscard]] Verdict<Sender> prove_psk(const Received& received, Time now) const;
  [[nodiscard]] Verdict<Sender> prove_pk(const Received& received, Time now) const;
  [[nodiscard]] mikey::KnownIdentities known(const Subscriber& subscriber) const;

  Store& store_;
  std::string kms_;
  std::optional<PublicKeyRules> public_key_;
};

}  // namespace li::kms
