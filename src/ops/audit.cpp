#include "ops/audit.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "ops/audit_chain_impl.hpp"
#include "ops/audit_writer_impl.hpp"
#include "ops/private_file_impl.hpp"

namespace li::ops {
namespace {

tl::unexpected<Error> refuse(const std::string& path, std::string text) {
  return failure({ErrorKind::unexpected, std::move(text), std::nullopt, path, {}});
}

Result<crypto::PrivateKey> load_key(const std::string& path) {
  const auto pem = read_private(path);
  if (!pem) return failure(pem.error());
  auto key = crypto::PrivateKey::from_pem(pem->reveal());
  if (key && !key->sign(ByteView())) return refuse(path, "is no Ed25519 key; openssl genpkey -algorithm ed25519 makes one");
  if (!key) key.error().path = path;
  return key;
}

Result<Fd> open_trail(const std::string& path) {
  auto file = open_file(path, O_RDWR | O_APPEND | O_CREAT, 0600);
  if (!file) return file;
  if (auto checked = check_private(*file, path); !checked) return failure(checked.error());
  if (flock(file->get(), LOCK_EX | LOCK_NB) == 0) return file;
  return errno == EWOULDBLOCK ? Result<Fd>(refuse(path, "another program writes this audit trail"))
                              : Result<Fd>(failure(file_error(path, "can't be locked", errno)));
}

struct Tail {
  End end;
  std::string torn;  // what a crash has left of a line
};

// From the anchored entry to the end.
Result<Tail> read_tail(const std::string& path, const Position& anchored, const crypto::PublicKey& key) {
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(anchored.head_at));
  if (!in) return refuse(path, "can't be read from its anchored entry on");
  AuditLines lines(in, anchored.head_at);
  AuditChain chain(anchored);
  Tail tail{{anchored, anchored.head_at}, {}};
  while (const auto line = lines.next()) {
    if (line->last) {
      tail.torn = line->text;
      break;
    }
    if (const auto problem = chain.take(*line, std::span(&key, 1))) {
      return refuse(path, std::string("is broken, ") + to_string(problem->fault) + " at octet " + std::to_string(line->offset) + ": " +
                              problem->text + "; see hi2 audit verify");
    }
    tail.end = {chain.position(), line->offset + line->text.size() + 1};
  }
  if (chain.waits_for_anchored()) {
    return refuse(path, "was cut: its anchor knows " + std::to_string(anchored.count) + " entries; see hi2 audit verify");
  }
  return tail;
}

// An empty trail may have an anchor of nothing, from a start that was interrupted; one with entries must have its anchor.
Result<Position> anchored_position(const AuditOptions& options, bool empty, const crypto::PublicKey& key) {
  auto anchor = load_anchor(options.anchor, std::span(&key, 1));
  if (anchor) return anchor->position;
  if (anchor.error().kind != ErrorKind::missing) return failure(anchor.error());
  if (empty) return Position{};
  return refuse(options.anchor, "the anchor of " + options.path + " is missing, so entries may be, too; put it back, or begin a new trail");
}

bool is_empty(const Fd& file) {
  struct stat info {};
  return fstat(file.get(), &info) == 0 && info.st_size == 0;
}

Result<void> cut_torn(const Fd& file, const std::string& path, const Tail& tail) {
  if (tail.torn.empty()) return {};
  if (ftruncate(file.get(), static_cast<off_t>(tail.end.size)) != 0 || fdatasync(file.get()) != 0) {
    return failure(file_error(path, "its torn last line can't be taken away", errno));
  }
  return {};
}

std::vector<AuditRecord> first_words(const Tail& tail, const crypto::PublicKey& key) {
  std::vector<AuditRecord> words;
  if (tail.end.position.count == 0) words.push_back({"log_created", {{"public_key", short_key(key)}}});
  if (!tail.torn.empty()) {
    words.push_back({"torn_tail", {{"octets", tail.torn.size()}, {"sha256", hash_of(tail.torn)}, {"text", tail.torn}}});
  }
  return words;
}

}  // namespace

TimePoint system_now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

AuditLog::AuditLog(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
AuditLog::~AuditLog() { (void)close(); }

Result<std::unique_ptr<AuditLog>> AuditLog::open(AuditOptions options) {
  const auto key = load_key(options.key_file);
  if (!key) return failure(key.error());
  const auto public_key = key->public_key();
  auto file = open_trail(options.path);
  if (!file) return failure(file.error());
  const auto anchored = anchored_position(options, is_empty(*file), public_key);
  if (!anchored) return failure(anchored.error());
  const auto tail = read_tail(options.path, *anchored, public_key);
  if (!tail) return failure(tail.error());
  if (auto cut = cut_torn(*file, options.path, *tail); !cut) return failure(cut.error());
  if (auto synced = sync_folder_of(options.path); !synced) return failure(synced.error());

  const auto words = first_words(*tail, public_key);
  std::unique_ptr<AuditLog> log(new AuditLog(std::make_unique<Writer>(std::move(options), std::move(*file), *key, tail->end)));
  if (auto written = log->writer_->anchor_now(); !written) return failure(written.error());
  for (const auto& record : words) {
    if (auto written = log->append(record); !written) return failure(written.error());
  }
  return log;
}

Result<std::uint64_t> AuditLog::append(AuditRecord record) { return writer_->append(record); }
void AuditLog::tick() { writer_->tick(); }
AuditState AuditLog::state() const { return writer_->state(); }
Result<void> AuditLog::close() { return writer_->close(); }

}  // namespace li::ops
