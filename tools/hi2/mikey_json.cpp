#include "hi2/mikey_show.hpp"

#include "base/text.hpp"
#include "schema/json.hpp"

namespace li::tool {
namespace {

using mikey::Described;
using mikey::Octets;

class JsonShower {
 public:
  explicit JsonShower(schema::Secrets secrets) : secrets_(secrets) {}

  void object(const Described& described) {
    open('{');
    for (const auto& member : described.members) {
      name(member.name);
      std::visit([this](const auto& value) { show(value); }, member.value);
    }
    close('}');
  }
  void name(std::string_view name) {
    next();
    append_json_string(out_, name);
    out_ += ": ";
  }
  void show(std::monostate) { out_ += "null"; }
  void show(std::uint64_t value) { out_ += std::to_string(value); }
  void show(const std::string& text) { append_json_string(out_, text); }
  void show(const Octets& value) {
    const bool hidden = value.secret && secrets_ == schema::Secrets::hide;
    out_ += '"' + (hidden ? std::string(2 * value.octets.size(), '*') : hex_text(value.octets)) + '"';
  }
  void show(const std::vector<std::uint64_t>& list) {
    out_ += '[';
    for (std::size_t i = 0; i < list.size(); ++i) out_ += (i == 0 ? "" : ", ") + std::to_string(list[i]);
    out_ += ']';
  }
  void show(const std::vector<Described>& list) {
    if (list.empty()) return void(out_ += "[]");
    open('[');
    for (const auto& one : list) {
      next();
      object(one);
    }
    close(']');
  }
  void open(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
  }
  void close(char bracket) {
    --depth_;
    out_ += '\n' + std::string(depth_, ' ') + bracket;
    first_ = false;
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void next() {
    out_ += first_ ? "\n" : ",\n";
    out_ += std::string(depth_, ' ');
    first_ = false;
  }

  schema::Secrets secrets_;
  std::string out_;
  std::size_t depth_ = 0;
  bool first_ = true;
};

// The whole message in digits, with asterisks where keys stand in the clear.
std::string message_text(const mikey::Message& message, ByteView octets, schema::Secrets secrets) {
  auto text = hex_text(octets);
  if (secrets == schema::Secrets::show) return text;
  for (const auto& place : mikey::secret_places(message)) text.replace(2 * place.offset, 2 * place.length, 2 * place.length, '*');
  return text;
}

}  // namespace

std::string mikey_json(const std::string& id, const mikey::Message& message, ByteView octets, schema::Secrets secrets) {
  const auto description = mikey::describe(message);
  JsonShower json(secrets);
  const auto member = [&json](std::string_view name, const std::string& value) {
    json.name(name);
    json.show(value);
  };
  json.open('{');
  member("id", id);
  member("kind", "decode");
  member("comment", "decoded only: no MAC, signature or time has been verified");
  member("message", message_text(message, octets, secrets));
  member("expect", "valid");
  member("data_type", std::string(description.data_type));
  json.name("payloads");
  json.show(description.payloads);
  json.close('}');
  return json.take() + '\n';
}

}  // namespace li::tool
