// support/canonical.hpp: a value as text in which the items of a SET OF are sorted, since asn1c sorts them and we keep their order.
#pragma once

#include <algorithm>

#include "schema/value.hpp"
#include "schema/walk.hpp"

namespace li::test {

class Canonical : public schema::Visitor {
 public:
  void enter(const schema::Node& node) override { open_.push_back({name_of(node), {}}); }
  void leave(const schema::Node& node) override {
    auto value = std::move(open_.back());
    open_.pop_back();
    if (node.type->kind == schema::Kind::set_of) std::sort(value.parts.begin(), value.parts.end());
    std::string text = value.name + "{";
    for (const auto& part : value.parts) text += part + ",";
    put(text + "}");
  }
  void primitive(const schema::Node& node, const schema::Content& content) override {
    if (content.is_default) return;
    std::string text = name_of(node) + "=";
    if (content.valid) schema::append_value(text, *node.type, content.octets);
    else append_hex(text, content.octets);
    put(std::move(text));
  }

  [[nodiscard]] const std::string& text() const { return done_; }

 private:
  struct Open {
    std::string name;
    std::vector<std::string> parts;
  };
  static std::string name_of(const schema::Node& node) { return node.member != nullptr ? std::string(node.member->name) : std::string(); }
  void put(std::string text) {
    if (open_.empty()) done_ = std::move(text);
    else open_.back().parts.push_back(std::move(text));
  }
  std::vector<Open> open_;
  std::string done_;
};

/// Empty if the octets can't be read.
inline std::string canonical(const schema::Type& type, ByteView octets) {
  Canonical visitor;
  return schema::walk(type, octets, visitor) ? visitor.text() : std::string();
}

}  // namespace li::test
