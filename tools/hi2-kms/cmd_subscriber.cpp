#include <fstream>
#include <iostream>
#include <iterator>

#include "crypto/certificate.hpp"
#include "hi2-kms/administer.hpp"

namespace li::kms_tool {

namespace {

using kms::Store;
using kms::Time;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Result<Bytes> read_certificate(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string pem{std::istreambuf_iterator<char>(file), {}};
  const auto certificates = crypto::Certificate::from_pem(pem);
  if (!certificates) return failure(ErrorKind::malformed, path + ": " + certificates.error().message());
  return certificates->front().to_der();
}

struct Arguments {
  std::string name;
  std::vector<std::string> identities;
  std::string certificate;
};

int add(const daemon::Program& program, const Arguments& wanted) {
  Bytes der;
  if (!wanted.certificate.empty()) {
    auto read = read_certificate(wanted.certificate);
    if (!read) return program.fail(read.error().message());
    der = std::move(*read);
  }
  return administer(program, "subscriber_add",
                    {{"subscriber", wanted.name}, {"identities", joined(wanted.identities)}, {"certificate", wanted.certificate}},
                    [&](Store& store, Time now) -> Result<void> {
                      if (auto added = store.add_subscriber(wanted.name, wanted.identities, now); !added || der.empty()) return added;
                      return store.add_certificate(wanted.name, der);
                    });
}

Result<void> list(Store& store, Time now) {
  const auto subscribers = store.subscribers();
  if (!subscribers) return failure(subscribers.error());
  for (const auto& one : *subscribers) {
    const auto keys = store.keys_of(one.id, now);
    const auto certificates = store.certificates_of(one.id);
    if (!keys || !certificates) return failure(!keys ? keys.error() : certificates.error());
    std::cout << one.name << '\t' << joined(one.identities) << '\t' << keys->size() << " keys, " << certificates->size()
              << " certificates\n";
  }
  return {};
}

Result<void> list_groups(Store& store) {
  const auto groups = store.groups();
  if (!groups) return failure(groups.error());
  for (const auto& group : *groups) {
    const auto members = store.members(group);
    if (!members) return failure(members.error());
    std::cout << group << '\t' << joined(*members) << '\n';
  }
  return {};
}

void add_group_commands(daemon::Program& program) {
  auto* groups = program.add("group", "identities that stand for several responders");
  for (const bool adds : {true, false}) {
    auto names = std::make_shared<std::pair<std::string, std::string>>();
    const auto change = [&program, names, adds] {
      return administer(
          program, adds ? "group_add" : "group_rm", {{"group", names->first}, {"member", names->second}}, [&](Store& store, Time) {
            return adds ? store.add_to_group(names->first, names->second) : store.remove_from_group(names->first, names->second);
          });
    };
    auto* command = program.add(adds ? "add" : "rm", adds ? "adds a member" : "removes a member", change, groups);
    command->add_option("GROUP", names->first, "the identity that a ticket names")->required();
    command->add_option("MEMBER", names->second, "identity of a subscriber who may answer for it")->required();
  }
  program.add(
      "ls", "lists groups and members",
      [&program] { return administer(program, "group_ls", {}, [](Store& store, Time) { return list_groups(store); }); }, groups);
}

}  // namespace

void add_subscriber_commands(daemon::Program& program) {
  auto* subscribers = program.add("subscriber", "who may ask for tickets and resolve them");
  auto wanted = std::make_shared<Arguments>();
  auto* added = program.add(
      "add", "adds a subscriber", [&program, wanted] { return add(program, *wanted); }, subscribers);
  added->add_option("NAME", wanted->name, "for administration, e.g. the private identity")->required();
  added->add_option("IDENTITY", wanted->identities, "public identities: URIs and NAIs")->required();
  added->add_option("--certificate", wanted->certificate, "PEM file, for public-key mode");
  auto name = std::make_shared<std::string>();
  auto* removed = program.add(
      "rm", "removes a subscriber with its keys",
      [&program, name] {
        return administer(program, "subscriber_rm", {{"subscriber", *name}},
                          [&](Store& store, Time) { return store.remove_subscriber(*name); });
      },
      subscribers);
  removed->add_option("NAME", *name, "as subscriber add had it")->required();
  program.add(
      "ls", "lists subscribers; never a key", [&program] { return administer(program, "subscriber_ls", {}, list); }, subscribers);
  add_group_commands(program);
}

}  // namespace li::kms_tool
