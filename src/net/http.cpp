#include "net/http.hpp"

#include "base/text.hpp"

namespace li::net {

std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const auto& header : headers) {
    if (same_letters(name, header.name)) return header.value;
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
