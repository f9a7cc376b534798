// sip/text.hpp: messages and descriptions as the files of tests/data/sip write them.
#pragma once

#include <string>

#include "sip/bodies.hpp"
#include "sip/sdp.hpp"
#include "tests/data/data.hpp"

namespace li::sip {

inline constexpr std::string_view kDialog = "Call-ID: c\\nCSeq: 1 INVITE\\nFrom: <sip:a@b>;tag=1\\nTo: <sip:c@d>\\n";
inline constexpr std::string_view kSession = "v=0\\no=- 1 1 IN IP4 h\\ns=-\\nc=IN IP4 192.0.2.1\\nt=0 0\\n";

inline void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
}

/// \n is CRLF, \l a line feed, \r a carriage return, \0 a NUL; {H} and {S} stand for what every message or description has.
inline std::string text_of(std::string text) {
  using namespace std::string_view_literals;
  replace_all(text, "{H}", kDialog);
  replace_all(text, "{S}", kSession);
  replace_all(text, "\\n", "\r\n");
  replace_all(text, "\\l", "\n");
  replace_all(text, "\\r", "\r");
  replace_all(text, "\\0", "\0"sv);
  return text;
}

inline Bytes file(std::string_view name) { return test::read_octets(test::data_path("sip/" + std::string(name))); }

/// The value, or an exception that says what was refused.
template <typename T>
T must(Result<T>&& result) {
  if (!result) throw std::runtime_error(result.error().message());
  return std::move(*result);
}

inline Message message_of(const std::string& text) { return must(parse(as_bytes(text_of(text)))); }
inline Sdp sdp_of(const std::string& text) { return must(parse_sdp(as_bytes(text_of(text)))); }

}  // namespace li::sip
