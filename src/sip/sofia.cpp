#include "sip/sofia_impl.hpp"

#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/msg_parser.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/url.h>

#include <new>

#include "sip/framing_impl.hpp"

namespace li::sip {
namespace {

std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

std::string uri_of(const Home& home, const url_t* url) { return text_of(url_as_string(home.get(), url)); }

// A parameter's value, out of its quotes.
std::string parameter(const msg_param_t* parameters, const char* name) {
  auto value = text_of(msg_params_find(parameters, name));
  if (value.size() < 2 || value.front() != '"') return value;
  std::string out;
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '\\' && i + 2 < value.size()) ++i;
    out += value[i];
  }
  return out;
}

std::optional<Party> party(const Home& home, const sip_addr_t* address) {
  if (address == nullptr) return std::nullopt;
  return Party{uri_of(home, address->a_url), text_of(address->a_tag)};
}

}  // namespace

void Home::Unref::operator()(su_home_s* home) const noexcept { su_home_unref(home); }

Home::Home() : home_(static_cast<su_home_s*>(su_home_new(sizeof(su_home_t)))) {
  if (!home_) throw std::bad_alloc();
}

std::string long_name(std::string_view name) {
  const auto line = std::string(name) + ":";
  isize_t used = 0;
  const auto* found = msg_find_hclass(sip_default_mclass(), line.c_str(), &used);
  const auto known = found == nullptr ? std::string() : text_of(found->hr_class->hc_name);
  return known.empty() ? std::string(name) : known;
}

std::optional<StartLine> read_start_line(const Home& home, std::string_view line) {
  const std::string text(line);
  const auto mark = line.find_first_of(" \t/");
  if (mark == std::string_view::npos || line[mark] != '/') {
    const auto* request = sip_request_make(home.get(), text.c_str());
    if (request == nullptr) return std::nullopt;
    return StartLine{request->rq_method_name, uri_of(home, request->rq_url), text_of(request->rq_version), {}, 0};
  }
  const auto* response = sip_status_make(home.get(), text.c_str());
  if (response == nullptr || response->st_status < 100 || response->st_status > 699) return std::nullopt;
  return StartLine{{}, {}, text_of(response->st_version), text_of(response->st_phrase), static_cast<unsigned long>(response->st_status)};
}

std::optional<Sequence> read_cseq(const Home& home, const std::string& value) {
  const auto* cseq = sip_cseq_make(home.get(), value.c_str());
  if (cseq == nullptr) return std::nullopt;
  return Sequence{cseq->cs_seq, text_of(cseq->cs_method_name)};
}

std::optional<Party> read_from(const Home& home, const std::string& value) { return party(home, sip_from_make(home.get(), value.c_str())); }
std::optional<Party> read_to(const Home& home, const std::string& value) { return party(home, sip_to_make(home.get(), value.c_str())); }

std::optional<std::vector<std::string>> read_p_asserted_identity(const Home& home, const std::string& value) {
  const auto* identity = sip_p_asserted_identity_make(home.get(), value.c_str());
  if (identity == nullptr) return std::nullopt;
  std::vector<std::string> uris;
  for (; identity != nullptr; identity = identity->paid_next) uris.push_back(uri_of(home, identity->paid_url));
  return uris;
}

std::optional<std::string> read_contact(const Home& home, const std::string& value) {
  const auto* contact = sip_contact_make(home.get(), value.c_str());
  if (contact == nullptr) return std::nullopt;
  return uri_of(home, contact->m_url);
}

std::optional<std::string> read_branch(const Home& home, const std::string& via) {
  const auto* top = sip_via_make(home.get(), via.c_str());
  if (top == nullptr) return std::nullopt;
  return text_of(top->v_branch);
}

// sofia knows no P-Charging-Vector; its parameters have the form of those behind a semicolon.
std::optional<std::string> read_icid(const Home& home, const std::string& p_charging_vector) {
  auto text = ";" + p_charging_vector;
  char* at = text.data();
  const msg_param_t* parameters = nullptr;
  if (msg_params_d(home.get(), &at, &parameters) < 0 || *at != '\0') return std::nullopt;
  return parameter(parameters, "icid-value=");
}

std::optional<MediaType> read_content_type(const Home& home, const std::string& value) {
  const auto* type = sip_content_type_make(home.get(), value.c_str());
  if (type == nullptr) return std::nullopt;
  return MediaType{in_small(text_of(type->c_type)), parameter(type->c_params, "boundary=")};
}

std::optional<std::string> read_disposition(const Home& home, const std::string& value) {
  const auto* disposition = sip_content_disposition_make(home.get(), value.c_str());
  if (disposition == nullptr) return std::nullopt;
  return in_small(text_of(disposition->cd_type));
}

}  // namespace li::sip
