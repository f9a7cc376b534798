#include "schema/node.hpp"

#include <array>

namespace li::schema {

std::string_view to_string(Severity severity) {
  static constexpr std::array<std::string_view, 3> kNames = {"info", "warning", "error"};
  return kNames[static_cast<std::size_t>(severity)];
}

std::string Finding::message() const { return Error{ErrorKind::out_of_range, text, offset, path, clause}.message(); }

std::string path_of(const Node& node) {
  std::string path;
  for (const auto* at = &node; at->member != nullptr; at = at->parent) {
    const bool envelope = at->parent->member == nullptr && at->parent->type->kind == Kind::choice && at->type->kind == Kind::choice;
    if (envelope) continue;
    std::string part(at->member->name);
    if (at->member->name.empty()) part = "[" + std::to_string(at->index) + "]";
    if (!path.empty() && path.front() != '[') part += '.';
    path.insert(0, part);
  }
  return path;
}

}  // namespace li::schema
