#include "net/http.hpp"

#include <algorithm>
#include <cctype>

namespace li::net {
namespace {

bool same_letter(char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); }

}  // namespace

std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const auto& header : headers) {
    if (std::equal(name.begin(), name.end(), header.name.begin(), header.name.end(), same_letter)) return header.value;
  }
  return {};
}

std::string_view HttpRequest::content_type() const {
  auto value = find_header(headers, "Content-Type");
  value = value.substr(0, value.find(';'));
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  return value;
}

}  // namespace li::net
