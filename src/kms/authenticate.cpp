#include "kms/authenticate.hpp"

#include "kms/identity.hpp"

namespace li::kms {

namespace {

template <typename T>
tl::unexpected<Refused> store_fault(const Result<T>& result) {
  return refused(Fault::unavailable, result.error().message());
}

}  // namespace

Verdict<Sender> Authenticator::prove(const Received& received, Time now) const {
  return received.is_psk() ? prove_psk(received, now) : prove_pk(received, now);
}

// For an identity that the message leaves out, the subscriber's only one stands in its MAC.
mikey::KnownIdentities Authenticator::known(const Subscriber& subscriber) const {
  return {subscriber.identities.size() == 1 ? to_bytes(subscriber.identities.front()) : Bytes(), to_bytes(kms_)};
}

// By IDRpsk; without it, the only key of the subscriber that the message names.
Verdict<std::optional<SubscriberKey>> Authenticator::find_key(const Received& received, Time now) const {
  if (const auto* named = mikey::find(received.message.payloads, mikey::IdRole::psk)) {
    auto key = store_.key(named->data, now);
    if (!key) return store_fault(key);
    return std::move(*key);
  }
  const auto identity = received.sender() == nullptr ? std::nullopt : identity_of(*received.sender());
  if (!identity) return std::nullopt;
  const auto subscriber = store_.subscriber_of(*identity);
  if (!subscriber) return store_fault(subscriber);
  if (!*subscriber) return std::nullopt;
  auto keys = store_.keys_of((*subscriber)->id, now);
  if (!keys) return store_fault(keys);
  if (keys->size() != 1) return std::nullopt;
  return std::optional<SubscriberKey>(std::move(keys->front()));
}

Verdict<Sender> Authenticator::prove_psk(const Received& received, Time now) const {
  auto key = find_key(received, now);
  if (!key) return tl::unexpected(key.error());
  std::optional<Subscriber> subscriber;
  if (*key) {
    auto found = store_.subscriber((*key)->subscriber);
    if (!found) return store_fault(found);
    subscriber = std::move(*found);
  }
  // A MAC is computed for a key that does not exist too: the time that an answer takes must not tell which ones do.
  const SecretBytes nobody{Bytes(32)};
  const auto& psk = *key ? (*key)->key : nobody;
  const auto right = mikey::verify_request(received.message, received.octets, psk.reveal(), subscriber ? known(*subscriber) : known({}));
  if (!*key) return refused(Fault::auth_failure, "no such key, or it has expired");
  if (!subscriber || !right) return refused(Fault::auth_failure, "the MAC is not right");
  return Sender{std::move(*subscriber), std::move((*key)->key)};
}

// Certificates of the message, or those that the store has of the subscriber that it names.
Verdict<std::vector<crypto::Certificate>> Authenticator::find_chain(const Received& received) const {
  auto sent = mikey::certificates(received.message);
  if (!sent) return refused(Fault::auth_failure, sent.error().message());
  if (!sent->empty()) return std::move(*sent);
  const auto identity = received.sender() == nullptr ? std::nullopt : identity_of(*received.sender());
  if (!identity) return refused(Fault::auth_failure, "neither certificate nor identity");
  const auto subscriber = store_.subscriber_of(*identity);
  if (!subscriber) return store_fault(subscriber);
  if (!*subscriber) return refused(Fault::auth_failure, "no such subscriber");
  const auto kept = store_.certificates_of((*subscriber)->id);
  if (!kept) return store_fault(kept);
  if (kept->empty()) return refused(Fault::auth_failure, "the subscriber has no certificate");
  auto certificate = crypto::Certificate::from_der(kept->back());
  if (!certificate) return refused(Fault::unavailable, certificate.error().message());
  return std::vector{std::move(*certificate)};
}

Verdict<Sender> Authenticator::prove_pk(const Received& received, Time now) const {
  if (!public_key_) return refused(Fault::auth_failure, "public-key mode is not configured");
  const auto chain = find_chain(received);
  if (!chain) return tl::unexpected(chain.error());
  const auto owner = store_.owner_of_certificate(chain->front().to_der());
  if (!owner) return store_fault(owner);
  if (!*owner) return refused(Fault::auth_failure, "a certificate that no subscriber has");
  // The subscriber's certificate was entered by administration: one that signs itself is its own root.
  auto roots = public_key_->roots;
  roots.push_back(chain->front());
  if (auto valid = crypto::verify_chain(*chain, roots, now.time_since_epoch().count()); !valid)
    return refused(Fault::auth_failure, valid.error().message());
  auto subscriber = store_.subscriber(**owner);
  if (!subscriber) return store_fault(subscriber);
  if (!*subscriber) return refused(Fault::auth_failure, "the subscriber is gone");
  const auto signer = chain->front().public_key();
  if (!signer) return refused(Fault::auth_failure, signer.error().message());
  auto envelope = mikey::open_request_pk(received.message, received.octets, *signer, public_key_->key, known(**subscriber));
  if (!envelope) return refused(Fault::auth_failure, envelope.error().message());
  if (envelope->size() < 16) return refused(Fault::auth_failure, "the envelope key is shorter than 128 bits");
  return Sender{std::move(**subscriber), std::move(*envelope)};
}

}  // namespace li::kms
