// tests/schema/forms.hpp: a value in each form, and back.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "schema/hex.hpp"
#include "schema/json.hpp"
#include "schema/reading.hpp"
#include "schema/text.hpp"
#include "schema/xer.hpp"

namespace li::test {

inline void shown(const schema::Type& type, ByteView octets, schema::Visitor& visitor) {
  if (const auto walked = schema::walk(type, octets, visitor); !walked) throw std::runtime_error(walked.error().message());
}

inline std::string json_of(const schema::Type& type, ByteView octets, schema::Secrets secrets = schema::Secrets::show,
                           schema::JsonForm form = schema::JsonForm::line) {
  schema::Output out;
  schema::JsonWriter writer(out, form, secrets);
  shown(type, octets, writer);
  return out.take();
}

inline std::string xer_of(const schema::Type& type, ByteView octets, schema::Secrets secrets = schema::Secrets::show) {
  schema::Output out;
  {
    schema::XerWriter writer(out, secrets);
    shown(type, octets, writer);
  }
  return out.take();
}

inline std::string text_of(const schema::Type& type, ByteView octets, schema::Secrets secrets = schema::Secrets::show) {
  schema::Output out;
  schema::TextWriter writer(out, secrets, schema::kPlain);
  shown(type, octets, writer);
  return out.take();
}

inline std::string hex_of(const schema::Type& type, ByteView octets, schema::Secrets secrets = schema::Secrets::show) {
  schema::Output out;
  schema::HexWriter writer(out, secrets);
  shown(type, octets, writer);
  return out.take();
}

/// What a reader made of a text: octets in hexadecimal and messages, in order.
struct Read {
  std::vector<Bytes> records;
  std::vector<std::size_t> lines;  // where the records started
  std::vector<schema::ReadFailure> failures;

  /// The one record in hexadecimal, or the message of the first failure.
  [[nodiscard]] std::string outcome() const {
    if (!failures.empty()) return failures.front().error.message();
    return records.size() == 1 ? to_hex(records.front()) : std::to_string(records.size()) + " records";
  }
};

template <typename Reader>
Read read_with(Reader reader, const std::string& text, bool go_on = true) {
  Read result;
  std::istringstream in(text);
  reader(
      in,
      [&](schema::Encoded&& record) {
        result.records.emplace_back(record.octets.begin(), record.octets.end());
        result.lines.push_back(record.line);
        return true;
      },
      [&](schema::ReadFailure&& failure) {
        result.failures.push_back(std::move(failure));
        return go_on;
      });
  return result;
}

inline Read from_json(const std::string& text, bool go_on = true) { return read_with(schema::read_json, text, go_on); }
inline Read from_xer(const std::string& text, bool go_on = true) { return read_with(schema::read_xer, text, go_on); }

}  // namespace li::test
