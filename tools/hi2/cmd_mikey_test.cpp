#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/text.hpp"
#include "hi2/cmd_mikey.hpp"
#include "hi2/input.hpp"
#include "hi2/mikey_case.hpp"

namespace li::tool {
namespace {

namespace fs = std::filesystem;

struct MikeyTestOptions {
  std::vector<std::string> files;
  CaseOptions cases;
  bool quiet = false;
};

// A folder stands for the *.json files in it and below.
std::vector<std::string> expand(const std::vector<std::string>& files) {
  std::vector<std::string> all;
  for (const auto& file : files) {
    std::error_code ignored;
    if (!fs::is_directory(file, ignored)) {
      all.push_back(file);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::recursive_directory_iterator(file, ignored)) {
      if (entry.path().extension() == ".json") inside.push_back(entry.path().string());
    }
    std::sort(inside.begin(), inside.end());
    all.insert(all.end(), inside.begin(), inside.end());
  }
  return all;
}

std::string joined(const std::vector<std::string>& texts) {
  constexpr std::size_t kMost = 8;
  std::string all;
  for (std::size_t i = 0; i < std::min(texts.size(), kMost); ++i) all += (i == 0 ? "" : "; ") + texts[i];
  return texts.size() <= kMost ? all : all + "; and " + std::to_string(texts.size() - kMost) + " more";
}

class MikeyTest {
 public:
  explicit MikeyTest(MikeyTestOptions options) : options_(std::move(options)) {}

  int run() {
    const auto files = expand(options_.files);
    const bool opened = options_.files.empty() ? read({}) : files.empty() || read(files);
    flush_output();
    if (opened && passed_ + failed_ + unreadable_ == 0) std::cerr << "hi2: no *.json in it\n";
    std::cerr << passed_ << " passed, " << failed_ << " failed"
              << (unreadable_ == 0 ? "" : ", " + std::to_string(unreadable_) + " unreadable") << '\n';
    return opened && failed_ == 0 && unreadable_ == 0 && passed_ != 0 ? kDone : kBadData;
  }

 private:
  bool read(const std::vector<std::string>& files) {
    return for_each_input(files, [this](std::istream& in, const std::string& name) { return file(in, name), true; });
  }

  // A case, an array of cases, or several of these one after the other.
  void file(std::istream& in, const std::string& name) {
    bool any = false;
    while ((in >> std::ws).peek() != std::istream::traits_type::eof()) {
      any = true;
      const auto value = next(in);
      if (value.is_discarded()) return unreadable(name, "not JSON");
      if (!value.is_array()) {
        one(value, name);
        continue;
      }
      for (const auto& each : value) one(each, name);
    }
    if (!any) unreadable(name, "no case in it");
  }

  static Json next(std::istream& in) {
    Json value;
    try {
      in >> value;
    } catch (const Json::exception&) {  // its text may show keys
      return Json(Json::value_t::discarded);
    }
    return value;
  }

  void one(const Json& value, const std::string& name) {
    const auto id = value.is_object() && value.contains("id") && value["id"].is_string() ? value["id"].get<std::string>() : name;
    try {
      verdict(id, run_case(value, options_.cases));
    } catch (const CaseFault& fault) {
      verdict(id, {"no such case: " + fault.text});
    } catch (const Json::exception&) {
      verdict(id, {"no such case: a member is of another type"});
    }
  }

  void verdict(const std::string& id, const std::vector<std::string>& differences) {
    ++(differences.empty() ? passed_ : failed_);
    if (differences.empty() && options_.quiet) return;
    put(printable(id) + (differences.empty() ? ": passed" : ": FAILED: " + printable(joined(differences))) + '\n');
  }

  void unreadable(const std::string& name, const char* why) {
    flush_output();
    report(name, {ErrorKind::malformed, why, {}, {}, {}});
    ++unreadable_;
  }

  MikeyTestOptions options_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::size_t unreadable_ = 0;
};

}  // namespace

Run setup_mikey_test(CLI::App& app) {
  auto options = std::make_shared<MikeyTestOptions>();
  app.add_option("files", options->files, "files with cases, or folders of *.json; none or - is standard input")->option_text("FILE...");
  app.add_flag("--any-reason", options->cases.any_reason, "a refusal passes whatever its reason is");
  app.add_flag("--show-keys", options->cases.show_keys, "show the values that differ");
  app.add_flag("-q,--quiet", options->quiet, "print only what failed");
  app.footer(
      "Runs cases of the kinds decode, get_keys and exchange through the code that the KMS and the user equipments use, and prints\n"
      "\"id: passed\" or \"id: FAILED: what differed\" for each. docs/mikey-vectors.md describes the form.\n"
      "\n"
      "Examples:\n"
      "  hi2 mikey test tests/data/mikey\n"
      "  hi2 mikey test --show-keys fork-prf0.json\n"
      "  hi2 mikey decode -o json --show-keys invite.sip | hi2 mikey test -\n");
  return [options] { return MikeyTest(*options).run(); };
}

}  // namespace li::tool
