#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>

#include "base/text.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "ops/audit_entry.hpp"
#include "ops/audit_verify.hpp"

namespace li::tool {
namespace {

struct VerifyOptions {
  std::string file;
  std::string anchor;
  std::vector<std::string> keys;
};

struct ShowOptions {
  std::string file;
  std::string form = "text";
};

Result<std::vector<crypto::PublicKey>> load_keys(const std::vector<std::string>& files) {
  std::vector<crypto::PublicKey> keys;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return failure({ErrorKind::missing, std::strerror(errno), std::nullopt, file, {}});
    const std::string text(std::istreambuf_iterator<char>(in), {});
    auto key = crypto::PublicKey::from_pem(text);
    if (key && key->is_rsa()) key = failure(ErrorKind::unexpected, "not an Ed25519 key");
    if (!key) {
      key.error().path = file;
      return failure(key.error());
    }
    keys.push_back(*key);
  }
  return keys;
}

int failed(const Error& error) {
  std::cerr << printable(error.message()) << '\n';
  return kBadData;
}

int verify(const VerifyOptions& options) {
  const auto keys = load_keys(options.keys);
  if (!keys) return failed(keys.error());
  const auto report = ops::verify_audit(options.file, *keys, options.anchor.empty() ? std::nullopt : std::optional(options.anchor));
  if (!report) return failed(report.error());
  if (!report->key.empty()) report_notice(options.file, "signatures checked with the key that the trail itself names: " + report->key);
  if (options.anchor.empty()) {
    report_notice(options.file, "truncation was not checked: whether entries are missing at the end shows only with --anchor");
  }
  if (report->problem) {
    const auto place = report->problem->line == 0 ? "" : ":" + std::to_string(report->problem->line);
    std::cerr << printable(options.file + place + ": " + to_string(report->problem->fault) + ": " + report->problem->text) << '\n';
    return kBadData;
  }
  put(std::to_string(report->entries) + (report->entries == 1 ? " entry" : " entries") +
      ", none changed, none missing between them; last hash " + report->head + "\n");
  if (report->truncation_checked) put("the anchor vouches for the first " + std::to_string(report->anchored) + " of them\n");
  flush_output();
  return kDone;
}

// In quotation marks if it could be taken for more than one value.
std::string shown(const std::string& value) {
  if (!value.empty() && value.find_first_of(" \"\\") == std::string::npos) return value;
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

std::string as_text_line(const ops::AuditEntry& entry) {
  auto text = std::to_string(entry.number) + "  " + entry.time + "  " + entry.event;
  for (const auto& field : entry.fields) text += "  " + field.name + "=" + shown(field.value);
  return printable(text) + "\n";
}

int show(const ShowOptions& options) {
  bool bad = false;
  const auto each = [&](std::istream& in, const std::string& name) {
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
      const auto entry = ops::read_audit_entry(line);
      ++number;
      if (entry) put(options.form == "jsonl" ? line + "\n" : as_text_line(*entry));
      else report_line(name, number, entry.error()), bad = true;
    }
    return true;
  };
  const bool opened = for_each_input({options.file}, each);
  flush_output();
  return opened && !bad ? kDone : kBadData;
}

Run setup_verify(CLI::App& app) {
  auto options = std::make_shared<VerifyOptions>();
  app.add_option("file", options->file, "the audit trail of a daemon")->required()->option_text("FILE");
  app.add_option("--anchor", options->anchor, "the anchor that was kept elsewhere")->option_text("FILE");
  app.add_option("--key", options->keys, "public key that the trail must be signed with, PEM; may come several times")
      ->option_text("PUBLIC_KEY.pem")
      ->allow_extra_args(false);
  app.footer(
      "Finds the first entry that was changed, removed, put elsewhere, repeated or not signed with the key. Entries that were\n"
      "cut off at the end show only with --anchor. Without --key the key that the trail names is used: compare it with yours.\n"
      "\n"
      "Examples:\n"
      "  hi2 audit verify --key audit-public.pem --anchor /mnt/vault/kms.anchor /var/lib/hi2-kms/kms.audit\n");
  return [options] { return verify(*options); };
}

Run setup_show(CLI::App& app) {
  auto options = std::make_shared<ShowOptions>();
  app.add_option("file", options->file, "the audit trail of a daemon; - is standard input")->required()->option_text("FILE");
  app.add_option("-o,--output", options->form, "form: text (a line an entry) or jsonl (the entries as they are)")
      ->check(CLI::IsMember({"text", "jsonl"}))
      ->option_text("FORM");
  app.footer(
      "Shows entries; it proves nothing, hi2 audit verify does.\n"
      "\n"
      "Examples:\n"
      "  hi2 audit show kms.audit | grep security_event\n"
      "  hi2 audit show -o jsonl kms.audit | jq 'select(.event == \"key_request\") | .fields'\n");
  return [options] { return show(*options); };
}

}  // namespace

Run setup_audit(CLI::App& app) {
  app.require_subcommand(1);
  auto* const to_verify = app.add_subcommand("verify", "whether a trail is as the daemon wrote it");
  auto* const to_show = app.add_subcommand("show", "entries, a line each");
  app.footer(
      "Examples:\n"
      "  hi2 audit verify --key audit-public.pem --anchor /mnt/vault/kms.anchor kms.audit\n"
      "  hi2 audit show kms.audit\n"
      "  hi2 audit show -o jsonl kms.audit | jq .fields\n");
  return [to_verify, run_verify = setup_verify(*to_verify), run_show = setup_show(*to_show)] {
    return to_verify->parsed() ? run_verify() : run_show();
  };
}

}  // namespace li::tool
