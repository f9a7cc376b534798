// hi2/mikey_case.hpp: test cases of MIKEY-TICKET (docs/mikey-vectors.md) and what comes of running one.
//
// Source:  docs/mikey-vectors.md.
// Errors:  CaseFault for what is no case; differences for one that does not pass.
// Owns:    Differences own their texts.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "base/secret.hpp"

namespace li::tool {

using Json = nlohmann::json;

/// Thrown for a case that is not of the form; caught where cases are run.
struct CaseFault {
  std::string text;
};

/// What a run gave that the case does not have. Values are shown only where that is asked for.
class Differences {
 public:
  explicit Differences(bool show_values) : show_values_(show_values) {}

  void add(std::string text) { found_.push_back(std::move(text)); }
  void add(const std::string& what, const std::string& is, const std::string& should_be) {
    add(show_values_ ? what + " is " + is + ", should be " + should_be : what + " differs");
  }
  /// Nothing is added when both are the same.
  void compare(const std::string& what, ByteView is, ByteView should_be);

  [[nodiscard]] const std::vector<std::string>& found() const { return found_; }

 private:
  bool show_values_;
  std::vector<std::string> found_;
};

struct CaseOptions {
  bool show_keys = false;
  bool any_reason = false;  ///< a refusal for another reason passes
};

/// Runs a case of any kind; no differences means that it passed. Throws CaseFault.
[[nodiscard]] std::vector<std::string> run_case(const Json& one, const CaseOptions& options);

void run_decode_case(const Json& one, Differences& differences);
void run_get_keys_case(const Json& one, const CaseOptions& options, Differences& differences);
void run_exchange_case(const Json& one, Differences& differences);

// Members of a case. Those that may be absent or null give nothing then.
[[nodiscard]] const Json* find_member(const Json& object, const char* name);
[[nodiscard]] const Json& member(const Json& object, const char* name);
[[nodiscard]] std::string text_member(const Json& object, const char* name);
[[nodiscard]] Bytes octets_member(const Json& object, const char* name);
[[nodiscard]] std::optional<Bytes> find_octets(const Json& object, const char* name);
[[nodiscard]] std::uint64_t number_member(const Json& object, const char* name);
[[nodiscard]] bool flag_member(const Json& object, const char* name);
[[nodiscard]] const Json& list_member(const Json& object, const char* name);

}  // namespace li::tool
