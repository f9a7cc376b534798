#include <iostream>
#include <iterator>

#include "base/time.hpp"
#include "hi2-kms/administer.hpp"
#include "ops/private_file.hpp"

namespace li::kms_tool {

namespace {

using kms::Store;
using kms::Time;

struct Arguments {
  std::string name, key_id, file = "-", lifetime = "1d";
};

constexpr std::size_t kMostOctets = 1024;

struct Read {
  SecretBytes key;
  bool hex = false;
};

// Hexadecimal digits with or without a line feed, or else the octets themselves.
Read from_hex_or_octets(const SecretBytes& read) {
  auto text = as_text(read.reveal());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  auto octets = from_hex(text);
  if (!octets || text.empty()) return {read.copy(), false};
  Read key{SecretBytes{ByteView(*octets)}, true};
  wipe(octets->data(), octets->size());
  return key;
}

Result<Read> read_key(const std::string& file) {
  if (file != "-") {
    auto read = ops::read_private(file, ops::kNobodyElse, kMostOctets);
    if (!read) return failure(read.error());
    return from_hex_or_octets(*read);
  }
  RecordBytes octets;
  for (std::istreambuf_iterator<char> at(std::cin), end; at != end; ++at) {
    if (octets.size() == kMostOctets) return failure(ErrorKind::limit, "standard input: more than 1024 octets are no key");
    octets.push_back(static_cast<std::uint8_t>(*at));
  }
  return from_hex_or_octets(SecretBytes(octets));
}

int add(const daemon::Program& program, const Arguments& wanted) {
  const auto lifetime = ops::parse_duration(wanted.lifetime);
  if (!lifetime) return program.fail("--lifetime: " + lifetime.error().message());
  const auto key = read_key(wanted.file);
  if (!key) return program.fail(key.error().message());
  const auto until = std::chrono::duration_cast<std::chrono::seconds>(*lifetime);
  const auto done = administer(program, "key_add", {{"subscriber", wanted.name}, {"key_id", wanted.key_id}}, [&](Store& store, Time now) {
    return store.put_key(wanted.name, as_bytes(wanted.key_id), key->key, now + until);
  });
  if (done == daemon::kDone)
    std::cout << "a key of " << key->key.size() << " octets, read as " << (key->hex ? "hexadecimal digits\n" : "octets\n");
  return done;
}

Result<void> list_tpks(Store& store, Time) {
  const auto tpks = store.tpks();
  if (!tpks) return failure(tpks.error());
  for (const auto& one : *tpks) {
    std::cout << one.id << "\tmade " << to_internet_time(one.created);
    if (one.retired)
      std::cout << "\tretired " << to_internet_time(*one.retired) << "\tto be erased " << to_internet_time(*one.erased_after);
    std::cout << (one.retired ? "\n" : "\tactive\n");
  }
  return {};
}

Result<void> rotate(Store& store, Time now) {
  const auto made = store.rotate_tpk(now);
  if (!made) return failure(made.error());
  std::cout << made->id << '\n';
  return {};
}

Result<void> purge(Store& store, Time now) {
  const auto erased = store.purge(now);
  if (!erased) return failure(erased.error());
  std::cout << "erased: " << erased->tpks << " TPKs, " << erased->keys << " keys of subscribers, " << erased->cached << " cached\n";
  return {};
}

}  // namespace

void add_key_commands(daemon::Program& program) {
  auto* keys = program.add("key", "pre-shared keys of subscribers, e.g. Ks_NAF");
  auto wanted = std::make_shared<Arguments>();
  auto* added = program.add(
      "add", "adds or replaces a key; its octets or hexadecimal digits come from a file",
      [&program, wanted] { return add(program, *wanted); }, keys);
  added->add_option("NAME", wanted->name, "of the subscriber")->required();
  added->add_option("KEY_ID", wanted->key_id, "e.g. the B-TID")->required();
  added->add_option("--file", wanted->file, "where the key is, private to us; - is standard input")->capture_default_str();
  added->add_option("--lifetime", wanted->lifetime, "e.g. 12h")->capture_default_str();
  auto id = std::make_shared<std::string>();
  auto* removed = program.add(
      "rm", "removes a key",
      [&program, id] {
        return administer(program, "key_rm", {{"key_id", *id}}, [&](Store& store, Time) { return store.remove_key(as_bytes(*id)); });
      },
      keys);
  removed->add_option("KEY_ID", *id, "as key add had it")->required();

  auto* tpks = program.add("tpk", "Ticket Protection Keys");
  const auto add_tpk = [&](const char* name, const char* description, Result<void> (*act)(Store&, Time)) {
    program.add(
        name, description, [&program, audited = std::string("tpk_") + name, act] { return administer(program, audited, {}, act); }, tpks);
  };
  add_tpk("ls", "lists them; never a key", list_tpks);
  add_tpk("rotate", "makes a new one; the one before goes on opening its tickets", rotate);
  add_tpk("purge", "erases those that are kept long enough, and other keys that have expired", purge);
}

}  // namespace li::kms_tool
