// tests/kms/lab.hpp: a KMS without network: store, services, a clock that tests move, and a journal that they read.
#pragma once

#include <algorithm>
#include <deque>
#include <mutex>

#include "kms/key_service.hpp"
#include "kms/ticket_service.hpp"
#include "tests/kms/scratch.hpp"
#include "tests/kms/ue.hpp"

namespace li::kms::test {

struct Entry {
  std::string event;  ///< what was granted, or "refused"
  std::string reason;
  ops::Fields fields;

  [[nodiscard]] std::string field(std::string_view name) const {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.name == name; });
    return found == fields.end() ? "" : found->value;
  }
};

class Lab {
 public:
  explicit Lab(const std::string& domain = "home1.example");

  const std::string domain;
  const std::string kms;  ///< its identity
  Scratch scratch;
  Store::Options options = store_options(scratch);
  TimePoint now = kNow;
  std::unique_ptr<Store> store;
  std::vector<Entry> journal;
  bool audit_works = true;
  std::mutex lock;

  TicketService::Settings settings() const;
  KeyService::Rules key_rules() const;
  /// Everybody may be asked for by "df2.li.example", from an hour ago to a year from now.
  LiList everybody() const;

  std::unique_ptr<TicketService> tickets;
  std::unique_ptr<KeyService> keys;

  /// A new subscriber of this KMS.
  Ue subscriber(const std::string& user);
  /// What was written last.
  Entry last();

  mikey::Granted request(Ue& ue, const Wanted& wanted);
  mikey::Granted resolve(Ue& ue, ByteView transfer_init);
  tl::expected<mikey::CallKeys, xk::Reason> get_keys(const std::string& target, const mikey::Transfer& transfer,
                                                     const std::string& client = "df2.li.example");
};

struct Call {
  Bytes init, resp;
  mikey::TicketSecrets secrets;  ///< the responder's
  [[nodiscard]] mikey::Transfer transfer() const { return {init, resp}; }
};

/// A whole call: `alice` of one KMS, `bob` of the same or another one.
Call call(Lab& alices, Ue& alice, Lab& bobs, Ue& bob, Wanted wanted = {});

}  // namespace li::kms::test
