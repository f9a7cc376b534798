// kms/store.hpp: what a KMS keeps: subscribers and their keys, Ticket Protection Keys, seen messages, keys from other KMSs.
//
// Source:  RFC 6043 clauses 4.1.1 (TPK), 6.10 (groups of responders), 12.4 (replay); TS 33.107 clause 7A.7.3 (cached keys);
//          TS 33.220 (Ks_NAF under a B-TID). Nothing is kept of a single call whose ticket this KMS issued.
// Units:   time is seconds since 1970, and always an argument; keys are octets.
// Errors:  a failing disk or database is an Error; what is not there is an empty optional. `unexpected`: the thing exists already, or
//          the one that it needs does not.
// Owns:    one SQLite file (WAL, every commit on the disk, erased rows overwritten). Every key in it is sealed by a Vault. A Store may be
//          shared by threads, and the file by processes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "crypto/random.hpp"

namespace li::kms {

using Time = std::chrono::sys_seconds;
using std::chrono::seconds;

struct Subscriber {
  std::int64_t id = 0;
  std::string name;                     ///< for administration, e.g. the private identity
  std::vector<std::string> identities;  ///< public: URIs ("sip:alice@home1.example") and NAIs ("alice@home1.example")
};

/// A pre-shared key, e.g. Ks_NAF under its B-TID.
struct SubscriberKey {
  std::int64_t subscriber = 0;
  Bytes key_id;
  SecretBytes key;
  Time expires;
};

struct TicketProtectionKey {
  Bytes id;
  SecretBytes key;
  Time created;
};

struct TicketProtectionKeyState {
  std::string id;
  Time created;
  std::optional<Time> retired;
  std::optional<Time> erased_after;  ///< of a retired one
};

class Store {
 public:
  struct Options {
    std::string path;
    seconds keep_retired{};               ///< how long a retired TPK answers: ticket lifetime plus LI retention
    std::size_t max_replays = 1'000'000;  ///< seen messages; when full, new ones are refused
    crypto::Random random;                ///< crypto::random, unless a test says otherwise
  };

  /// Makes the file, readable by its owner only; it must not exist.
  [[nodiscard]] static Result<void> create(const Options& options, const SecretBytes& master);
  /// Opens it, and brings its tables to this version.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const Options& options, const SecretBytes& master);

  // Subscribers. An identity belongs to one subscriber, or is a group's. Identities are kept in their canonical form (kms/identity.hpp).
  [[nodiscard]] Result<void> add_subscriber(std::string_view name, const std::vector<std::string>& identities, Time now);
  [[nodiscard]] Result<void> remove_subscriber(std::string_view name);
  [[nodiscard]] Result<std::vector<Subscriber>> subscribers();
  [[nodiscard]] Result<std::optional<Subscriber>> subscriber(std::int64_t id);
  [[nodiscard]] Result<std::optional<Subscriber>> subscriber_of(std::string_view identity);

  // Keys of subscribers. A key id that exists already gets the new key, if it is the same subscriber's.
  [[nodiscard]] Result<void> put_key(std::string_view name, ByteView key_id, const SecretBytes& key, Time expires);
  [[nodiscard]] Result<void> remove_key(ByteView key_id);
  [[nodiscard]] Result<std::optional<SubscriberKey>> key(ByteView key_id, Time now);
  /// The keys of a subscriber that are valid, newest expiry first: for messages that name no key.
  [[nodiscard]] Result<std::vector<SubscriberKey>> keys_of(std::int64_t subscriber, Time now);

  // Certificates of public-key mode, as DER.
  [[nodiscard]] Result<void> add_certificate(std::string_view name, ByteView der);
  /// Whose certificate this is.
  [[nodiscard]] Result<std::optional<std::int64_t>> owner_of_certificate(ByteView der);
  [[nodiscard]] Result<std::vector<Bytes>> certificates_of(std::int64_t subscriber);

  // Groups: an identity that tickets may name as responder, and who belongs to it.
  [[nodiscard]] Result<void> add_to_group(std::string_view group, std::string_view member);
  [[nodiscard]] Result<void> remove_from_group(std::string_view group, std::string_view member);
  [[nodiscard]] Result<std::vector<std::string>> members(std::string_view group);
  [[nodiscard]] Result<std::vector<std::string>> groups();
  [[nodiscard]] Result<bool> is_member(std::string_view group, std::string_view member);

  // Ticket Protection Keys. One is active and protects new tickets; retired ones only open old tickets.
  [[nodiscard]] Result<std::optional<TicketProtectionKey>> active_tpk();
  /// Makes a new active key and retires the one before.
  [[nodiscard]] Result<TicketProtectionKeyState> rotate_tpk(Time now);
  /// Nothing when it is unknown or was retired too long ago, erased already or not.
  [[nodiscard]] Result<std::optional<TicketProtectionKey>> tpk(ByteView id, Time now);
  [[nodiscard]] Result<std::vector<TicketProtectionKeyState>> tpks();

  /// Whether a message is new: its hash is kept until `expires`. A second time it is not.
  [[nodiscard]] Result<bool> first_seen(ByteView hash, Time now, Time expires);

  // Keys that another KMS gave for a ticket of its own: by ticket, and by the fork they are for.
  [[nodiscard]] Result<void> cache(ByteView ticket, ByteView fork, const SecretBytes& keys, Time expires);
  [[nodiscard]] Result<std::optional<SecretBytes>> cached(ByteView ticket, ByteView fork, Time now);

  struct Erased {
    std::int64_t tpks = 0;
    std::int64_t keys = 0;
    std::int64_t cached = 0;
    std::int64_t replays = 0;
  };
  /// Erases all that has expired: rows are overwritten and the log truncated. An Error when a reader keeps the log from being truncated:
  /// call it again.
  [[nodiscard]] Result<Erased> purge(Time now);

  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace li::kms
