// What a user of the installed library writes: reads a key record, checks what it says and shows it as XER.
#include <cstdio>

#include "hi2/record.hpp"
#include "schema/xer.hpp"

namespace {

// One crypto session with its key and salt, all invented.
constexpr const char* kRecord =
    "a4548008040002020401100197010881074e4c2d30303432a30f810d3236313132303039333031355a9d0103bf24273025810101821041c825fe53c7"
    "82ad02532f13dd4fafc5830e74a605bdf3358136434e033ede2d";

int run() {
  const auto octets = li::from_hex(kRecord);
  if (!octets) return 1;
  const auto record = li::hi2::decode(*octets);
  if (!record) {
    std::fprintf(stderr, "%s\n", record.error().message().c_str());
    return 1;
  }
  const auto liid = li::as_text(record->lawful_interception_identifier());
  std::printf("LIID %.*s, keys: %zu\n", static_cast<int>(liid.size()), liid.data(), record->media_decryption_info().size());

  li::schema::Output out;
  li::schema::XerWriter xer(out, li::schema::Secrets::hide);
  if (!li::schema::walk(li::hi2::contents_type(record->module()), record->octets(), xer)) return 1;
  std::fputs(out.text().c_str(), stdout);
  return liid == "NL-0042" && record->media_decryption_info().size() == 1 ? 0 : 1;
}

}  // namespace

int main() { return run(); }
