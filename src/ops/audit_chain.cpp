#include "ops/audit_chain_impl.hpp"

namespace li::ops {

std::optional<AuditProblem> AuditChain::take(const AuditLines::Line& line, std::span<const crypto::PublicKey> keys) {
  const auto problem = [&](AuditFault fault, std::string text) { return AuditProblem{fault, line.number, std::move(text)}; };
  if (!line.whole) return problem(AuditFault::changed, "the line is longer than an entry can be");
  const auto entry = read_audit_entry(line.text);
  if (!entry) return problem(AuditFault::changed, "at " + entry.error().message());
  if (hash_of(hashed_part(line.text)) != entry->hash) return problem(AuditFault::changed, "the hash is not that of the entry");
  if (!is_signed(signed_part(line.text), entry->signature, keys)) {
    return problem(AuditFault::bad_signature, "the signature is not of this key");
  }
  if (auto wrong = follow(*entry, line.number)) return wrong;
  position_ = {entry->number, line.offset, entry->hash};
  resume_ = false;
  return {};
}

std::optional<AuditProblem> AuditChain::follow(const AuditEntry& entry, std::uint64_t line) const {
  const auto number = std::to_string(entry.number);
  if (resume_) {
    if (entry.number == position_.count && entry.hash == position_.head) return {};
    return AuditProblem{AuditFault::forked, line, "not the entry " + std::to_string(position_.count) + " that the anchor knows"};
  }
  const auto expected = position_.count + 1;
  if (entry.number > expected) {
    const auto before = entry.number - 1;
    return AuditProblem{AuditFault::removed, line,
                        before == expected ? "entry " + std::to_string(expected) + " is missing"
                                           : "entries " + std::to_string(expected) + " to " + std::to_string(before) + " are missing"};
  }
  if (entry.number < expected) return AuditProblem{AuditFault::repeated, line, "entry " + number + " stands above already"};
  if (entry.previous == position_.head) return {};
  return AuditProblem{AuditFault::forked, line, "entry " + number + " follows another entry than the one above"};
}

}  // namespace li::ops
