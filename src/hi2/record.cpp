#include "hi2/record.hpp"

#include <algorithm>
#include <charconv>

#include "hi2/fields_impl.hpp"
#include "schema/value.hpp"

namespace li::hi2 {
namespace {

using schema::Kind;

constexpr std::uint32_t kOffsets = 0x7FFF'FFFF;  // what an index entry can hold

}  // namespace

// --- decode ---

class IriRecord::Indexer : public schema::Visitor {
 public:
  Indexer(IriRecord& record, std::size_t base) : record_(record), base_(base) { record_.entries_.reserve(32); }

  void enter(const schema::Node& node) override {
    if (node.parent == nullptr) return;  // the CHOICE of record types
    if (record_.entries_.empty()) record_.type_ = static_cast<RecordType>(node.member->index + 1);
    open_ = add(node, 0, false, node.header.size());
  }
  void leave(const schema::Node& node) override {
    if (node.parent == nullptr) return;
    auto& entry = record_.entries_[open_];
    entry.end = static_cast<std::uint32_t>(record_.entries_.size());
    open_ = entry.parent;
  }
  void primitive(const schema::Node& node, const schema::Content& content) override {
    const auto at = add(node, content.octets.size(), content.segmented, node.header.size());
    if (!content.segmented) return;
    record_.entries_[at].begin = static_cast<std::uint32_t>(record_.joined_.size()) & kOffsets;
    append(record_.joined_, content.octets);
  }
  void unknown(const schema::Node& /*parent*/, std::size_t offset, ByteView tlv) override {
    push(nullptr, 0, offset - base_, 0, false, tlv.size());
  }

 private:
  std::uint32_t add(const schema::Node& node, std::size_t size, bool joined, std::size_t header) {
    return push(node.member, node.index, node.offset - base_, header, joined, size);
  }

  // Field by field: an entry that is put together elsewhere and copied costs more.
  std::uint32_t push(const schema::Member* member, std::size_t index, std::size_t offset, std::size_t header, bool joined,
                     std::size_t size) {
    const auto at = static_cast<std::uint32_t>(record_.entries_.size());
    auto& entry = record_.entries_.emplace_back();
    entry.member = member;
    entry.parent = open_;
    entry.index = static_cast<std::uint32_t>(index);
    entry.end = at + 1;
    entry.offset = static_cast<std::uint32_t>(offset);
    entry.begin = static_cast<std::uint32_t>(offset + header) & kOffsets;
    entry.joined = joined ? 1 : 0;
    entry.size = static_cast<std::uint32_t>(size);
    return at;
  }

  IriRecord& record_;
  std::size_t base_;
  std::uint32_t open_ = 0;
};

Result<IriRecord> decode(ByteView octets, Module module, const schema::WalkOptions& options) {
  if (octets.size() > kOffsets) return failure(ErrorKind::limit, "a record beyond 2 GiB");
  IriRecord record;
  record.module_ = module;
  record.octets_ = to_record_bytes(octets);
  IriRecord::Indexer indexer(record, options.base);
  if (auto walked = schema::walk(content_type(module), record.octets_, indexer, options); !walked)
    return failure(std::move(walked.error()));
  return record;
}

Result<IriRecord> decode(ByteView octets) {
  const auto domain = look(octets);
  if (!domain.module) {
    return failure(
        {ErrorKind::unknown,
         domain.oid.empty() ? "no domain identifier that names the module" : "domain identifier " + domain.text() + " names neither module",
         0,
         {},
         "TS 33.108 B.3, B.9"});
  }
  return decode(octets, *domain.module);
}

// --- the index ---

ByteView IriRecord::content(const Entry& entry) const {
  return ByteView(entry.joined ? joined_ : octets_).subspan(entry.begin, entry.size);
}

const Fields& IriRecord::fields() const { return fields_of(module_); }

const IriRecord::Entry* IriRecord::field(const schema::Member* member) const {
  for (std::size_t i = 1; i < entries_.size(); i = entries_[i].end) {
    if (entries_[i].member == member && member != nullptr) return &entries_[i];
  }
  return nullptr;
}

const IriRecord::Entry* IriRecord::child(const Entry& parent, std::string_view name) const {
  const auto first = static_cast<std::size_t>(&parent - entries_.data()) + 1;
  for (std::size_t i = first; i < parent.end; i = entries_[i].end) {
    if (entries_[i].member != nullptr && entries_[i].member->name == name) return &entries_[i];
  }
  return nullptr;
}

// --- paths ---

const IriRecord::Entry* IriRecord::entry_at(std::string_view path) const {
  const auto* at = entries_.data();
  while (!path.empty()) {
    if (path.front() == '[') {
      std::uint32_t wanted = 0;
      const auto [stop, error] = std::from_chars(path.data() + 1, path.data() + path.size(), wanted);
      if (error != std::errc() || stop == path.data() + path.size() || *stop != ']') return nullptr;
      path.remove_prefix(static_cast<std::size_t>(stop - path.data()) + 1);
      auto i = static_cast<std::size_t>(at - entries_.data()) + 1;
      while (i < at->end && !(entries_[i].member != nullptr && entries_[i].member->name.empty() && entries_[i].index == wanted))
        i = entries_[i].end;
      if (i >= at->end) return nullptr;
      at = &entries_[i];
    } else {
      const auto name = path.substr(0, path.find_first_of(".["));
      at = child(*at, name);
      if (at == nullptr || name.empty()) return nullptr;
      path.remove_prefix(name.size());
    }
    if (!path.empty() && path.front() == '.') path.remove_prefix(1);
  }
  return at;
}

std::optional<Value> IriRecord::at(std::string_view path) const {
  const auto* entry = entry_at(path);
  if (entry == nullptr) return {};
  if (!schema::is_constructed(entry->type()->kind)) return Value{entry->type(), content(*entry), entry->offset};
  const auto rest = ByteView(octets_).subspan(entry->offset);
  return Value{entry->type(), rest.first(ber::measure(rest).value_or(rest.size())), entry->offset};
}

std::size_t IriRecord::count(std::string_view path) const {
  const auto* list = entry_at(path);
  if (list == nullptr || !schema::is_list(list->type()->kind)) return 0;
  std::size_t items = 0;
  for (auto i = static_cast<std::size_t>(list - entries_.data()) + 1; i < list->end; i = entries_[i].end) ++items;
  return items;
}

std::vector<std::string_view> IriRecord::members() const {
  std::vector<std::string_view> names;
  for (std::size_t i = 1; i < entries_.size(); i = entries_[i].end) {
    if (entries_[i].member != nullptr) names.push_back(entries_[i].member->name);
  }
  return names;
}

std::vector<IriRecord::Unknown> IriRecord::unknown() const {
  std::vector<Unknown> found;
  for (const auto& entry : entries_) {
    if (entry.member != nullptr) continue;
    std::string path;
    for (auto at = entry.parent; at != 0; at = entries_[at].parent) {
      const auto& name = entries_[at].member->name;
      auto part = name.empty() ? "[" + std::to_string(entries_[at].index) + "]" : std::string(name);
      if (!path.empty() && path.front() != '[') part += '.';
      path.insert(0, part);
    }
    found.push_back({std::move(path), content(entry)});
  }
  return found;
}

}  // namespace li::hi2
