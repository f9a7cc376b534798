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

int add(const std::string& config, const Arguments& wanted) {
  Bytes der;
  if (!wanted.certificate.empty()) {
    auto read = read_certificate(wanted.certificate);
    if (!read) return fail(read.error().message());
    der = std::move(*read);
  }
  return administer(config, "subscriber_add",
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

void add_group_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands) {
  auto* groups = app.add_subcommand("group", "identities that stand for several responders")->require_subcommand(1);
  for (const auto* verb : {"add", "rm"}) {
    auto* command = groups->add_subcommand(verb, std::string(verb) == "add" ? "adds a member" : "removes a member");
    auto names = std::make_shared<std::pair<std::string, std::string>>();
    command->add_option("GROUP", names->first, "the identity that a ticket names")->required();
    command->add_option("MEMBER", names->second, "identity of a subscriber who may answer for it")->required();
    const auto adds = std::string(verb) == "add";
    commands.push_back({command, [&config, names, adds] {
                          return administer(config, adds ? "group_add" : "group_rm", {{"group", names->first}, {"member", names->second}},
                                            [&](Store& store, Time) {
                                              return adds ? store.add_to_group(names->first, names->second)
                                                          : store.remove_from_group(names->first, names->second);
                                            });
                        }});
  }
  auto* ls = groups->add_subcommand("ls", "lists groups and members");
  commands.push_back({ls, [&config] { return administer(config, "group_ls", {}, [](Store& store, Time) { return list_groups(store); }); }});
}

}  // namespace

void add_subscriber_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands) {
  auto* subscribers = app.add_subcommand("subscriber", "who may ask for tickets and resolve them")->require_subcommand(1);
  auto* added = subscribers->add_subcommand("add", "adds a subscriber");
  auto wanted = std::make_shared<Arguments>();
  added->add_option("NAME", wanted->name, "for administration, e.g. the private identity")->required();
  added->add_option("IDENTITY", wanted->identities, "public identities: URIs and NAIs")->required();
  added->add_option("--certificate", wanted->certificate, "PEM file, for public-key mode");
  commands.push_back({added, [&config, wanted] { return add(config, *wanted); }});
  auto* removed = subscribers->add_subcommand("rm", "removes a subscriber with its keys");
  auto name = std::make_shared<std::string>();
  removed->add_option("NAME", *name, "as subscriber add had it")->required();
  commands.push_back({removed, [&config, name] {
                        return administer(config, "subscriber_rm", {{"subscriber", *name}},
                                          [&](Store& store, Time) { return store.remove_subscriber(*name); });
                      }});
  auto* ls = subscribers->add_subcommand("ls", "lists subscribers; never a key");
  commands.push_back({ls, [&config] { return administer(config, "subscriber_ls", {}, list); }});
  add_group_commands(app, config, commands);
}

}  // namespace li::kms_tool
