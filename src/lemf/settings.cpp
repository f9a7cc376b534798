#include "lemf/settings.hpp"

#include <filesystem>

#include "crypto/vault.hpp"
#include "ops/changes.hpp"
#include "ops/daemon_sections.hpp"

namespace li::lemf {

namespace {

using ops::ConfigSection;

void read_hi2(const ConfigSection& section, Settings::Hi2& hi2) {
  static_cast<ops::Listener&>(hi2) = ops::read_listener(section, {"127.0.0.1:50443", 64, 10'000, 32, 0}, net::TlsPeers::mutual);
  hi2.tls.peer_names = section.texts("mediation_functions", "URI or DNS names of the certificates that may deliver");
  if (hi2.on && hi2.tls.peer_names.empty()) section.problem("mediation_functions", "at least one is needed");
  hi2.max_pdu =
      static_cast<std::size_t>(section.size("max_pdu", "16MiB", {"64KiB", "256MiB"}, "a connection that sends a larger one ends"));
  hi2.acknowledgement =
      section.flag("acknowledgement", true, "whether PDUs are acknowledged where it is asked for; keep-alives are answered in any case");
  hi2.silence = section.duration("silence", "10m", {"1s", "1d"}, "a connection on which nothing comes for so long ends");
  hi2.patience = section.duration("full_disk_patience", "4s", {"0s", "1h"},
                                  "how long a connection waits for room on the disk; then it ends, and its PDUs come again");
}

bool within(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  const auto way = inner.lexically_normal().lexically_relative(outer.lexically_normal());
  return !way.empty() && *way.begin() != "..";
}

void read_drop_folder(const ConfigSection& section, Settings::DropFolder& folder) {
  folder.on = section.given();
  folder.path = section.path("path", "", "where the FTPS server puts files; folders in it are mediation functions").string();
  if (folder.on && folder.path.empty()) section.problem("path", "is missing");
  folder.work = section
                    .path("work", "drop.work",
                          "files are read and rejected ones kept here: out of reach of the FTPS server, on the same file system as path")
                    .string();
  if (folder.on && within(folder.work, folder.path))
    section.problem("work", "must not be inside of path: senders could rename what is in it");
  folder.interval = section.duration("interval", "1s", {"100ms", "1h"}, "between two looks into it");
  folder.max_file = section.size("max_file", "256MiB", {"1KiB", "4GiB"}, "larger files are kept in the work folder, unread");
}

void read_store(const ConfigSection& store, Settings& settings) {
  settings.store.path = store.path("path", "lemf.sqlite", "the SQLite file").string();
  if (auto key =
          store.secret_key("master_key", crypto::kMasterKeySize, "wraps the data keys of the LIIDs: file:PATH or env:NAME, 32 octets"))
    settings.master_key = std::move(*key);
  constexpr std::uint64_t kPage = 4096;
  const auto most = store.size("max_size", "0", {"0", "1024TiB"}, "of the SQLite file; 0: as the disk has");
  settings.store.max_pages = static_cast<std::int64_t>((most + kPage - 1) / kPage);
}

}  // namespace

Settings read_settings(const ops::Config& config) {
  const auto root = config.root();
  Settings settings;
  read_hi2(root.table("hi2", "mediation functions come here: PS-PDUs over mutual TLS 1.3"), settings.hi2);
  read_drop_folder(root.table("drop_folder", "mediation functions put files here, through an FTPS server"), settings.drop_folder);
  read_store(root.table("store", "what is kept"), settings);
  ops::read_audit_trails(root.table("audit", "the audit trails"), "lemf", "every refusal, conflict and reload",
                         "every command of administration, and who saw keys", settings);
  settings.metrics = root.table("metrics", "Prometheus and health, plain HTTP").address("listen", "127.0.0.1:9466", "address and port");
  settings.log_level = ops::read_log_level(root);
  if (!settings.hi2.on && !settings.drop_folder.on) root.problem("hi2", "there is neither [hi2] nor [drop_folder]: nothing can come");
  return settings;
}

tl::expected<Settings, std::vector<std::string>> load_settings(const std::string& path) {
  return ops::load_settings_with(path, "hi2-lemf", read_settings);
}

// Level, mediation functions and the contents of certificates change with a reload.
std::vector<std::string> needs_restart(const Settings& now, const Settings& next) {
  ops::Changes changes;
  changes.look_at_listener("hi2", now.hi2, next.hi2);
  changes.look("hi2.max_pdu", now.hi2.max_pdu, next.hi2.max_pdu);
  changes.look("hi2.acknowledgement", now.hi2.acknowledgement, next.hi2.acknowledgement);
  changes.look("hi2.silence", now.hi2.silence, next.hi2.silence);
  changes.look("hi2.full_disk_patience", now.hi2.patience, next.hi2.patience);
  changes.look("[drop_folder]", now.drop_folder.on, next.drop_folder.on);
  changes.look("drop_folder.path", now.drop_folder.path, next.drop_folder.path);
  changes.look("drop_folder.work", now.drop_folder.work, next.drop_folder.work);
  changes.look("drop_folder.interval", now.drop_folder.interval, next.drop_folder.interval);
  changes.look("drop_folder.max_file", now.drop_folder.max_file, next.drop_folder.max_file);
  changes.look("store.path", now.store.path, next.store.path);
  changes.look("store.max_size", now.store.max_pages, next.store.max_pages);
  changes.look("store.master_key", now.master_key, next.master_key);
  changes.look_at_trail(now.audit, next.audit);
  changes.look("metrics.listen", now.metrics, next.metrics);
  return changes.lines;
}

std::string describe_settings() {
  const auto config = ops::Config::parse("", "hi2-lemf.toml");
  static_cast<void>(read_settings(*config));
  return config->description();
}

}  // namespace li::lemf
