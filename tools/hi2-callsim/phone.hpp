// hi2-callsim/phone.hpp: user equipment: its exchanges with the KMS, and with the other end of a call.
//
// Source:  RFC 6043 clauses 4.2.1 to 4.2.3 and 5.2; RFC 4567 clause 7.1 (two CS IDs for each m= line, the offerer's first).
// Units:   as mikey/call.hpp.
// Errors:  CannotPlay: a run makes all its messages before it sends any, so whatever goes wrong here is a failed start.
// Owns:    everything owns its octets and keys; a Phone's subscriber and KMS must outlive it.
#pragma once

#include <functional>
#include <stdexcept>

#include "base/time.hpp"
#include "hi2-callsim/settings.hpp"
#include "mikey/build.hpp"
#include "mikey/kms_exchange.hpp"

namespace li::callsim {

struct CannotPlay : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename T>
[[nodiscard]] T must(Result<T> result) {
  if (!result) throw CannotPlay(result.error().message());
  return std::move(*result);
}
template <typename T>
[[nodiscard]] T must(mikey::Answer<T> result) {
  if (!result) throw CannotPlay(std::string(mikey::word(result.error().reason)) + ": " + result.error().detail);
  return std::move(*result);
}

using Clock = std::function<TimePoint()>;

/// The way to the KMSs.
class Kmss {
 public:
  virtual ~Kmss() = default;
  enum class Kind { request, resolve };
  /// The answer to a MIKEY message, which may be an Error message. `kms` is an identity.
  [[nodiscard]] virtual Result<Bytes> post(const std::string& kms, ByteView message, Kind kind) = 0;
};

/// One direction of an m= line, and its key once there is one.
struct Session {
  std::uint8_t cs_id = 0;
  std::uint32_t ssrc = 0;
  SecretBytes key, salt;  ///< empty: no key for it

  [[nodiscard]] Session copy() const { return {cs_id, ssrc, key.copy(), salt.copy()}; }
};
using Sessions = std::vector<Session>;
[[nodiscard]] Sessions copy(const Sessions& sessions);

/// TRANSFER_INIT and what its sender knows.
struct Offered {
  Bytes message;
  mikey::Ticket ticket;
  std::vector<mikey::GenericId> map;
  mikey::TicketSecrets secrets;
};

/// TRANSFER_RESP and the keys that both ends have.
struct Answered {
  Bytes message;
  std::vector<mikey::GenericId> map;
  mikey::TicketSecrets secrets;  ///< of the responder
  Sessions sessions;
};

/// What goes into a TRANSFER_INIT.
struct OfferSpec {
  std::vector<std::string> responders;  ///< of the ticket; the first is IDRr
  std::vector<std::uint32_t> ssrcs;     ///< of the offerer, one for each m= line
  std::string flags = "DEFGHIJNO";
  std::uint8_t first_cs = 1;
  std::optional<std::uint32_t> csb_id;  ///< else a new one
};

struct AnswerSpec {
  std::vector<std::uint32_t> ssrcs;  ///< of the answerer, one for each m= line
  bool last_without_key = false;     ///< its SPI names no key: the KMS can answer in part only
};

class Phone {
 public:
  Phone(const Subscriber& subscriber, Kmss& kmss, Clock clock);

  [[nodiscard]] const std::string& identity() const { return subscriber_.identity; }

  /// With a ticket that the KMS gives.
  [[nodiscard]] Offered offer(const OfferSpec& spec);
  /// With the ticket of an earlier offer, which flag J allows.
  [[nodiscard]] Offered offer_again(const Offered& before, const OfferSpec& spec);
  /// With a ticket made here that is neither encrypted nor authenticated.
  [[nodiscard]] Offered offer_unprotected(const OfferSpec& spec);
  /// With a ticket of a KMS that nobody knows.
  [[nodiscard]] Offered offer_unresolvable(const OfferSpec& spec);

  /// To an offer of `from`, having resolved the ticket; each time another fork.
  [[nodiscard]] Answered answer(const Offered& offered, const AnswerSpec& spec);
  /// To an offer whose ticket was made there, not at a KMS.
  [[nodiscard]] Answered answer_with(const Offered& offered, mikey::TicketSecrets secrets, const AnswerSpec& spec);

 private:
  friend struct Rekeying;
  [[nodiscard]] mikey::Stamp stamp();
  [[nodiscard]] mikey::KmsRequest request(std::variant<mikey::Tp, mikey::Ticket> subject);
  [[nodiscard]] mikey::Granted ask(const mikey::KmsRequest& request, Kmss::Kind kind);
  [[nodiscard]] Offered transfer(const OfferSpec& spec, const mikey::Ticket& ticket, mikey::TicketSecrets secrets);
  [[nodiscard]] Offered own_ticket(const OfferSpec& spec, bool is_protected);

  const Subscriber& subscriber_;
  Kmss& kmss_;
  Clock clock_;
  TimePoint last_{};
};

/// A CSB update of a call: a new TGK, without ticket and RANDs. The first offer's ticket must have flag L.
struct Rekeying {
  Bytes init, resp;
  Sessions sessions;
  static Rekeying make(Phone& from, Phone& to, const Offered& offered, const Answered& answered, const OfferSpec& offer,
                       const AnswerSpec& answer);
};

[[nodiscard]] std::uint32_t csb_id_of(const Offered& offered);

/// The keys of an exchange as one who may open its ticket derives them.
[[nodiscard]] Sessions derive(const mikey::Transfer& transfer, const std::optional<mikey::Transfer>& update,
                              const mikey::TicketSecrets& secrets);

}  // namespace li::callsim
