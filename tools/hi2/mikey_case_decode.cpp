#include "hi2/mikey_case.hpp"
#include "hi2/mikey_show.hpp"
#include "mikey/decode.hpp"
#include "mikey/describe.hpp"
#include "mikey/encode.hpp"

namespace li::tool {
namespace {

using mikey::Described;
using mikey::Octets;

class Comparison {
 public:
  explicit Comparison(Differences& differences) : differences_(differences) {}

  void chain(const std::string& path, const std::vector<Described>& is, const Json& should_be) {
    if (!should_be.is_array()) return differences_.add(path + " is a list");
    if (is.size() != should_be.size()) return count(path, is.size(), should_be.size());
    for (std::size_t i = 0; i < is.size(); ++i) object(path + ' ' + std::to_string(i + 1), is[i], should_be[i]);
  }

 private:
  // Only what the case has is looked at.
  void object(const std::string& path, const Described& is, const Json& should_be) {
    if (!should_be.is_object()) throw CaseFault{path + " is no object"};
    for (const auto& wanted : should_be.items()) {
      const auto& name = wanted.key();
      const auto& value = wanted.value();
      const auto found = std::find_if(is.members.begin(), is.members.end(), [&](const auto& one) { return one.name == name; });
      const auto where = path + ' ' + name;
      if (found == is.members.end()) differences_.add(where + " is not there");
      else std::visit([&](const auto& one) { compare(where, one, value); }, found->value);
    }
  }

  void compare(const std::string& path, std::monostate, const Json& should_be) {
    if (!should_be.is_null()) differences_.add(path + " is absent");
  }
  void compare(const std::string& path, std::uint64_t is, const Json& should_be) {
    if (should_be != is) differences_.add(path + " is " + std::to_string(is) + ", should be " + should_be.dump());
  }
  void compare(const std::string& path, const std::string& is, const Json& should_be) {
    if (should_be != is) differences_.add(path + " is " + is + ", should be " + should_be.dump());
  }
  void compare(const std::string& path, const Octets& is, const Json& should_be) {
    if (!should_be.is_string()) return differences_.add(path + " is octets");
    const auto octets = from_hex(should_be.get<std::string>());
    if (!octets) throw CaseFault{path + " is not hexadecimal"};
    differences_.compare(path, is.octets, *octets);
  }
  void compare(const std::string& path, const std::vector<std::uint64_t>& is, const Json& should_be) {
    if (should_be != Json(is)) differences_.add(path + " is " + Json(is).dump() + ", should be " + should_be.dump());
  }
  void compare(const std::string& path, const std::vector<Described>& is, const Json& should_be) { chain(path, is, should_be); }

  void count(const std::string& path, std::size_t is, std::size_t should_be) {
    differences_.add(path + " has " + std::to_string(is) + " items, should have " + std::to_string(should_be));
  }

  Differences& differences_;
};

void run_invalid(const Json& one, const Result<mikey::Message>& message, Differences& differences) {
  if (message) return differences.add("decoded, should be refused");
  if (find_member(one, "offset") == nullptr) return;
  const auto should_be = number_member(one, "offset");
  const auto is = message.error().offset;
  // Readers see a fault sooner or later, but not before the payload that has it.
  const bool in_payload = is && find_member(one, "payload_offset") != nullptr && *is >= number_member(one, "payload_offset");
  if (is != should_be && !in_payload) {
    differences.add("refused at " + (is ? std::to_string(*is) : "no offset") + ", should be at " + std::to_string(should_be) + ": " +
                    message.error().text);
  }
}

}  // namespace

void run_decode_case(const Json& one, Differences& differences) {
  const auto octets = octets_member(one, "message");
  const auto message = mikey::decode(octets);
  if (text_member(one, "expect") == "invalid") return run_invalid(one, message, differences);
  if (!message) return differences.add("refused: " + message.error().message());
  const auto description = mikey::describe(*message);
  if (const auto name = text_member(one, "data_type"); name != description.data_type)
    differences.add("data_type is " + std::string(description.data_type) + ", should be " + name);
  Comparison(differences).chain("payload", description.payloads, list_member(one, "payloads"));
  const auto again = mikey::encode(*message);
  if (!again || *again != octets) differences.add("encoded again, the octets differ");
}

}  // namespace li::tool
