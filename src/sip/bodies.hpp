// sip/bodies.hpp: the bodies of a message, out of multipart wrapping.
//
// Source:  RFC 2046 clause 5.1 (multipart), RFC 5621 (bodies in SIP), RFC 3830 10.1 (application/mikey).
// Units:   offsets are octets from the start of the message.
// Errors:  a multipart body without boundary parameter, first or closing boundary, or with broken headers in a part is refused.
// Owns:    a Part's octets are a view into the body of the message, which must outlive it.
#pragma once

#include <string>
#include <vector>

#include "sip/message.hpp"

namespace li::sip {

struct Part {
  std::string content_type;         ///< "type/subtype" in small letters; a part that names none has "text/plain"
  std::string content_disposition;  ///< in small letters, without parameters; empty when there is none
  std::string content_id;           ///< without angle brackets
  std::string transfer_encoding;    ///< in small letters; not undone, since SIP carries octets as they are
  std::string content_encoding;     ///< in small letters; not undone
  ByteView octets;
  std::size_t offset = 0;
};

/// Octets of the message, from begin to end.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Split {
  std::vector<Part> parts;
  std::vector<Span> outside;  ///< what stands before the first and behind the last boundary of a multipart body: text of nobody's
};

/// The bodies, and what lies outside of all of them.
[[nodiscard]] Result<Split> split(const Message& message, const Limits& limits = {});
Result<Split> split(const Message&&, const Limits& = {}) = delete;

/// All bodies that are not multipart themselves, in their order; one for a message without multipart, none for an empty body.
[[nodiscard]] Result<std::vector<Part>> bodies(const Message& message, const Limits& limits = {});
Result<std::vector<Part>> bodies(const Message&&, const Limits& = {}) = delete;

}  // namespace li::sip
