#include "ps/integrity.hpp"

#include "ps/encryption.hpp"
#include "ps/members_impl.hpp"
#include "ps/values_impl.hpp"
#include "ps/write_impl.hpp"

namespace li::ps {
namespace {

using crypto::Hash;

// HashAlgorithm counts from 1 in this order.
constexpr Hash kHashes[] = {Hash::sha1, Hash::sha256, Hash::sha384, Hash::sha512};

class CheckReader : public schema::Visitor {
 public:
  CheckReader() : m_(members()) {}
  void primitive(const schema::Node& node, const schema::Content& content) override {
    const auto number = [&] { return number_of(content.octets); };
    if (node.parent->member == m_.included) check.included_sequence_numbers.push_back(static_cast<std::uint32_t>(number()));
    else if (node.member == m_.check_kind) check.is_hash = number() == 1;
    else if (node.member == m_.data_type) check.data_type = static_cast<DataType>(number());
    else if (node.member == m_.check_value) check.check_value = to_bytes(content.octets);
    else if (node.member == m_.hash_algorithm) algorithm(number());
  }
  IntegrityCheck check;
  bool unknown_algorithm = false;

 private:
  void algorithm(std::uint64_t number) {
    if (number >= 1 && number <= std::size(kHashes)) check.hash_algorithm = kHashes[number - 1];
    else unknown_algorithm = true;
  }
  const Members& m_;
};

// What the sender says, or else what has the size of the digest.
std::optional<Hash> algorithm_of(const IntegrityCheck& check) {
  if (check.hash_algorithm) return check.hash_algorithm;
  for (const auto hash : kHashes) {
    if (crypto::size(hash) == check.check_value.size()) return hash;
  }
  return {};
}

// Same chain, same text.
std::string chain_of(const Header& header, DataType data_type) {
  std::string chain(1, static_cast<char>('0' + static_cast<int>(data_type)));
  const auto part = [&chain](const std::optional<std::string>& text) { chain += text ? std::to_string(text->size()) + ':' + *text : "-"; };
  part(to_hex(header.lawful_interception_identifier));
  part(to_hex(header.operator_identifier));
  part(header.network_element_identifier ? std::optional(to_hex(*header.network_element_identifier)) : std::nullopt);
  part(header.network_element_dns);
  part(header.communication_identity_number ? std::optional(std::to_string(*header.communication_identity_number)) : std::nullopt);
  part(header.delivery_country_code);
  part(header.correlation ? std::optional(to_hex(*header.correlation)) : std::nullopt);
  return chain;
}

class KindReader : public schema::Visitor {
 public:
  void enter(const schema::Node& node) override {
    if (node.parent != nullptr && node.parent->member == members().inner_payload) kind = static_cast<PayloadKind>(node.member->index);
  }
  PayloadKind kind = PayloadKind::unknown;
};

// Of a payload in a container that is open, what is in it.
std::optional<DataType> data_type_of(const Pdu& pdu) {
  auto kind = pdu.kind;
  if (kind == PayloadKind::encrypted) {
    const auto content = container(pdu);
    if (!content || content->type != EncryptionType::none) return {};
    const auto inner = encrypted_payload(*content);
    KindReader reader;
    if (inner) static_cast<void>(schema::walk(encrypted_payload_type(), *inner, reader));
    kind = reader.kind;
  }
  if (kind == PayloadKind::iri) return DataType::iri;
  if (kind == PayloadKind::cc) return DataType::cc;
  return {};
}

}  // namespace

std::optional<IntegrityCheck> integrity_check(const Pdu& pdu) {
  if (pdu.tri != Tri::integrity_check) return {};
  CheckReader reader;
  static_cast<void>(schema::walk(pdu_type(), pdu.octets, reader));
  return std::move(reader.check);
}

Result<RecordBytes> encode_integrity_check(const Header& header, const IntegrityCheck& check) {
  return encode_pdu(header, [&](schema::Writer& out) -> Result<void> {
    const auto& m = members();
    out.member(*m.tri);
    out.begin();
    out.member(*m.integrity);
    out.begin();
    out.member(*m.included);
    out.begin();
    for (const auto number : check.included_sequence_numbers) {
      out.item();
      out.content(schema::unsigned_content(number));
    }
    out.end();
    put_number(out, *m.check_kind, check.is_hash ? 1 : 2);
    if (check.data_type) put_number(out, *m.data_type, static_cast<std::uint64_t>(*check.data_type));
    out.member(*m.check_value, check.check_value);
    if (check.hash_algorithm) put_number(out, *m.hash_algorithm, static_cast<std::uint64_t>(*check.hash_algorithm) + 1);
    out.end();
    out.end();
    return {};
  });
}

void HashMaker::add(std::uint32_t sequence_number, ByteView pdu) {
  running_.add(pdu);
  included_.push_back(sequence_number);
}

IntegrityCheck HashMaker::take() {
  IntegrityCheck check{std::move(included_), true, data_type_, running_.finish(), algorithm_};
  included_.clear();
  return check;
}

std::string_view to_string(Verdict verdict) {
  constexpr std::string_view kNames[] = {"match", "mismatch", "not verifiable", "signature, not checked"};
  return kNames[static_cast<std::size_t>(verdict)];
}

void IntegrityChecker::keep(Place place, ByteView octets) {
  auto& slot = kept_[place];
  octets_ += octets.size() - slot.size();
  slot = to_record_bytes(octets);
  order_.push_back(std::move(place));
  while (octets_ > max_octets_ && !order_.empty()) {
    if (const auto oldest = kept_.find(order_.front()); oldest != kept_.end()) {
      octets_ -= oldest->second.size();
      kept_.erase(oldest);
    }
    order_.pop_front();
  }
  while (order_.size() > 2 * kept_.size() + 16) order_.pop_front();  // of PDUs that are checked
}

Checked IntegrityChecker::judge(const std::string& chain, IntegrityCheck check) {
  Checked checked{std::move(check), Verdict::not_verifiable, {}};
  if (!checked.check.is_hash) return checked.verdict = Verdict::signature, checked;
  const auto algorithm = algorithm_of(checked.check);
  if (!algorithm) return checked;
  crypto::RunningDigest running(*algorithm);
  for (const auto number : checked.check.included_sequence_numbers) {
    const auto found = kept_.find({chain, number});
    if (found == kept_.end()) checked.missing.push_back(number);
    else running.add(found->second);
  }
  if (!checked.missing.empty()) return checked;
  checked.verdict = crypto::same(running.finish(), checked.check.check_value) ? Verdict::match : Verdict::mismatch;
  for (const auto number : checked.check.included_sequence_numbers) {
    if (const auto found = kept_.find({chain, number}); found != kept_.end()) {
      octets_ -= found->second.size();
      kept_.erase(found);
    }
  }
  return checked;
}

std::optional<Checked> IntegrityChecker::take(const Pdu& pdu) {
  if (const auto data = data_type_of(pdu)) keep({chain_of(pdu.header, *data), pdu.header.sequence_number}, pdu.octets);
  auto check = integrity_check(pdu);
  if (!check) return {};
  return judge(chain_of(pdu.header, check->data_type.value_or(DataType::iri)), std::move(*check));
}

}  // namespace li::ps
