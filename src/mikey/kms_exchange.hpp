// mikey/kms_exchange.hpp: Ticket Request and Ticket Resolve, which user equipments have with a KMS: both ends.
//
// Source:  RFC 6043 clauses 4.2.1, 4.2.3, 5.1.2, 5.5.
// Units:   T as it stands on the wire; seconds since 1970 where certificates are checked.
// Errors:  building fails when a rule of the RFC would be broken; a received message is refused with the number that an Error message
//          would carry, and a text for the log.
// Owns:    results own their octets and keys.
#pragma once

#include "crypto/certificate.hpp"
#include "mikey/build.hpp"

namespace li::mikey {

/// REQUEST_INIT when it asks with a TP, RESOLVE_INIT when with a TICKET.
struct KmsRequest {
  Stamp stamp;
  Bytes rand;               ///< RANDRi of a REQUEST_INIT, RANDRr of a RESOLVE_INIT
  std::optional<Idr> self;  ///< IDRi or IDRr
  std::optional<Idr> kms;
  std::variant<Tp, Ticket> subject;
  std::optional<Idr> psk;  ///< IDRpsk
};

/// The identities that the MAC covers when the message leaves them out.
struct KnownIdentities {
  Bytes self, kms;
};

/// REQUEST_INIT_PSK or RESOLVE_INIT_PSK.
[[nodiscard]] Result<Bytes> build_request(const KmsRequest& request, ByteView psk, const KnownIdentities& known = {});

/// What the public-key variants need beside.
struct PublicKeyMode {
  std::vector<crypto::Certificate> chain;  ///< own certificate first
  crypto::PrivateKey signer;
  crypto::PublicKey kms;
  SecretBytes envelope_key;
  crypto::Padding padding = crypto::Padding::pkcs1;
  crypto::Signature signature = crypto::Signature::rsa_pkcs1;
  bool send_chain = true;
  std::optional<Chash> chash;  ///< which of the KMS's certificates was used
};

/// REQUEST_INIT_PK or RESOLVE_INIT_PK. The signature's hash is SHA-256 with PRF-HMAC-SHA-256, else SHA-1 as RFC 3830 has it.
[[nodiscard]] Result<Bytes> build_request_pk(const KmsRequest& request, const PublicKeyMode& mode, const KnownIdentities& known = {});

/// What protects a request or its answer. `request` is a REQUEST_INIT or RESOLVE_INIT of either kind.
[[nodiscard]] KeySchedule request_schedule(const Message& request, ByteView key, Direction direction);

/// Whether V of a _PSK request is right.
[[nodiscard]] bool verify_request(const Message& request, ByteView octets, ByteView psk, const KnownIdentities& known = {});

/// Verifies SIGN of a _PK request and opens its envelope key. `signer` is the key of the first certificate, whose chain the caller has
/// judged.
[[nodiscard]] Result<SecretBytes> open_request_pk(const Message& request, ByteView octets, const crypto::PublicKey& signer,
                                                  const crypto::PrivateKey& kms, const KnownIdentities& known = {});

/// The CERT payloads of a message that are X.509 in DER form.
[[nodiscard]] Result<std::vector<crypto::Certificate>> certificates(const Message& message);

struct KmsAnswer {
  Timestamp t;
  Auth auth = Auth::hmac_sha_1_160;
  Encr encr = Encr::aes_cm_128;
  std::optional<Idr> kms;
  std::optional<Ticket> ticket;  ///< REQUEST_RESP: the ticket granted
  std::vector<KeyData> keys;     ///< MPKi, MPKr or MPKr', then TEK, TGK, GTGK
  std::optional<Idr> id_r;       ///< RESOLVE_RESP with forking
  Bytes rand_kms;
};

/// REQUEST_RESP or RESOLVE_RESP to `request`; `key` is the PSK or the envelope key.
[[nodiscard]] Result<Bytes> build_answer(const KmsAnswer& answer, ByteView request, ByteView key);

/// What an answer gave.
struct Granted {
  std::optional<Ticket> ticket;
  TicketSecrets secrets;  ///< of a RESOLVE_RESP with forking, those of one responder
};

/// Verifies and opens REQUEST_RESP or RESOLVE_RESP to `request`.
[[nodiscard]] Answer<Granted> open_answer(ByteView answer, ByteView request, ByteView key);

/// Keys as a KEMAC carries them: MPKi, MPKr when there is one, and the rest.
[[nodiscard]] std::vector<KeyData> to_key_data(const TicketSecrets& secrets, const Bytes& mpki_spi, const Bytes& mpkr_spi);

/// An Error message about `faulty` (RFC 6043 clause 5.4); with a schedule it is authenticated.
[[nodiscard]] Result<Bytes> build_error(const Header& faulty, const Timestamp& t, ErrorNumber error, const KeySchedule* schedule,
                                        Auth auth);

}  // namespace li::mikey
