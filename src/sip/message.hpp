// sip/message.hpp: one SIP message, read.
//
// Source:  RFC 3261 clause 7 and 25; RFC 3325 (P-Asserted-Identity); RFC 7315 5.6 (P-Charging-Vector).
// Units:   offsets are octets from the start of what was given to parse().
// Errors:  framing and the headers that name the dialog (Call-ID, CSeq, From, To) must be there and right; a fault in another
//          header is a finding, and what it would have told is empty. No error holds text of the message.
// Owns:    a Message owns all it holds; its body, which may hold keys, is overwritten when freed.
//
// parse() does not judge whether the message makes sense: no tie between method and CSeq is checked, nor that a URI can be reached.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "sip/limits.hpp"

namespace li::sip {

/// One header as it stood in the message, in its order there.
struct Header {
  std::string name;        ///< the long form where the message has the compact one
  std::string value;       ///< folds are one space each, nothing else is changed
  std::size_t offset = 0;  ///< where the name starts
};

/// From or To. URIs have needless escapes undone and are otherwise as written, parameters included.
struct Party {
  std::string uri;
  std::string tag;  ///< empty when there is none
};

struct Message {
  std::string method;       ///< empty in a response
  std::string request_uri;  ///< empty in a response
  int status = 0;           ///< 0 in a request
  std::string phrase;

  std::string call_id;
  std::uint32_t cseq = 0;
  std::string cseq_method;
  Party from;
  Party to;
  std::vector<std::string> p_asserted_identity;  ///< URIs, of all such headers
  std::string branch;                            ///< of the topmost Via
  std::string contact;                           ///< URI of the first Contact; "*" for all
  std::string icid;                              ///< of P-Charging-Vector
  std::string content_type;                      ///< "type/subtype" in small letters, without parameters

  std::vector<Header> headers;
  RecordBytes body;
  std::size_t body_offset = 0;
  std::vector<Error> findings;

  [[nodiscard]] bool is_request() const { return status == 0; }
  /// The first header of that name in any case, long or compact; null when there is none.
  [[nodiscard]] const Header* header(std::string_view name) const;
  [[nodiscard]] std::vector<const Header*> headers_named(std::string_view name) const;
};

/// Reads one message. A Content-Length shorter than what follows cuts the body; a longer one is an error (truncated); without
/// one the body ends where the octets do.
[[nodiscard]] Result<Message> parse(ByteView octets, const Limits& limits = {});

}  // namespace li::sip
