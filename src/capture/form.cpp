#include "capture/form.hpp"

#include <array>

#include "ber/tlv.hpp"

namespace li::capture {
namespace {

std::uint32_t big_endian(ByteView octets, std::size_t at) {
  return static_cast<std::uint32_t>(octets[at]) << 24 | static_cast<std::uint32_t>(octets[at + 1]) << 16 |
         static_cast<std::uint32_t>(octets[at + 2]) << 8 | octets[at + 3];
}

struct Magic {
  std::uint32_t number;
  std::string_view what;
};
constexpr Magic kMagics[] = {
    {0xA1B2C3D4, "a pcap packet capture"}, {0xD4C3B2A1, "a pcap packet capture"},   {0xA1B23C4D, "a pcap packet capture"},
    {0x4D3CB2A1, "a pcap packet capture"}, {0x0A0D0D0A, "a pcapng packet capture"}, {0x504B0304, "a zip archive"},
};

struct DomainName {
  std::array<std::uint8_t, 6> prefix;
  std::size_t size;
  std::string_view what;
};
// {itu-t(0) identified-organization(4) etsi(0) securityDomain(2) lawfulIntercept(2)} and what follows
constexpr DomainName kDomains[] = {
    {{4, 0, 2, 2, 1, 0}, 5, "HI2Operations (TS 101 671)"},       {{4, 0, 2, 2, 4, 2}, 6, "Umts-HI3-PS (TS 33.108)"},
    {{4, 0, 2, 2, 4, 3}, 6, "UmtsCS-HI2Operations (TS 33.108)"}, {{4, 0, 2, 2, 4, 5}, 6, "HI management (TS 33.108)"},
    {{4, 0, 2, 2, 4, 10}, 6, "CONFHI2Operations (TS 33.108)"},   {{4, 0, 2, 2, 4, 12}, 6, "VoIP-HI3-IMS (TS 33.108)"},
    {{4, 0, 2, 2, 4, 0}, 5, "another module of TS 33.108"},      {{4, 0, 2, 2, 5, 1}, 6, "LI-PS-PDU (TS 102 232-1)"},
    {{4, 0, 2, 2, 5, 0}, 5, "a module of TS 102 232"},
};

// SEQUENCE { [1] { [0] domain identifier ... } ... }: what PS-PDUs and HI3 PDUs start with; the rest of the identifier behind
// lawfulIntercept tells them apart.
ByteView domain_in_header(ByteView octets) {
  constexpr std::array<std::uint8_t, 4> kLawfulIntercept = {4, 0, 2, 2};
  ber::Header header;
  std::size_t at = 0;
  for (const auto tag : {ber::Tag{16}, ber::Tag{1, ber::TagClass::context}, ber::Tag{0, ber::TagClass::context}}) {
    const auto fault = ber::read_header(octets, at, octets.size(), header);
    if ((fault != ber::Fault::none && fault != ber::Fault::past_end) || header.tag != tag) return {};
    at += header.octets;
  }
  const auto rest = octets.subspan(at);
  const bool fits = rest.size() > kLawfulIntercept.size() && equal(rest.first(kLawfulIntercept.size()), kLawfulIntercept);
  return fits ? rest.subspan(kLawfulIntercept.size()) : ByteView();
}

bool is_ps_pdu(ByteView octets) {
  const auto domain = domain_in_header(octets);
  return !domain.empty() && domain[0] == 5;  // li-ps
}

bool is_hi3_pdu(ByteView octets) {
  const auto domain = domain_in_header(octets);
  return domain.size() >= 2 && domain[0] == 4 && domain[1] == 12;  // threeGPP hi3voip
}

// Version (0 and a minor), PDU type 1..4, a header of 40 octets or more, a known payload format.
bool is_x2_pdu(ByteView octets) {
  if (octets.size() < 40) return false;
  const auto header_length = big_endian(octets, 4);
  return octets[0] == 0 && octets[1] >= 1 && octets[2] == 0 && octets[3] >= 1 && octets[3] <= 4 && header_length >= 40 &&
         header_length < 65536;
}

bool is_hex_text(ByteView octets) {
  std::size_t digits = 0;
  for (const auto octet : octets) {
    const bool digit = (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F');
    if (!digit && octet != ' ' && octet != '\n' && octet != '\r' && octet != ':') return false;
    digits += digit ? 1 : 0;
  }
  return digits >= 16;
}

constexpr std::string_view kForms[] = {"ber", "ps", "hi3", "x2"};

}  // namespace

Form form_of(ByteView start) {
  if (is_x2_pdu(start)) return Form::x2;
  if (is_ps_pdu(start)) return Form::ps;
  return is_hi3_pdu(start) ? Form::hi3 : Form::records;
}

std::optional<Form> form_by_name(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kForms); ++i) {
    if (kForms[i] == name) return static_cast<Form>(i);
  }
  return {};
}

std::string_view name_of(Form form) { return kForms[static_cast<std::size_t>(form)]; }

std::optional<std::string_view> name_of_domain(ByteView oid) {
  for (const auto& domain : kDomains) {
    if (oid.size() >= domain.size && equal(oid.first(domain.size), ByteView(domain.prefix).first(domain.size))) return domain.what;
  }
  return {};
}

std::optional<std::string> recognize(ByteView start) {
  const auto not_records = [](std::string_view what, std::string_view advice) {
    return "this is " + std::string(what) + ", not a file of TS 33.108 IRI records; " + std::string(advice);
  };
  if (start.size() < 4) return {};
  for (const auto& magic : kMagics) {
    if (big_endian(start, 0) == magic.number) return not_records(magic.what, "take the records out of it first");
  }
  if (start[0] == 0x1F && start[1] == 0x8B) return not_records("compressed with gzip", "pipe it through gunzip");
  if (is_x2_pdu(start)) return not_records("a stream of X2/X3 PDUs (TS 103 221-2)", "hi2 --from x2 reads it");
  if (is_ps_pdu(start)) return not_records("a stream of PS-PDUs (TS 102 232-1)", "hi2 --from ps reads it");
  if (is_hi3_pdu(start)) return not_records("a stream of HI3 PDUs (VoIP-HI3-IMS)", "hi2 --from hi3 reads it");
  std::size_t blank = 0;
  while (blank < start.size() && (start[blank] == ' ' || start[blank] == '\n' || start[blank] == '\r' || start[blank] == '\t')) ++blank;
  if (blank == start.size()) return {};
  if (start[blank] == '{' || start[blank] == '[') return not_records("JSON", "hi2 encode turns it into records");
  if (start[blank] == '<') return not_records("XML", "hi2 encode turns XER into records");
  if (is_hex_text(start)) return not_records("hexadecimal text", "xxd -r -p turns it into octets");
  return {};
}

}  // namespace li::capture
