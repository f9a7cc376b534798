// tests/kms/ue.hpp: user equipment that talks to a KMS, for tests.
#pragma once

#include "kms/ntp.hpp"
#include "kms/store.hpp"
#include "mikey/get_keys.hpp"
#include "mikey/kms_exchange.hpp"

namespace li::kms::test {

/// Throws when there is none.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}
template <typename T>
T must(mikey::Answer<T> result) {
  if (!result) throw std::runtime_error(std::string(mikey::word(result.error().reason)) + ": " + result.error().detail);
  return std::move(*result);
}

[[nodiscard]] mikey::Idr idr(mikey::IdRole role, std::string_view identity);

struct WantedKey {
  mikey::KeyType type;
  std::size_t octets;
  Bytes spi;
};

/// What a ticket is asked for with.
struct Wanted {
  std::vector<std::string> responders;
  std::string flags = "DEFGHIJNO";
  std::uint16_t ticket_type = 1;
  std::optional<Time> start = std::nullopt, end = std::nullopt;
  std::vector<WantedKey> keys = {};
};

class Ue {
 public:
  Ue(std::string identity, std::string key_id, SecretBytes psk, std::string kms)
      : identity_(std::move(identity)), key_id_(std::move(key_id)), psk_(std::move(psk)), kms_(std::move(kms)) {}

  std::uint8_t prf = 0;
  TimePoint now;            ///< its clock
  std::uint32_t count = 0;  ///< of messages: makes every T different

  [[nodiscard]] const std::string& identity() const { return identity_; }
  [[nodiscard]] ByteView psk() const { return psk_.reveal(); }

  [[nodiscard]] Bytes request_init(const Wanted& wanted);
  /// Throws unless it is a good REQUEST_RESP.
  [[nodiscard]] mikey::Granted granted(ByteView answer, ByteView request) const { return must(mikey::open_answer(answer, request, psk())); }
  [[nodiscard]] Bytes transfer_init(const mikey::Granted& granted, std::string_view responder);
  [[nodiscard]] Bytes resolve_init(ByteView transfer_init);
  [[nodiscard]] Bytes transfer_resp(ByteView transfer_init, const mikey::TicketSecrets& secrets);

  [[nodiscard]] mikey::KmsRequest request(std::variant<mikey::Tp, mikey::Ticket> subject);
  [[nodiscard]] mikey::Stamp stamp();

 private:
  std::string identity_, key_id_;
  SecretBytes psk_;
  std::string kms_;
};

/// The policy as a TP.
[[nodiscard]] mikey::Tp policy(const Wanted& wanted, std::uint8_t prf, const std::string& initiator);

}  // namespace li::kms::test
