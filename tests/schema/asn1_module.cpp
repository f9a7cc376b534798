#include "tests/schema/asn1_module.hpp"

#include <cctype>
#include <stdexcept>

namespace li::test {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; }

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 2) == "--") {
      at = text.find('\n', at);
      if (at == std::string_view::npos) break;
    } else if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
      ++at;
    } else if (const auto three = text.substr(at, 3); three == "::=" || three == "...") {
      tokens.emplace_back(three);
      at += 3;
    } else if (text.substr(at, 2) == "..") {
      tokens.emplace_back("..");
      at += 2;
    } else {
      std::size_t end = at;
      while (end < text.size() && is_word(text[end])) ++end;
      if (end == at) ++end;
      tokens.emplace_back(text.substr(at, end - at));
      at = end;
    }
  }
  return tokens;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  AsnModule module() {
    AsnModule module;
    module.name = next();
    bool automatic = false;
    for (auto word = next(); word != "BEGIN"; word = next()) automatic = automatic || word == "AUTOMATIC";
    if (take("IMPORTS")) {
      while (next() != ";") {
      }
    }
    while (!take("END")) {
      const auto name = next();
      expect("::=");
      auto found = type();
      if (automatic) number_members(found);
      if (!module.types.emplace(name, std::move(found)).second) throw std::runtime_error(name + " is defined twice");
    }
    return module;
  }

 private:
  const std::string& peek() const {
    if (at_ == tokens_.size()) throw std::runtime_error("the module ends too early");
    return tokens_[at_];
  }
  std::string next() {
    auto token = peek();
    ++at_;
    return token;
  }
  bool take(std::string_view token) {
    if (peek() != token) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view token) {
    if (const auto found = next(); found != token)
      throw std::runtime_error("\"" + found + "\" where \"" + std::string(token) + "\" belongs");
  }

  // AUTOMATIC TAGS: members count from [0].
  static void number_members(AsnType& type) {
    const bool tagged = type.kind == "SEQUENCE" || type.kind == "CHOICE";
    for (std::size_t i = 0; i < type.members.size(); ++i) {
      auto& inner = type.members[i].type.front();
      if (tagged) inner.tag = "[" + std::to_string(i) + "]";
      number_members(inner);
    }
  }

  std::string tag() {
    std::string text = "[" + next();
    while (!take("]")) text += " " + next();
    static_cast<void>(take("IMPLICIT"));
    return text + "]";
  }

  AsnType type() {
    AsnType type;
    if (take("[")) type.tag = tag();
    type.kind = next();
    if (type.kind == "OCTET" || type.kind == "BIT" || type.kind == "OBJECT") type.kind += " " + next();
    if (type.kind == "SEQUENCE" || type.kind == "SET") return constructed(std::move(type));
    if (type.kind == "CHOICE") return members(type), type;
    if (type.kind == "ENUMERATED") return enumerators(type), type;
    type.is_reference = !is_built_in(type.kind);
    if (peek() == "(") constraint(type);
    return type;
  }

  static bool is_built_in(const std::string& kind) {
    for (const auto* known : {"BOOLEAN", "INTEGER", "NULL", "OCTET STRING", "BIT STRING", "OBJECT IDENTIFIER", "RELATIVE-OID", "UTF8String",
                              "PrintableString", "NumericString", "IA5String", "VisibleString", "GeneralizedTime", "UTCTime"}) {
      if (kind == known) return true;
    }
    return false;
  }

  AsnType constructed(AsnType type) {
    if (peek() == "{") return members(type), type;
    if (take("SIZE")) range(type);
    else if (peek() == "(") constraint(type);
    expect("OF");
    type.kind += " OF";
    type.members.push_back({"", {this->type()}, false, ""});
    return type;
  }

  // (SIZE (1..25)), (0..255), (SIZE (1..25, ...))
  void constraint(AsnType& type) {
    expect("(");
    if (take("SIZE")) {
      range(type);
    } else {
      --at_;
      return range(type);
    }
    expect(")");
  }

  void range(AsnType& type) {
    expect("(");
    type.low = number();
    if (!take("..")) type.high = type.low;
    else if (!take("MAX")) type.high = number();
    expect(")");
  }
  std::int64_t number() { return std::stoll(next()); }

  void members(AsnType& type) {
    expect("{");
    type.roots = SIZE_MAX;
    do {
      if (take("...")) {
        type.extensible = true;
        type.roots = type.members.size();
        continue;
      }
      AsnMember member;
      member.name = next();
      member.type.push_back(this->type());
      member.optional = take("OPTIONAL");
      if (take("DEFAULT")) member.default_value = next();
      type.members.push_back(std::move(member));
    } while (take(","));
    expect("}");
    if (!type.extensible) type.roots = type.members.size();
  }

  void enumerators(AsnType& type) {
    expect("{");
    do {
      if (take("...")) {
        type.extensible = true;
        continue;
      }
      const auto name = next();
      auto value = static_cast<std::int64_t>(type.enumerators.size());  // without a number they count from 0
      if (take("(")) {
        value = number();
        expect(")");
      }
      type.enumerators.emplace_back(name, value);
    } while (take(","));
    expect("}");
  }

  std::vector<std::string> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

AsnModule read_module(std::string_view text) { return Parser(text).module(); }

}  // namespace li::test
