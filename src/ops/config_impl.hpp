// ops/config_impl.hpp: what a Config and its sections share.
//
// Source:  TOML 1.0.
// Units:   lines and columns from 1.
// Errors:  noted here, told by Config::problems().
// Owns:    the tree of the file, to which places point.
#pragma once

#include <toml++/toml.h>

#include <map>
#include <set>

#include "ops/config.hpp"

namespace li::ops {

struct Config::Content {
  struct Problem {
    std::uint32_t line;
    std::uint32_t column;
    std::string text;
  };
  struct Known {
    std::string path;     // with [] behind arrays of tables
    std::string heading;  // "[server]" of a table
    std::string example;  // "idle = \"30s\"" of a key
    std::string doc;
  };

  toml::table table;
  std::filesystem::path path;
  std::vector<Problem> problems;
  std::vector<Known> known;  // in the order asked
  std::set<std::string> known_paths;
  std::set<const toml::node*> asked;
  std::set<const toml::node*> misshapen;  // said to be wrong as a whole

  void note(const toml::source_region& source, std::string text) {
    problems.push_back({source.begin.line, source.begin.column, std::move(text)});
  }
  void learn(Known known_key) {
    if (known_paths.insert(known_key.path).second) known.push_back(std::move(known_key));
  }
  [[nodiscard]] std::string place(std::uint32_t line, std::uint32_t column) const {
    return path.string() + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
  }
  /// Keys below `table` that nobody asked for.
  void note_unknown(const toml::table& in, const std::string& prefix, const std::string& shown);
  [[nodiscard]] std::string nearest(const std::string& wrong) const;
};

struct ConfigSection::Place {
  std::shared_ptr<Config::Content> content;
  const toml::table* table;  // nullptr where it is not in the file
  std::string path;          // "server", "peer[]"
  std::string shown;         // "server", "peer[2]"

  [[nodiscard]] std::string below(std::string_view key) const { return path.empty() ? std::string(key) : path + "." + std::string(key); }
  [[nodiscard]] std::string shown_below(std::string_view key) const {
    return shown.empty() ? std::string(key) : shown + "." + std::string(key);
  }
  [[nodiscard]] const toml::node* find(std::string_view key) const {
    const auto* node = table == nullptr ? nullptr : table->get(key);
    if (node != nullptr) content->asked.insert(node);
    return node;
  }
  /// At the key, or where the section begins.
  void problem(std::string_view key, const std::string& text) const {
    const auto* node = table == nullptr ? nullptr : table->get(key);
    const toml::node& at = node != nullptr ? *node : table != nullptr ? *table : content->table;
    content->note(at.source(), shown_below(key) + ": " + text);
  }
};

}  // namespace li::ops
