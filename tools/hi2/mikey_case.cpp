#include "hi2/mikey_case.hpp"

#include "hi2/mikey_show.hpp"

namespace li::tool {

void Differences::compare(const std::string& what, ByteView is, ByteView should_be) {
  if (!equal(is, should_be)) add(what, is.empty() ? "missing" : hex_text(is), should_be.empty() ? "missing" : hex_text(should_be));
}

const Json* find_member(const Json& object, const char* name) {
  if (!object.is_object()) throw CaseFault{"no object where one with " + std::string(name) + " belongs"};
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json& member(const Json& object, const char* name) {
  const auto* found = find_member(object, name);
  if (found == nullptr) throw CaseFault{"it has no " + std::string(name)};
  return *found;
}

std::string text_member(const Json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_string()) throw CaseFault{std::string(name) + " is no string"};
  return value.get<std::string>();
}

Bytes octets_member(const Json& object, const char* name) {
  auto octets = from_hex(text_member(object, name));
  if (!octets) throw CaseFault{std::string(name) + " is not hexadecimal"};
  return std::move(*octets);
}

std::optional<Bytes> find_octets(const Json& object, const char* name) {
  return find_member(object, name) == nullptr ? std::nullopt : std::optional(octets_member(object, name));
}

std::uint64_t number_member(const Json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_number_unsigned()) throw CaseFault{std::string(name) + " is no number from 0 up"};
  return value.get<std::uint64_t>();
}

bool flag_member(const Json& object, const char* name) {
  const auto* value = find_member(object, name);
  if (value != nullptr && !value->is_boolean()) throw CaseFault{std::string(name) + " is neither true nor false"};
  return value != nullptr && value->get<bool>();
}

const Json& list_member(const Json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_array()) throw CaseFault{std::string(name) + " is no array"};
  return value;
}

std::vector<std::string> run_case(const Json& one, const CaseOptions& options) {
  Differences differences(options.show_keys);
  const auto kind = text_member(one, "kind");
  if (kind == "decode") run_decode_case(one, differences);
  else if (kind == "get_keys") run_get_keys_case(one, options, differences);
  else if (kind == "exchange") run_exchange_case(one, differences);
  else throw CaseFault{"its kind is \"" + kind + "\", not decode, get_keys or exchange"};
  return differences.found();
}

}  // namespace li::tool
