#include "hi2/module.hpp"

#include <algorithm>
#include <array>

#include "schema/value.hpp"

namespace li::hi2 {
namespace {

// lawfulIntercept threeGPP(4): {itu-t(0) identified-organization(4) etsi(0) securityDomain(2) lawfulIntercept(2) threeGPP(4)}
constexpr std::array<std::uint8_t, 5> kThreeGpp = {0x04, 0x00, 0x02, 0x02, 0x04};

struct Release {
  Module module;
  int release;
  int first;
  int last;
};

// TR 102 503 table 1; r17 version-0 of hi2eps is seen on the wire.
constexpr Release kReleases[] = {
    {Module::umts, 5, 3, 4},   {Module::umts, 6, 3, 6},  {Module::umts, 7, 1, 3},  {Module::umts, 8, 1, 1},  {Module::umts, 10, 1, 3},
    {Module::umts, 11, 0, 0},  {Module::umts, 12, 0, 9}, {Module::umts, 13, 0, 1}, {Module::umts, 14, 0, 2}, {Module::umts, 15, 0, 5},
    {Module::umts, 16, 0, 1},  {Module::eps, 8, 3, 3},   {Module::eps, 10, 1, 3},  {Module::eps, 11, 0, 3},  {Module::eps, 12, 0, 4},
    {Module::eps, 12, 55, 60}, {Module::eps, 13, 0, 3},  {Module::eps, 14, 0, 3},  {Module::eps, 15, 0, 5},  {Module::eps, 16, 0, 1},
    {Module::eps, 17, 0, 0},
};

bool is_registered(Module module, ByteView tail) {
  if (tail.size() == 1) return module == Module::umts && (tail[0] == 1 || tail[0] == 2);  // before release 5: no release arc
  if (tail.size() != 2) return false;
  return std::ranges::any_of(
      kReleases, [&](const Release& r) { return r.module == module && r.release == tail[0] && r.first <= tail[1] && tail[1] <= r.last; });
}

struct Types {
  const schema::Type& contents;
  const schema::Type& content;
  const schema::Type& parameters;
};

const Types& types(Module module) {
  static const Types kUmts{schema::get("UmtsIRIsContent"), schema::get("UmtsIRIContent"),
                           schema::get("IRI-Parameters", "UmtsHI2Operations")};
  static const Types kEps{schema::get("EpsIRIsContent"), schema::get("EpsIRIContent"), schema::get("IRI-Parameters", "EpsHI2Operations")};
  return module == Module::umts ? kUmts : kEps;
}

// The content of the TLV at the start, as far as it is there; nothing if its header can't be read.
std::optional<ByteView> open(ByteView octets, ber::Header& header) {
  const auto fault = ber::read_header(octets, 0, octets.size(), header);
  if (fault != ber::Fault::none && fault != ber::Fault::past_end) return {};
  const auto content = octets.subspan(header.octets);
  return header.indefinite || fault == ber::Fault::past_end ? content : content.first(header.length);
}

}  // namespace

std::string_view name(Module module) { return module == Module::umts ? "UmtsHI2Operations" : "EpsHI2Operations"; }

std::optional<Module> module_by_name(std::string_view short_name) {
  if (short_name == "umts") return Module::umts;
  if (short_name == "eps") return Module::eps;
  return {};
}

const schema::Type& contents_type(Module module) { return types(module).contents; }
const schema::Type& content_type(Module module) { return types(module).content; }
const schema::Type& parameters_type(Module module) { return types(module).parameters; }

std::string Domain::text() const { return schema::oid_text(oid); }

Domain domain_of(ByteView oid) {
  Domain domain{oid, {}, false};
  if (oid.size() <= kThreeGpp.size() || !std::equal(kThreeGpp.begin(), kThreeGpp.end(), oid.begin())) return domain;
  const auto arc = oid[kThreeGpp.size()];
  if (arc != 1 && arc != 8) return domain;
  domain.module = arc == 1 ? Module::umts : Module::eps;
  domain.registered = is_registered(*domain.module, oid.subspan(kThreeGpp.size() + 1));
  return domain;
}

Domain look(ByteView octets) {
  ber::Header header;
  auto content = open(octets, header);
  if (content && header.tag == ber::Tag{16}) content = open(*content, header);
  if (!content || header.tag.tag_class != ber::TagClass::context || !header.constructed) return {};
  const auto oid = open(*content, header);
  if (!oid || header.tag != ber::Tag{0, ber::TagClass::context} || header.constructed) return {};
  return domain_of(oid->first(std::min(oid->size(), header.length)));
}

}  // namespace li::hi2
