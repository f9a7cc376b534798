// ops/audit_chain_impl.hpp: entries one after the other, each held to the one before.
//
// Source:  docs/audit.md.
// Units:   lines from 1, offsets in octets.
// Errors:  an AuditProblem of the line; the position stays where it was.
// Owns:    its position.
#pragma once

#include "ops/audit_lines_impl.hpp"
#include "ops/audit_text_impl.hpp"
#include "ops/audit_verify.hpp"

namespace li::ops {

class AuditChain {
 public:
  AuditChain() = default;
  /// Goes on at an anchor: the first line to come must be the entry that it names.
  explicit AuditChain(const Position& anchored) : position_(anchored), resume_(anchored.count != 0) {}

  /// Nothing when the line is the next entry; then the position has moved on.
  [[nodiscard]] std::optional<AuditProblem> take(const AuditLines::Line& line, std::span<const crypto::PublicKey> keys);
  [[nodiscard]] const Position& position() const { return position_; }
  /// Whether the entry of the anchor is still to come.
  [[nodiscard]] bool waits_for_anchored() const { return resume_; }

 private:
  [[nodiscard]] std::optional<AuditProblem> follow(const AuditEntry& entry, std::uint64_t line) const;
  Position position_;
  bool resume_ = false;
};

}  // namespace li::ops
