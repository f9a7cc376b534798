#include <iostream>

#include "hi2-kms/administer.hpp"
#include "kms/daemon.hpp"
#include "ops/private_file.hpp"

namespace li::kms_tool {

namespace {

int initialise(const std::string& config) {
  const auto made = kms::initialise(config, std::chrono::floor<std::chrono::seconds>(ops::system_now()));
  if (!made) return fail(made.error().message());
  for (const auto& path : *made) std::cout << "made " << path << '\n';
  if (made->empty()) std::cout << "everything is there\n";
  return kDone;
}

int check_li_list(const std::string& path) {
  const auto text = ops::read_private(path, kms::kLiListForbidden, kms::kMaxLiList);
  if (!text) return fail(text.error().message());
  const auto list = kms::LiList::parse(as_text(text->reveal()));
  if (list) {
    std::cout << list->size() << " entries, " << list->valid(std::chrono::floor<std::chrono::seconds>(ops::system_now()))
              << " of them now\n";
    return kDone;
  }
  for (const auto& error : list.error()) fail(path + ": " + error.message());
  return kFailed;
}

}  // namespace

void add_setup_commands(CLI::App& app, const std::string& config, std::vector<Command>& commands) {
  auto* init = app.add_subcommand("init", "makes what the daemon starts with: master key, audit key, store, an empty LI list");
  commands.push_back({init, [&config] { return initialise(config); }});
  auto* describe = app.add_subcommand("describe", "prints every key of the configuration with its meaning and default");
  commands.push_back({describe, [] {
                        std::cout << kms::describe_settings();
                        return kDone;
                      }});
  auto* li = app.add_subcommand("li", "the LI list")->require_subcommand(1);
  auto* check = li->add_subcommand("check", "says what is wrong with an LI list");
  auto path = std::make_shared<std::string>();
  check->add_option("FILE", *path, "private to us")->required();
  commands.push_back({check, [path] { return check_li_list(*path); }});
}

}  // namespace li::kms_tool
