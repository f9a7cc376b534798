#include <algorithm>
#include <cstdio>

#include "hi2/mikey_show.hpp"

namespace li::tool {
namespace {

using mikey::Described;
using mikey::Member;
using mikey::Octets;

class TextShower {
 public:
  TextShower(schema::Secrets secrets, bool colour) : secrets_(secrets), colour_(colour) {}

  void chain(const std::vector<Described>& payloads, std::size_t depth) {
    for (const auto& payload : payloads) block(payload, depth);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }
  void line(const std::string& text) { out_ += text + '\n'; }

 private:
  static constexpr std::size_t kNames = 14;  // columns of a member's name
  static constexpr std::size_t kDigits = 80;

  // Name, offset and length are the first members.
  void block(const Described& payload, std::size_t depth) {
    const auto& members = payload.members;
    char place[40];
    std::snprintf(place, sizeof place, "%5llu %5llu  ", number(members[1]), number(members[2]));
    out_ += place + std::string(2 * depth, ' ');
    line(marked(std::get<std::string>(members[0].value)));
    for (std::size_t i = 3; i < members.size(); ++i) member(members[i], depth);
  }

  void member(const Member& member, std::size_t depth) {
    const std::string indent(kPlace + 2 * depth + 2, ' ');
    const auto* list = std::get_if<std::vector<Described>>(&member.value);
    const auto name = std::string(member.name) + std::string(kNames - std::min(kNames - 1, member.name.size()), ' ');
    if (list == nullptr) return line(indent + name + value(member, indent.size() + kNames));
    if (list->empty()) return line(indent + name + "none");
    if (list->front().members.front().name == "payload") {
      line(indent + std::string(member.name));
      return chain(*list, depth + 2);
    }
    for (const auto& one : *list) line(indent + name + in_one_line(one));
  }

  std::string in_one_line(const Described& described) {
    std::string text;
    for (const auto& one : described.members) {
      if (one.name == "offset" || one.name == "length") continue;
      text += (text.empty() ? "" : ", ") + std::string(one.name) + ' ' + value(one, 0);
    }
    return text;
  }

  // Long octets go on below, in the same column; column 0 keeps them in their line.
  std::string value(const Member& member, std::size_t column) {
    if (const auto* octets = std::get_if<Octets>(&member.value)) return octets_text(*octets, member.meaning, column);
    if (const auto* text = std::get_if<std::string>(&member.value)) return (text->empty() ? "none" : *text) + in_brackets(member.meaning);
    if (const auto* list = std::get_if<std::vector<std::uint64_t>>(&member.value)) return numbers(*list);
    if (std::holds_alternative<std::monostate>(member.value)) return "none";
    return std::to_string(std::get<std::uint64_t>(member.value)) + in_brackets(member.meaning);
  }

  [[nodiscard]] std::string octets_text(const Octets& value, const std::string& meaning, std::size_t column) const {
    if (value.octets.empty()) return "empty";
    const bool hidden = value.secret && secrets_ == schema::Secrets::hide;
    auto digits = hidden ? std::string(2 * value.octets.size(), '*') : hex_text(value.octets);
    if (!meaning.empty()) return meaning + in_brackets(digits);
    for (auto at = kDigits; column != 0 && at < digits.size(); at += kDigits + 1 + column)
      digits.insert(at, '\n' + std::string(column, ' '));
    return digits;
  }

  static std::string in_brackets(const std::string& text) { return text.empty() ? "" : " (" + text + ')'; }
  static std::string numbers(const std::vector<std::uint64_t>& list) {
    std::string text;
    for (const auto one : list) text += (text.empty() ? "" : " ") + std::to_string(one);
    return text.empty() ? "none" : text;
  }

  static unsigned long long number(const Member& member) { return std::get<std::uint64_t>(member.value); }
  [[nodiscard]] std::string marked(const std::string& text) const { return colour_ ? "\033[36m" + text + "\033[0m" : text; }

  static constexpr std::size_t kPlace = 13;
  schema::Secrets secrets_;
  bool colour_;
  std::string out_;
};

}  // namespace

std::string hex_text(ByteView octets) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * octets.size());
  for (const auto octet : octets) {
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

std::string mikey_text(const mikey::Message& message, std::size_t octets, schema::Secrets secrets, bool colour) {
  const auto description = mikey::describe(message);
  TextShower shower(secrets, colour);
  shower.line(std::string(description.data_type) + ", " + std::to_string(octets) + " octets");
  shower.chain(description.payloads, 0);
  return shower.take();
}

}  // namespace li::tool
