#include "df2/warrant_words_impl.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace li::df2 {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_capital(c) || (c >= 'a' && c <= 'z'); }
bool is_graphic(char c) { return c > ' ' && c < 0x7F; }

template <typename Test>
bool all(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

// The rest behind a scheme in letters of any case.
std::optional<std::string_view> behind(std::string_view text, std::string_view scheme) {
  if (text.size() < scheme.size()) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const auto c = is_capital(text[i]) ? static_cast<char>(text[i] + ('a' - 'A')) : text[i];
    if (c != scheme[i]) return {};
  }
  return text.substr(scheme.size());
}

bool is_user_at_host(std::string_view text) {
  const auto at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.find('@', at + 1) == std::string_view::npos;
}

// RFC 3966: digits and visual separators, at least one digit; a local number has its context behind.
bool is_telephone_number(std::string_view text) {
  const auto number = text.substr(0, text.find(';'));
  const auto digits = number.starts_with('+') ? number.substr(1) : number;
  const auto fits = all(digits, [](char c) { return is_digit(c) || c == '-' || c == '.' || c == '(' || c == ')'; });
  return fits && std::any_of(digits.begin(), digits.end(), is_digit);
}

// RFC 7254: type allocation code, serial number, spare digit.
bool is_imei(std::string_view text) {
  constexpr std::string_view kForm = "00000000-000000-0";
  return text.size() == kForm.size() &&
         std::equal(text.begin(), text.end(), kForm.begin(), [](char c, char form) { return form == '0' ? is_digit(c) : c == form; });
}

std::string said(std::string_view text, std::string_view what) { return "'" + printable(text) + "' " + std::string(what); }

bool is_dns_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         all(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

}  // namespace

std::string wrong_liid(std::string_view text) {
  if (text.empty() || text.size() > 25) return "must have 1 to 25 characters";
  if (!all(text, is_graphic) || text.find('/') != std::string_view::npos) return said(text, "has characters that no LIID has");
  if (text == "-") return "'-' stands for no LIID in keep-alives";
  return {};
}

std::string wrong_kms_identity(std::string_view text) {
  if (!all(text, is_graphic)) return said(text, "has characters that no URI has");
  for (const auto* scheme : {"sip:", "sips:"}) {
    if (const auto rest = behind(text, scheme)) return is_user_at_host(*rest) ? "" : said(text, "must have the form sip:user@host");
  }
  if (const auto rest = behind(text, "tel:")) return is_telephone_number(*rest) ? "" : said(text, "is no telephone number");
  return said(text, "must be a sip:, sips: or tel: URI");
}

std::string wrong_target(std::string_view text) {
  if (const auto rest = behind(text, "urn:gsma:imei:"))
    return is_imei(*rest) ? "" : said(text, "must have the form urn:gsma:imei:35686800-004141-0");
  auto wrong = wrong_kms_identity(text);
  return wrong.ends_with("tel: URI") ? said(text, "must be a sip:, sips: or tel: URI or urn:gsma:imei:") : wrong;
}

std::string wrong_operator(std::string_view text) {
  return !text.empty() && text.size() <= 5 && all(text, is_graphic) ? "" : "must have 1 to 5 characters";
}

std::string wrong_network_element(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() > 25) return "must have at most 25 characters";
  for (auto rest = text;;) {
    const auto label = rest.substr(0, rest.find('.'));
    if (!is_dns_label(label)) return said(text, "is no DNS name");
    if (label.size() == rest.size()) return {};
    rest.remove_prefix(label.size() + 1);
  }
}

std::string wrong_country(std::string_view text) {
  return text.size() == 2 && all(text, is_capital) ? "" : "must be two capital letters (ISO 3166-1), e.g. NL";
}

}  // namespace li::df2
