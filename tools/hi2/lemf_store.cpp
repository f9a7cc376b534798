#include "hi2/lemf_store.hpp"

#include <algorithm>

#include "crypto/vault.hpp"
#include "hi2/commands.hpp"
#include "lemf/admin.hpp"
#include "ops/config.hpp"

namespace li::tool {
namespace {

// The same forms of a key as in the daemon's configuration.
Result<SecretBytes> read_key(const std::string& file) {
  const auto config = ops::Config::parse("key = 'file:" + file + "'", "key");
  if (!config) return failure(config.error());
  auto key = config->root().secret_key("key", crypto::kMasterKeySize, "");
  if (const auto problems = config->problems(); !problems.empty()) return failure(ErrorKind::malformed, problems.front());
  return std::move(*key);
}

// "2026-11-20T12:00" as the index has it.
std::string time_of(std::string text) {
  std::ranges::replace(text, 'T', ' ');
  constexpr std::string_view kForm = "0000-00-00 00:00:00.000";
  const auto fits = text.size() >= 4 && text.size() <= kForm.size() &&
                    std::ranges::equal(text, kForm.substr(0, text.size()),
                                       [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
  if (!fits) throw UsageError{"'" + text + "' is no time: 2026-11-20 12:00:01.204 or the beginning of one"};
  return text;
}

Bytes octets_of(const std::string& digits) {
  const auto octets = from_hex(digits);
  if (!octets) throw UsageError{"'" + digits + "' are no octets in hexadecimal digits"};
  return *octets;
}

}  // namespace

void add_store_options(CLI::App& app, StoreChoice& choice) {
  app.add_option("--config", choice.config, "configuration of hi2-lemf: it names store and master key")->option_text("FILE");
  auto* store = app.add_option("--store", choice.store, "the store itself, without a configuration")->option_text("FILE");
  auto* key = app.add_option("--key", choice.key, "its master key: 32 octets or 64 hexadecimal digits")->option_text("FILE");
  store->needs(key);
  key->needs(store);
}

void add_filter_options(CLI::App& app, FilterTexts& texts) {
  app.add_option("--liid", texts.liid, "of this LIID; 0x and hexadecimal digits for octets")->option_text("LIID");
  app.add_option("--since", texts.since, "from this time of the record on, e.g. 2026-11-20T12:00")->option_text("TIME");
  app.add_option("--until", texts.until, "up to this time, and all that begins with it")->option_text("TIME");
  app.add_option("--event", texts.event, "of this event, e.g. decryptionKeysAvailable")->option_text("EVENT");
  app.add_option("--correlation", texts.correlation, "of this session: its number in hexadecimal digits")->option_text("HEX");
}

lemf::Filter to_filter(const FilterTexts& texts) {
  lemf::Filter filter;
  if (!texts.liid.empty()) filter.liid = texts.liid.starts_with("0x") ? octets_of(texts.liid.substr(2)) : to_bytes(texts.liid);
  if (!texts.since.empty()) filter.since = time_of(texts.since);
  if (!texts.until.empty()) filter.until = time_of(texts.until);
  filter.event = texts.event;
  if (!texts.correlation.empty()) filter.correlation = octets_of(texts.correlation);
  return filter;
}

Result<lemf::StoreReader> open_store(const StoreChoice& choice, bool keys_shown, const std::string& told) {
  if (!choice.store.empty()) {
    const auto key = read_key(choice.key);
    if (!key) return failure(key.error());
    return lemf::StoreReader::open(choice.store, *key);
  }
  auto settings = lemf::load_settings(choice.config);
  if (!settings) return failure(ErrorKind::malformed, settings.error().front());
  if (keys_shown) {
    if (auto entry = lemf::audit_command(settings->admin_audit, "keys_shown", {{"call", told}}); !entry) return failure(entry.error());
  }
  return lemf::StoreReader::open(settings->store.path, settings->master_key);
}

}  // namespace li::tool
