#include <iostream>

#include "hi2-kms/commands.hpp"
#include "kms/li_list.hpp"
#include "ops/audit.hpp"
#include "ops/private_file.hpp"

namespace li::kms_tool {

namespace {

int check_li_list(const daemon::Program& program, const std::string& path) {
  const auto text = ops::read_private(path, kms::kLiListForbidden, kms::kMaxLiList);
  if (!text) return program.fail(text.error().message());
  const auto list = kms::LiList::parse(as_text(text->reveal()));
  if (list) {
    std::cout << list->size() << " entries, " << list->valid(std::chrono::floor<std::chrono::seconds>(ops::system_now()))
              << " of them now\n";
    return daemon::kDone;
  }
  for (const auto& error : list.error()) program.fail(path + ": " + error.message());
  return daemon::kFailed;
}

}  // namespace

void add_li_commands(daemon::Program& program) {
  auto path = std::make_shared<std::string>();
  auto* check = program.add(
      "check", "says what is wrong with an LI list", [&program, path] { return check_li_list(program, *path); },
      program.add("li", "the LI list"));
  check->add_option("FILE", *path, "private to us")->required();
}

}  // namespace li::kms_tool
