// Reads the generated descriptors into Types, once. The only part of the library beside asn1c.cpp that sees generated code.
#include <map>
#include <memory>
#include <stdexcept>

#include <hi2kit_tables.h>

#include <BIT_STRING.h>
#include <BOOLEAN.h>
#include <INTEGER.h>
#include <NULL.h>
#include <OBJECT_IDENTIFIER.h>
#include <OCTET_STRING.h>
#include <constr_CHOICE.h>
#include <constr_SEQUENCE.h>
#include <constr_SEQUENCE_OF.h>
#include <constr_SET_OF.h>

#include "schema/secrets_impl.hpp"
#include "schema/tables_impl.hpp"
#include "schema/type.hpp"

namespace li::schema {
namespace {

using Descriptor = asn_TYPE_descriptor_t;

// Types that share a name with a different type of another module carry this prefix in asn1/ (see asn1/README.md).
constexpr std::string_view kPrefixes[] = {"Eps-", "Etsi-", "Tgpp-", "ConfHi2-", "ConfHi3-", "EpsHi3-", "VoipHi3-", "IpAccess-", "LiPs-"};

std::string_view published_name(std::string_view name) {
  for (const auto prefix : kPrefixes) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

ber::Tag to_tag(ber_tlv_tag_t tag) {
  return {static_cast<std::uint32_t>(BER_TAG_VALUE(tag)), static_cast<ber::TagClass>(BER_TAG_CLASS(tag))};
}

Bounds to_bounds(const asn_per_constraint_t& constraint) {
  Bounds bounds;
  using Per = asn_per_constraint_s;
  const auto flags = static_cast<unsigned>(constraint.flags);
  if ((flags & (Per::APC_CONSTRAINED | Per::APC_SEMI_CONSTRAINED)) != 0) bounds.low = constraint.lower_bound;
  if ((flags & Per::APC_CONSTRAINED) != 0) bounds.high = constraint.upper_bound;
  bounds.extensible = (flags & Per::APC_EXTENSIBLE) != 0;
  return bounds;
}

Kind kind_of_universal(std::uint32_t number, const Descriptor& descriptor) {
  switch (number) {
    case 1: return Kind::boolean;
    case 2: return Kind::integer;
    case 3: return Kind::bit_string;
    case 4: return Kind::octet_string;
    case 5: return Kind::null;
    case 6: return Kind::object_identifier;
    case 10: return Kind::enumerated;
    case 12: return Kind::utf8_string;
    case 13: return Kind::relative_oid;
    case 16: return descriptor.ber_decoder == SEQUENCE_decode_ber ? Kind::sequence : Kind::sequence_of;
    case 17: return Kind::set_of;
    case 18: return Kind::numeric_string;
    case 19: return Kind::printable_string;
    case 22: return Kind::ia5_string;
    case 26: return Kind::visible_string;
    default:
      throw std::logic_error(std::string("type ") + descriptor.name + ": universal tag " + std::to_string(number) +
                             " is not known to the schema");
  }
}

Kind kind_of(const Descriptor& descriptor) {
  if (descriptor.all_tags_count == 0) return Kind::choice;
  const auto first = to_tag(descriptor.all_tags[0]);
  if (first == ber::Tag{23}) return Kind::utc_time;  // times are VisibleString under their universal tag (asn1/README.md)
  if (first == ber::Tag{24}) return Kind::generalized_time;
  auto last = to_tag(descriptor.all_tags[descriptor.all_tags_count - 1]);
  if (last == ber::Tag{4} && descriptor.all_tags_count > 1) {  // the runtime's own string types are OCTET STRINGs under their tag
    const auto before = to_tag(descriptor.all_tags[descriptor.all_tags_count - 2]);
    if (before.tag_class == ber::TagClass::universal) last = before;
  }
  if (last.tag_class != ber::TagClass::universal) return Kind::choice;
  return kind_of_universal(last.number, descriptor);
}

// The bounds that matter for the kind: of the value for numbers, of the size for everything else.
Bounds bounds_for(Kind kind, const asn_per_constraints_t* constraints) {
  if (constraints == nullptr || kind == Kind::enumerated) return {};
  return to_bounds(kind == Kind::integer ? constraints->value : constraints->size);
}

class Builder {
 public:
  Builder() {
    for (const auto* type = hi2kit_types; type->name != nullptr; ++type) modules_[type->name] = type->module;
    for (const auto* pdu = hi2kit_pdus; pdu->name != nullptr; ++pdu) tables_.stand_alone.push_back(build(*pdu->descriptor));
    for (auto& type : tables_.types) {
      for (auto& member : type->members) member.starts = starts_of(member);
      if (type->kind == Kind::sequence) make_lookup(*type);
    }
  }

  Tables take() { return std::move(tables_); }

 private:
  const Type* build(Descriptor& descriptor) {
    if (const auto known = by_descriptor_.find(&descriptor); known != by_descriptor_.end()) return known->second;
    descriptor.free_struct(&descriptor, nullptr, 0);  // completes an alias before its members are read (facts of asn1c, 23)
    auto& type = *tables_.types.emplace_back(std::make_unique<Type>());
    by_descriptor_[&descriptor] = &type;
    tables_.descriptors[&type] = &descriptor;
    const auto module = modules_.find(descriptor.name);
    if (module != modules_.end()) type.module = module->second;
    type.name = published_name(descriptor.name);
    type.kind = kind_of(descriptor);
    for (int i = 0; i < descriptor.tags_count; ++i) type.tags.push_back(to_tag(descriptor.tags[i]));
    type.bounds = bounds_for(type.kind, descriptor.per_constraints);
    read_extension(type, descriptor);
    read_enumerators(type, descriptor);
    if (is_constructed(type.kind)) read_members(type, descriptor);
    return &type;
  }

  static void read_extension(Type& type, const Descriptor& descriptor) {
    int roots = -1;
    if (type.kind == Kind::sequence) {
      const auto* specifics = static_cast<const asn_SEQUENCE_specifics_t*>(descriptor.specifics);
      if (specifics->ext_after >= 0 || specifics->ext_before >= 0) roots = specifics->ext_after + 1;
    } else if (type.kind == Kind::choice) {
      roots = static_cast<const asn_CHOICE_specifics_t*>(descriptor.specifics)->ext_start;
    }
    type.extensible = roots >= 0;
    type.roots = static_cast<std::uint16_t>(roots >= 0 ? roots : descriptor.elements_count);
  }

  static void read_enumerators(Type& type, const Descriptor& descriptor) {
    if (type.kind != Kind::enumerated) return;
    const auto* specifics = static_cast<const asn_INTEGER_specifics_t*>(descriptor.specifics);
    type.extensible = specifics->extension != 0;
    for (int i = 0; i < specifics->map_count; ++i) {
      const auto& entry = specifics->value2enum[i];
      type.enumerators.push_back({entry.nat_value, {entry.enum_name, entry.enum_len}});
    }
  }

  void read_members(Type& type, const Descriptor& descriptor) {
    type.members.reserve(static_cast<std::size_t>(descriptor.elements_count));
    for (int i = 0; i < descriptor.elements_count; ++i) {
      const auto& element = descriptor.elements[i];
      Member member;
      member.name = element.name;
      member.type = build(*element.type);
      member.index = static_cast<std::uint16_t>(i);
      member.optional = element.optional != 0 || element.default_value != nullptr || (type.kind == Kind::sequence && i >= type.roots);
      member.bounds = element.per_constraints != nullptr ? bounds_for(member.type->kind, element.per_constraints) : member.type->bounds;
      if (element.tag_mode != 0) member.tags.push_back(to_tag(element.tag));
      const auto& own = member.type->tags;
      member.tags.insert(member.tags.end(), own.begin() + (element.tag_mode < 0 && !own.empty() ? 1 : 0), own.end());
      member.untagged = member.tags.empty();
      if (!member.untagged) member.tag = member.tags.front();
      if (element.default_value != nullptr) member.default_value = default_of(element);
      member.secrecy = secrecy_of(type.name, member.name);
      type.members.push_back(std::move(member));
    }
  }

  // Only whole numbers and enumerations have defaults in the modules; both are kept as long.
  static std::int64_t default_of(const asn_TYPE_member_t& element) {
    void* value = nullptr;
    if (element.default_value(1, &value) != 0 || value == nullptr)
      throw std::logic_error(std::string("member ") + element.name + ": default can't be read");
    const auto number = *static_cast<const long*>(value);
    element.type->free_struct(element.type, value, 0);
    return number;
  }

  static std::vector<ber::Tag> starts_of(const Member& member) {
    if (!member.tags.empty()) return {member.tags.front()};
    std::vector<ber::Tag> starts;
    for (const auto& alternative : member.type->members) {
      const auto inner = starts_of(alternative);
      starts.insert(starts.end(), inner.begin(), inner.end());
    }
    return starts;
  }

  // What spares the reader a search: see Type::by_tag and Type::next_mandatory.
  static void make_lookup(Type& type) {
    const auto count = type.members.size();
    type.next_mandatory.assign(count + 1, static_cast<std::uint16_t>(count));
    for (auto i = count; i > 0; --i)
      type.next_mandatory[i - 1] = type.members[i - 1].optional ? type.next_mandatory[i] : static_cast<std::uint16_t>(i - 1);
    constexpr std::uint32_t kMost = 1024;
    std::uint32_t highest = 0;
    for (const auto& member : type.members) {
      if (member.untagged || member.tag.tag_class != ber::TagClass::context || member.tag.number >= kMost) return;
      highest = std::max(highest, member.tag.number);
    }
    type.by_tag.assign(highest + 1, 0);
    for (const auto& member : type.members) type.by_tag[member.tag.number] = static_cast<std::uint16_t>(member.index + 1);
  }

  Tables tables_;
  std::map<const Descriptor*, const Type*> by_descriptor_;
  std::map<std::string_view, std::string_view> modules_;
};

}  // namespace

const Tables& tables() {
  static const Tables kTables = Builder().take();
  return kTables;
}

const Type* find(std::string_view name, std::string_view module) {
  for (const auto& type : tables().types) {
    if (type->name == name && !type->module.empty() && (module.empty() || type->module == module)) return type.get();
  }
  return nullptr;
}

const Type& get(std::string_view name, std::string_view module) {
  const auto* type = find(name, module);
  if (type == nullptr) throw std::logic_error("no module has the type " + std::string(name));
  return *type;
}

const std::vector<const Type*>& stand_alone_types() { return tables().stand_alone; }

}  // namespace li::schema
