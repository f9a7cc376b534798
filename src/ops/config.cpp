#include "ops/config.hpp"

#include <algorithm>
#include <numeric>

#include "ops/config_impl.hpp"

namespace li::ops {
namespace {

// Insertions, deletions and changes that make one text of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto cost = std::min({row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
      diagonal = std::exchange(row[j + 1], cost);
    }
  }
  return row.back();
}

std::string last_name(const std::string& path) {
  const auto dot = path.rfind('.');
  return dot == std::string::npos ? path : path.substr(dot + 1);
}

}  // namespace

// The same name elsewhere is nearer than another name here.
std::string Config::Content::nearest(const std::string& wrong) const {
  const std::string* best = nullptr;
  auto least = last_name(wrong).size() / 2 + 1;
  for (const auto& known_path : known_paths) {
    const bool same_name = last_name(wrong) == last_name(known_path);
    const auto away = same_name ? 0 : distance(wrong, known_path);
    if (away < least) least = away, best = &known_path;
  }
  return best == nullptr ? std::string() : *best;
}

void Config::Content::note_unknown(const toml::table& in, const std::string& prefix, const std::string& shown) {
  for (const auto& [key, node] : in) {
    const std::string name(key.str());
    const auto full = prefix.empty() ? name : prefix + "." + name;
    const auto shown_path = shown.empty() ? name : shown + "." + name;
    if (!asked.contains(&node)) {
      const auto close = nearest(full);
      note(key.source(), shown_path + ": no such key" + (close.empty() ? "" : "; did you mean " + close + "?"));
    } else if (misshapen.contains(&node)) {
      continue;
    } else if (const auto* table_below = node.as_table()) {
      note_unknown(*table_below, full, shown_path);
    } else if (const auto* array = node.as_array()) {
      for (std::size_t i = 0; i < array->size(); ++i) {
        if (const auto* one = (*array)[i].as_table()) note_unknown(*one, full + "[]", shown_path + "[" + std::to_string(i + 1) + "]");
      }
    }
  }
}

Result<Config> Config::load(const std::filesystem::path& path, unsigned forbidden) {
  const auto text = read_private(path, forbidden);
  if (!text) return failure(text.error());
  return parse(as_text(text->reveal()), path);
}

Result<Config> Config::parse(std::string_view text, const std::filesystem::path& path) {
  auto content = std::make_shared<Content>();
  content->path = path;
  try {
    content->table = toml::parse(text, path.string());
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    return failure(ErrorKind::malformed, content->place(at.line, at.column) + std::string(error.description()), "TOML 1.0");
  }
  return Config(std::move(content));
}

ConfigSection Config::root() const {
  return ConfigSection(std::make_shared<const ConfigSection::Place>(ConfigSection::Place{content_, &content_->table, {}, {}}));
}

std::vector<std::string> Config::problems() const {
  auto all = *content_;
  all.note_unknown(content_->table, {}, {});
  std::stable_sort(all.problems.begin(), all.problems.end(),
                   [](const auto& a, const auto& b) { return std::pair(a.line, a.column) < std::pair(b.line, b.column); });
  std::vector<std::string> lines;
  for (const auto& problem : all.problems) lines.push_back(all.place(problem.line, problem.column) + problem.text);
  return lines;
}

std::string Config::description() const {
  std::string text;
  for (const auto& known : content_->known) {
    if (!text.empty()) text += '\n';
    text += "# " + known.doc + '\n' + (known.heading.empty() ? known.example : known.heading) + '\n';
  }
  return text;
}

}  // namespace li::ops
