// The schema, which comes from asn1c's tables, says what the modules say, read as text.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "schema/type.hpp"
#include "tests/data/data.hpp"
#include "tests/schema/asn1_module.hpp"

namespace li::schema {
namespace {

using test::AsnMember;
using test::AsnType;

struct Named {
  std::string module;
  AsnType type;
};

const std::map<std::string, Named>& modules() {
  static const auto kTypes = [] {
    std::map<std::string, Named> types;
    for (const std::string name : {"HI2Operations", "UmtsHI2Operations", "EpsHI2Operations", "EN301040", "HI1NotificationOperations",
                                   "ThreeGPP-HI1NotificationOperations", "CONFHI2Operations", "Umts-HI3-PS", "Eps-HI3-PS", "CONF-HI3-IMS",
                                   "VoIP-HI3-IMS", "IPAccessPDU", "IPMultimediaPDU", "LI-PS-PDU"}) {
      auto module = test::read_module(test::read_text(test::source_path("asn1/" + name + ".asn")));
      for (auto& [type_name, type] : module.types) types.emplace(type_name, Named{module.name, std::move(type)});
    }
    return types;
  }();
  return kTypes;
}

const std::map<std::string, std::string> kUniversal = {
    {"BOOLEAN", "1"},        {"INTEGER", "2"},           {"BIT STRING", "3"},   {"OCTET STRING", "4"},
    {"NULL", "5"},           {"OBJECT IDENTIFIER", "6"}, {"ENUMERATED", "10"},  {"UTF8String", "12"},
    {"RELATIVE-OID", "13"},  {"SEQUENCE", "16"},         {"SEQUENCE OF", "16"}, {"SET OF", "17"},
    {"NumericString", "18"}, {"PrintableString", "19"},  {"IA5String", "22"},   {"VisibleString", "26"}};

const AsnType& base_of(const AsnType& type) { return type.is_reference ? base_of(modules().at(type.kind).type) : type; }

// Tags on the wire, outermost first: everything is IMPLICIT, but a tag around a CHOICE stays beside what is in it.
std::vector<std::string> tags_of(const AsnType& type) {
  std::vector<std::string> tags;
  if (type.is_reference) tags = tags_of(modules().at(type.kind).type);
  else if (type.kind != "CHOICE") tags = {"[UNIVERSAL " + kUniversal.at(type.kind) + "]"};
  if (!type.tag) return tags;
  if (!tags.empty()) tags.front() = *type.tag;
  else tags.push_back(*type.tag);
  return tags;
}

std::string kind_of(const AsnType& type) {
  const auto tags = tags_of(type);
  const auto& base = base_of(type);
  for (const AsnType* at = &type;; at = &modules().at(at->kind).type) {  // the times are tags of the module's own
    if (at->kind == "LI-GeneralizedTime") return "GeneralizedTime";
    if (at->kind == "LI-UTCTime") return "UTCTime";
    if (!at->is_reference) break;
  }
  return base.kind;
}

// Bounds on the way down to the type itself: the nearest counts.
void expect_bounds(const Bounds& bounds, const AsnType& type, const std::string& where) {
  const auto* at = &type;
  while (!at->low && at->is_reference) at = &modules().at(at->kind).type;
  const bool is_size = base_of(type).kind != "INTEGER";
  const bool from_nothing = is_size && bounds.low == 0 && !bounds.high;  // no size is below 0: the same as no bounds
  EXPECT_EQ(from_nothing ? std::nullopt : bounds.low, at->low) << where;
  EXPECT_EQ(bounds.high, at->high) << where;
  EXPECT_FALSE(bounds.extensible) << where;
}

std::vector<std::string> written(const std::vector<ber::Tag>& tags) {
  std::vector<std::string> texts;
  for (const auto tag : tags) texts.push_back(ber::to_string(tag));
  return texts;
}

std::string published(const std::string& name) {
  for (const std::string prefix : {"Eps-", "Etsi-", "Tgpp-", "ConfHi2-", "ConfHi3-", "EpsHi3-", "VoipHi3-", "IpAccess-", "LiPs-"}) {
    if (name.starts_with(prefix)) return name.substr(prefix.size());
  }
  return name;
}

class Comparison {
 public:
  void type(const Type& type, const AsnType& asn, const std::string& where) {
    if (!seen_.insert({&type, &base_of(asn)}).second) return;
    if (asn.is_reference) {
      const auto& named = modules().at(asn.kind);
      if (base_of(asn).kind != "VisibleString") {
        EXPECT_EQ(type.name, published(asn.kind)) << where;
        EXPECT_EQ(type.module, named.module) << where;
        names_.insert(asn.kind);
      }
    }
    const auto& base = base_of(asn);
    EXPECT_EQ(to_string(type.kind), kind_of(asn)) << where;
    EXPECT_EQ(type.extensible, base.extensible) << where;
    if (type.kind == Kind::enumerated) enumerators(type, base, where);
    if (is_constructed(type.kind)) members(type, base, where);
  }

  [[nodiscard]] const std::set<std::string>& names() const { return names_; }
  [[nodiscard]] std::size_t compared() const { return members_; }

 private:
  static void enumerators(const Type& type, const AsnType& asn, const std::string& where) {
    std::map<std::int64_t, std::string> ours;
    std::map<std::int64_t, std::string> theirs;
    for (const auto& one : type.enumerators) ours.emplace(one.value, one.name);
    for (const auto& [name, value] : asn.enumerators) theirs.emplace(value, name);
    EXPECT_EQ(ours, theirs) << where;
    EXPECT_EQ(type.enumerators.size(), asn.enumerators.size()) << where;
  }

  void members(const Type& type, const AsnType& asn, const std::string& where) {
    ASSERT_EQ(type.members.size(), asn.members.size()) << where;
    if (!is_list(type.kind)) {
      EXPECT_EQ(type.roots, asn.roots) << where;
    }
    for (std::size_t i = 0; i < type.members.size(); ++i) {
      const auto& ours = type.members[i];
      const auto& theirs = asn.members[i];
      const auto place = where + "." + (theirs.name.empty() ? "[]" : theirs.name);
      member(ours, theirs, place);
      EXPECT_EQ(ours.index, i) << place;
      if (type.kind == Kind::sequence) {
        EXPECT_EQ(ours.optional, theirs.optional || !theirs.default_value.empty() || i >= asn.roots) << place;
      }
      this->type(*ours.type, theirs.type.front(), place);
    }
  }

  void member(const Member& ours, const AsnMember& theirs, const std::string& place) {
    ++members_;
    const auto& type = theirs.type.front();
    EXPECT_EQ(ours.name, theirs.name) << place;
    EXPECT_EQ(written(ours.tags), tags_of(type)) << place;
    EXPECT_EQ(ours.untagged, tags_of(type).empty()) << place;
    if (!ours.untagged) {
      EXPECT_EQ(ber::to_string(ours.tag), tags_of(type).front()) << place;
    }
    const bool kept = base_of(type).kind != "ENUMERATED" && base_of(type).kind != "UTF8String";  // generated/README.md
    if (kept) expect_bounds(ours.bounds, type, place);
    EXPECT_EQ(ours.default_value.has_value(), !theirs.default_value.empty()) << place;
    if (ours.default_value) {
      const auto* enumerator = ours.type->find_value(*ours.default_value);
      EXPECT_EQ(enumerator != nullptr ? enumerator->name : "none", theirs.default_value) << place;
    }
  }

  std::set<std::pair<const Type*, const AsnType*>> seen_;
  std::set<std::string> names_;
  std::size_t members_ = 0;
};

TEST(Modules, SchemaSaysWhatTheTextSays) {
  Comparison comparison;
  for (const std::string name : {"UmtsIRIsContent", "EpsIRIsContent", "PS-PDU", "EncryptedPayload", "Voip-CC-PDU"}) {
    AsnType top;
    top.kind = name;
    top.is_reference = true;
    comparison.type(get(name), top, name);
  }
  EXPECT_GT(comparison.compared(), 1000U);
  for (const auto& [name, named] : modules()) {  // what nothing reaches has not been compared
    const bool is_time = base_of(named.type).kind == "VisibleString";
    if (!is_time && !comparison.names().contains(name)) ADD_FAILURE() << name << " of " << named.module << " is not reached";
  }
}

TEST(Modules, HaveAllTheirTypes) {
  std::map<std::string, std::size_t> counts;
  for (const auto& [name, named] : modules()) ++counts[named.module];
  EXPECT_EQ(counts["UmtsHI2Operations"], 78U);
  EXPECT_EQ(counts["EpsHI2Operations"], 39U);
  EXPECT_EQ(counts["HI2Operations"], 50U);  // 48 and the two times
  EXPECT_EQ(counts["EN301040"], 20U);
  EXPECT_EQ(counts["CONFHI2Operations"], 15U);
  EXPECT_EQ(counts["LI-PS-PDU"], 34U);
  EXPECT_EQ(counts["IPAccessPDU"], 22U);
  EXPECT_EQ(counts["IPMultimediaPDU"], 10U);
  EXPECT_EQ(counts["VoIP-HI3-IMS"], 6U);
}

// By hand from the published modules, against a mistake in both the text and its reading.
TEST(Modules, SomeMembersByHand) {
  const auto& umts = get("IRI-Parameters", "UmtsHI2Operations");
  const auto& eps = get("IRI-Parameters", "EpsHI2Operations");
  const auto tag = [](const Type& type, std::string_view name) { return ber::to_string(type.find(name)->tag); };
  EXPECT_EQ(tag(umts, "mediaDecryption-info"), "[36]");
  EXPECT_EQ(tag(eps, "mediaDecryption-info"), "[42]");
  EXPECT_EQ(tag(umts, "mediaSecFailureIndication"), "[44]");
  EXPECT_EQ(tag(eps, "mediaSecFailureIndication"), "[50]");
  EXPECT_EQ(tag(umts, "sdpAnswer"), "[41]");
  EXPECT_EQ(tag(eps, "sdpAnswer"), "[47]");
  EXPECT_EQ(tag(umts, "national-HI2-ASN1parameters"), "[255]");
  EXPECT_EQ(eps.find("iRIversion"), nullptr);
  EXPECT_EQ(umts.find("iRIversion")->index, 1U);
  EXPECT_EQ(to_string(umts.find("lawfulInterceptionIdentifier")->bounds), "1..25");
  EXPECT_EQ(to_string(umts.find("partyInformation")->bounds), "1..10");
  EXPECT_EQ(to_string(umts.find("gPRSCorrelationNumber")->bounds), "8..20");
  EXPECT_FALSE(umts.find("timeStamp")->optional);
  EXPECT_FALSE(umts.find("timeStamp")->untagged);
  EXPECT_EQ(umts.find("iMSevent")->type->find_value(4)->name, "startOfInterceptionForIMSEstablishedSession");
  EXPECT_EQ(umts.find("iMSevent")->type->find_value(8), nullptr);
  EXPECT_NE(eps.find("iMSevent")->type->find_value(12), nullptr);
  const auto& header = get("PSHeader");
  EXPECT_EQ(tag(header, "sequenceNumber"), "[4]");
  EXPECT_EQ(tag(header, "networkFunctionIdentifier"), "[10]");
  EXPECT_EQ(to_string(header.find("lawfulInterceptionIdentifier")->bounds), "1..25");
  EXPECT_EQ(tag(get("IRIContents"), "ePSIRI"), "[15]");
  EXPECT_EQ(tag(get("CCContents"), "voipCC-CC-PDU"), "[20]");
  EXPECT_EQ(tag(get("TRIPayload"), "keep-alive"), "[3]");
  EXPECT_EQ(tag(get("EncryptionContainer"), "encryptedPayloadType"), "[2]");
  EXPECT_FALSE(get("PS-PDU").extensible);
  EXPECT_FALSE(get("IRIType").extensible);
  const auto& key = get("CCKeyInfo");
  EXPECT_EQ(key.members.size(), 3U);
  EXPECT_TRUE(key.find("cCSalt")->optional);
  EXPECT_FALSE(key.find("cCDecKey")->optional);
}

TEST(Modules, SecretMembersAreMarked) {
  std::set<std::string> secret;
  for (const std::string module : {"UmtsHI2Operations", "EpsHI2Operations"}) {
    for (const auto& member : get("IRI-Parameters", module).members) {
      if (member.secrecy == Secrecy::sip) secret.insert(std::string(member.name));
    }
  }
  EXPECT_EQ(secret, (std::set<std::string>{"sIPMessage", "sdpAnswer", "sdpOffer", "sipMessageHeaderAnswer", "sipMessageHeaderOffer"}));
  for (const auto& [type, member] :
       {std::pair("CCKeyInfo", "cCDecKey"), {"CCKeyInfo", "cCSalt"}, {"PTCEncryptionInfo", "key"}, {"PTCEncryptionInfo", "salt"}}) {
    EXPECT_EQ(get(type).find(member)->secrecy, Secrecy::key) << type << "." << member;
  }
  EXPECT_EQ(get("CCKeyInfo").find("cCCSID")->secrecy, Secrecy::none);
}

TEST(Modules, UnknownNamesAreNotFound) {
  EXPECT_EQ(find("IRI-Parameter"), nullptr);
  EXPECT_EQ(find("CCKeyInfo", "HI2Operations"), nullptr);
  EXPECT_NE(find("CCKeyInfo", "UmtsHI2Operations"), nullptr);
  EXPECT_THROW(static_cast<void>(get("IRI-Parameter")), std::logic_error);
  EXPECT_EQ(get("CCKeyInfo").find("key"), nullptr);
}

}  // namespace
}  // namespace li::schema
