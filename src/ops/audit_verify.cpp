#include "ops/audit_verify.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "ops/audit_chain_impl.hpp"
#include "ops/audit_lines_impl.hpp"

namespace li::ops {
namespace {

constexpr std::string_view kFirstEvent = "log_created";

class Verifier {
 public:
  Verifier(std::span<const crypto::PublicKey> keys, const std::optional<std::string>& anchor)
      : keys_(keys.begin(), keys.end()), anchor_path_(anchor) {}

  AuditReport run(std::istream& in) {
    AuditLines lines(in);
    while (auto line = lines.next()) {
      if (line->number == 1 && !start(line->text)) break;
      if (!take(*line)) break;
    }
    finish();
    report_.entries = chain_.position().count;
    report_.head = chain_.position().head;
    return std::move(report_);
  }

 private:
  // The keys must be known before the anchor can be read.
  bool start(std::string_view line) {
    if (keys_.empty() && !take_key(line)) return problem({AuditFault::no_key, 1, "no key was given, and the first line names none"});
    if (!anchor_path_) return true;
    auto anchor = load_anchor(*anchor_path_, keys_);
    if (!anchor) return problem({AuditFault::bad_anchor, 0, anchor.error().message()});
    anchor_ = std::move(*anchor);
    report_.truncation_checked = true;
    report_.anchored = anchor_->position.count;
    return true;
  }

  bool take_key(std::string_view line) {
    const auto entry = read_audit_entry(line);
    if (!entry || entry->event != kFirstEvent) return false;
    for (const auto& field : entry->fields) {
      const auto key = field.name == "public_key" ? from_short_key(field.value) : failure(ErrorKind::missing, "");
      if (!key) continue;
      keys_.push_back(*key);
      report_.key = field.value;
    }
    return !keys_.empty();
  }

  bool take(const AuditLines::Line& line) {
    if (gap_) return look_for_the_missing(line);
    if (line.last) {
      torn_ = line.number;
      return false;
    }
    auto result = chain_.take(line, keys_);
    if (!result) return check_anchor_here(line.number);
    gap_ = result->fault == AuditFault::removed;
    problem(std::move(*result));
    return gap_;
  }

  // Entries seem to be missing: if the first of them comes further below, the order was changed.
  bool look_for_the_missing(const AuditLines::Line& line) {
    const auto entry = read_audit_entry(line.text);
    const auto missing = chain_.position().count + 1;
    if (!entry || entry->number != missing) return true;
    report_.problem->fault = AuditFault::reordered;
    report_.problem->text = "entry " + std::to_string(missing) + " belongs here and stands in line " + std::to_string(line.number);
    return false;
  }

  bool check_anchor_here(std::uint64_t line) {
    const auto& now = chain_.position();
    if (!anchor_ || anchor_->position.count != now.count || anchor_->position.head == now.head) return true;
    return problem({AuditFault::forked, line, "the anchor knows another entry with this number"});
  }

  void finish() {
    if (report_.problem) return;
    const auto count = chain_.position().count;
    if (anchor_ && anchor_->position.count > count) {
      problem({AuditFault::truncated, count + 1,
               "the anchor knows " + std::to_string(anchor_->position.count) + " entries, and here are " + std::to_string(count)});
    } else if (torn_ != 0) {
      problem({AuditFault::torn, torn_, "the last line has no line feed: writing was interrupted, or it was cut"});
    } else if (count == 0) {
      problem({AuditFault::truncated, 1, "there is no entry, not even the first that every trail has"});
    }
  }

  bool problem(AuditProblem found) {
    report_.problem = std::move(found);
    return false;
  }

  std::vector<crypto::PublicKey> keys_;
  std::optional<std::string> anchor_path_;
  std::optional<Anchor> anchor_;
  AuditChain chain_;
  AuditReport report_;
  bool gap_ = false;
  std::uint64_t torn_ = 0;
};

}  // namespace

const char* to_string(AuditFault fault) {
  constexpr const char* kNames[] = {"changed", "bad signature", "removed", "reordered",  "repeated",
                                    "forked",  "truncated",     "torn",    "bad anchor", "no key"};
  return kNames[static_cast<std::size_t>(fault)];
}

Result<AuditReport> verify_audit(const std::string& path, std::span<const crypto::PublicKey> keys,
                                 const std::optional<std::string>& anchor) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure({ErrorKind::missing, std::strerror(errno), std::nullopt, path, {}});
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return failure({ErrorKind::unexpected, "is a directory", std::nullopt, path, {}});
  return Verifier(keys, anchor).run(in);
}

}  // namespace li::ops
