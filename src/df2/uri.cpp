#include "df2/uri_impl.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace li::df2 {
namespace {

// The digits of an international number, the plus kept; empty for what is none.
std::string number_in(std::string_view user) {
  if (!user.starts_with('+')) return {};
  std::string number(1, '+');
  for (const char c : user.substr(1)) {
    if (c >= '0' && c <= '9') number += c;
    else if (std::string_view("-.()").find(c) == std::string_view::npos) return {};
  }
  return number;
}

struct Uri {
  bool tel = false;
  std::string user, host, number;
};

Uri read(std::string_view text) {
  Uri uri;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return uri;
  uri.tel = has_scheme(text, "tel:");
  auto rest = text.substr(colon + 1);
  const auto at = rest.find('@');
  if (at != std::string_view::npos) uri.user = rest.substr(0, std::min(at, rest.find_first_of(":;")));
  if (at != std::string_view::npos) rest = rest.substr(at + 1);
  rest = rest.substr(0, rest.find_first_of(";?>"));
  if (uri.tel) uri.user = rest;
  else uri.host = in_small(rest);
  uri.number = number_in(uri.user);
  return uri;
}

bool is_sip(std::string_view uri) { return has_scheme(uri, "sip:") || has_scheme(uri, "sips:"); }

// URIs of a header value, whatever stands around them.
void add_uris(std::string_view value, std::vector<std::string>& out) {
  constexpr std::string_view kEnds = "<>,; \t\"?";
  for (std::size_t at = 0; at < value.size();) {
    const auto rest = value.substr(at);
    const bool begins = at == 0 || kEnds.find(value[at - 1]) != std::string_view::npos;
    if (!begins || (!is_sip(rest) && !has_scheme(rest, "tel:"))) {
      ++at;
      continue;
    }
    out.emplace_back(rest.substr(0, rest.find_first_of(kEnds)));
    at += out.back().size();
  }
}

}  // namespace

bool has_scheme(std::string_view uri, std::string_view scheme) {
  return uri.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), uri.begin(), [](char a, char b) { return a == small(b); });
}

bool same_user(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto x = read(a);
  const auto y = read(b);
  if (x.tel || y.tel) return !x.number.empty() && x.number == y.number;
  return is_sip(a) && is_sip(b) && !x.host.empty() && x.user == y.user && x.host == y.host;
}

std::string host_of(std::string_view uri) {
  if (!is_sip(uri)) return {};
  auto host = read(uri).host;
  if (!host.starts_with('[')) host.resize(std::min(host.size(), host.find(':')));
  return host;
}

std::string imei_digits(std::string_view urn) {
  constexpr std::string_view kUrn = "urn:gsma:imei:";
  if (!has_scheme(urn, kUrn)) return {};
  std::string digits;
  for (const char c : urn.substr(kUrn.size())) {
    if (c >= '0' && c <= '9') digits += c;
    else if (c != '-') break;
  }
  if (digits.size() < 14 || digits.size() > 16) return {};
  digits.resize(14);
  return digits + '0';
}

std::vector<std::string> named_in(const sip::Message& message) {
  std::vector<std::string> names{message.from.uri, message.to.uri};
  if (!message.request_uri.empty()) names.push_back(message.request_uri);
  names.insert(names.end(), message.p_asserted_identity.begin(), message.p_asserted_identity.end());
  for (const auto* header : {"P-Called-Party-ID", "P-Preferred-Identity", "History-Info", "Diversion"}) {
    for (const auto* found : message.headers_named(header)) add_uris(found->value, names);
  }
  for (const auto* contact : message.headers_named("Contact")) {
    const auto text = in_small(contact->value);
    if (const auto at = text.find("urn:gsma:imei:"); at != std::string::npos)
      names.push_back(text.substr(at, text.find_first_of("\">;", at) - at));
  }
  return names;
}

}  // namespace li::df2
