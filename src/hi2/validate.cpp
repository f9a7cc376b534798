#include "hi2/validate.hpp"

#include <algorithm>

#include "hi2/fields_impl.hpp"
#include "hi2/rules_impl.hpp"
#include "schema/redact.hpp"

namespace li::hi2 {
namespace {

using schema::Finding;
using schema::Severity;

Module other(Module module) { return module == Module::umts ? Module::eps : Module::umts; }

// A constructed value without content, in whatever form of length.
bool is_empty(ByteView tlv) {
  ber::Header header;
  if (ber::read_header(tlv, 0, tlv.size(), header) != ber::Fault::none) return false;
  return header.indefinite ? tlv.size() <= header.octets + 2U : header.length == 0;
}

class Validator {
 public:
  explicit Validator(const IriRecord& record) : record_(record), prefix_(std::string(alternative_name(record.type())) + ".") {}

  std::vector<Finding> run() {
    if (auto findings = schema::check(content_type(record_.module()), record_.octets())) findings_ = std::move(*findings);
    domain();
    liid();
    time_stamp();
    parties();
    iri_version();
    tags_of_the_other_module();
    const auto before = findings_.size();
    apply_rules(outline(), findings_);
    for (auto i = before; i < findings_.size(); ++i) findings_[i].offset = offset_of(findings_[i].path);
    std::ranges::stable_sort(findings_, {}, &Finding::offset);
    return std::move(findings_);
  }

 private:
  using Entry = IriRecord::Entry;

  void add(Severity severity, std::string_view member, std::string text, std::string clause) {
    auto path = prefix_ + std::string(member);
    const auto offset = offset_of(path);
    findings_.push_back({severity, std::move(path), offset, std::move(text), std::move(clause)});
  }

  // Where the member stands, or for an absent one the start of the record.
  std::size_t offset_of(const std::string& path) const {
    const auto value = path.size() > prefix_.size() ? record_.at(std::string_view(path).substr(prefix_.size())) : std::nullopt;
    return value ? value->offset : 0;
  }

  void domain() {
    const auto& member = *record_.fields().domain_id;
    const auto oid = record_.content(*record_.field(&member));
    const auto domain = domain_of(oid);
    if (!domain.module) {
      add(Severity::error, member.name, "domain identifier " + domain.text() + " is not below 0.4.0.2.2.4.1 or 0.4.0.2.2.4.8",
          "TS 33.108 B.3, B.9");
    } else if (const auto arcs = std::ranges::count_if(oid, [](auto octet) { return octet < 0x80; }); arcs < 7 || arcs > 8) {
      add(Severity::error, member.name, "domain identifier " + domain.text() + " does not end in one or two arcs for release and version",
          "TR 102 503 table 1");
    } else if (!domain.registered) {
      add(Severity::warning, member.name, "domain identifier " + domain.text() + " is no registered release", "TR 102 503 table 1");
    }
  }

  void liid() {
    const auto& member = *record_.fields().liid;
    if (!has_recommended_alphabet(record_.content(*record_.field(&member)))) {
      add(Severity::warning, member.name, "octets outside the recommended alphabet (letters, digits, - _ .)",
          "TS 101 671 D.5, LawfulInterceptionIdentifier");
    }
  }

  void time_stamp() {
    const auto stamp = record_.time_stamp();
    const auto season = static_cast<std::int64_t>(stamp.winter_summer);
    if (season < 0 || season > 2)
      add(Severity::error, "timeStamp.localTime.winterSummerIndication", "value " + std::to_string(season) + " is not known",
          "TS 101 671 D.5, LocalTimeStamp");
    const auto calendar = stamp.calendar();
    if (!stamp.is_utc && calendar && calendar->offset) {
      add(Severity::warning, "timeStamp.localTime.generalizedTime",
          "local time with an offset from UTC; the season is told by winterSummerIndication", "TS 101 671 D.5, LocalTimeStamp");
    }
  }

  void parties() {
    const auto parties = record_.count("partyInformation");
    for (std::size_t i = 0; i < parties; ++i) {
      const auto item = "partyInformation[" + std::to_string(i) + "].";
      const auto qualifier = record_.at(item + "party-Qualifier");
      if (qualifier && qualifier->number() != 3)
        add(Severity::warning, item + "party-Qualifier", "value " + qualifier->text() + "; TS 33.108 knows only the target (3)",
            "TS 33.108 B.3, B.9, PartyInformation");
      const auto identity = record_.at(item + "partyIdentity");
      if (identity && is_empty(identity->octets))
        add(Severity::warning, item + "partyIdentity", "no identity in it", "TS 33.108 B.3, B.9, PartyInformation");
    }
  }

  void iri_version() {
    constexpr std::int64_t kLastVersion = 8;
    const auto version = record_.at("iRIversion");
    if (version && version->number() != kLastVersion)
      add(Severity::info, "iRIversion", "value " + version->text() + "; lastVersion(8) is recommended whatever the release",
          "TS 33.108 B.3, IRI-Parameters");
  }

  // An extension that the other module knows: the record may be of that module in truth.
  void tags_of_the_other_module() {
    const auto& members = parameters_type(other(record_.module())).members;
    for (const auto& unknown : record_.unknown()) {
      ber::Header header;
      if (schema::may_hold_key(*parameters_type(record_.module()).find(record_.fields().liid->name)->type, unknown.tlv))
        misplaced_keys(unknown);
      if (!unknown.path.empty() || ber::read_header(unknown.tlv, 0, unknown.tlv.size(), header) != ber::Fault::none) continue;
      const auto known = std::ranges::find_if(members, [&](const auto& member) { return member.tag == header.tag; });
      if (known == members.end() || header.tag.number <= 35) continue;
      findings_.push_back({Severity::warning, prefix_ + ber::to_string(header.tag),
                           static_cast<std::size_t>(unknown.tlv.data() - record_.octets().data()),
                           "not in " + std::string(name(record_.module())) + "; in " + std::string(name(other(record_.module()))) +
                               " it is " + std::string(known->name),
                           "TS 101 671 G"});
    }
  }

  // The key list of the other module under a tag that means something else here.
  void misplaced_keys(const IriRecord::Unknown& unknown) {
    findings_.push_back(
        {Severity::error, prefix_ + unknown.path, static_cast<std::size_t>(unknown.tlv.data() - record_.octets().data()),
         "holds what looks like CCKeyInfo: in " + std::string(name(other(record_.module()))) + " this tag is mediaDecryption-info",
         "TS 33.108 B.3, B.9"});
  }

  Outline outline() const {
    Outline outline;
    const auto& fields = record_.fields();
    outline.module = record_.module();
    outline.type = record_.type();
    constexpr std::size_t kMandatory = 3;
    outline.any_optional = record_.members().size() > kMandatory || !record_.unknown().empty();
    if (const auto event = record_.ims_event()) outline.event = static_cast<std::int64_t>(*event);
    outline.network_identifier = record_.field(fields.network_identifier) != nullptr;
    outline.correlation = record_.field(fields.correlation) != nullptr || record_.field(fields.correlation_number) != nullptr;
    std::size_t index = 0;
    for (const auto& key : record_.media_decryption_info()) outline.key(index++, key.cccsid.size(), key.cc_dec_key.size());
    outline.media_sec_failure = record_.field(fields.media_sec_failure_indication) != nullptr;
    for (const auto* member : {fields.sip_message_header_offer, fields.sip_message_header_answer, fields.sdp_offer, fields.sdp_answer}) {
      outline.offer_or_answer |= record_.field(member) != nullptr;
    }
    outline.xcap_message = record_.field(fields.xcap_message) != nullptr;
    outline.cc_unavailable_reason = record_.field(fields.cc_unavailable_reason) != nullptr;
    return outline;
  }

  const IriRecord& record_;
  std::string prefix_;
  std::vector<Finding> findings_;
};

// A record that its module can't read but the other one can: the tags above 35 mean other things there.
std::optional<Finding> clash(ByteView record, Module module, const Error& error) {
  if (!schema::check(content_type(other(module)), record)) return {};
  return Finding{Severity::error, error.path, error.offset.value_or(0),
                 "the domain identifier is of " + std::string(name(module)) + ", but the members are those of " +
                     std::string(name(other(module))) + ": " + error.text,
                 "TS 33.108 B.3, B.9"};
}

}  // namespace

std::vector<Finding> validate(const IriRecord& record) { return Validator(record).run(); }

std::vector<Finding> validate(ByteView octets, std::optional<Module> module) {
  const auto told = look(octets).module;
  const auto chosen = told ? told : module;
  const auto record = chosen ? decode(octets, *chosen) : decode(octets);
  if (record) return validate(*record);
  const auto& error = record.error();
  if (chosen) {
    if (auto finding = clash(octets, *chosen, error)) return {*std::move(finding)};
  }
  return {{Severity::error, error.path, error.offset.value_or(0), error.text, error.clause}};
}

}  // namespace li::hi2
