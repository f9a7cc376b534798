// sip/walk.hpp: reads octets as far as they go, and says which promise of the room is broken: for the fuzz target and for tests.
#pragma once

#include <string>

#include "base/base64.hpp"
#include "sip/bodies.hpp"
#include "sip/sdp.hpp"

namespace li::sip {

inline bool inside(const Error& error, ByteView octets) { return error.offset.value_or(0) <= octets.size(); }

/// Empty, or what does not hold.
inline std::string walk_sdp(ByteView octets) {
  const auto sdp = parse_sdp(octets);
  if (!sdp) return inside(sdp.error(), octets) ? "" : "an error behind the end of the description";
  for (const auto& finding : sdp->findings) {
    if (!inside(finding, octets)) return "a finding behind the end of the description";
  }
  for (const auto& key : key_management(*sdp)) {
    if (key.media >= sdp->media.size()) return "key management of an m= line that is not there";
    const auto& read = *key.attribute;
    if (!read.octets && !inside(read.octets.error(), octets)) return "a key management error behind the end";
    if (!read.octets) continue;
    const auto text = secret_to_base64(read.octets->reveal());
    if (read.offset > octets.size() || text.size() > octets.size() - read.offset) return "key management behind the end";
    if (!equal(text, octets.subspan(read.offset, text.size()))) return "key management that encodes to another text";
  }
  for (const auto& media : sdp->media) {
    if (media.offset >= octets.size() || octets[media.offset] != 'm') return "an m= line that is none";
    for (const auto& crypto : media.crypto) {
      if (!crypto && !inside(crypto.error(), octets)) return "a crypto error behind the end";
      if (!crypto) continue;
      for (const auto& key : crypto->keys) {
        const auto text = secret_to_base64(key.key_and_salt.reveal());
        if (as_text(octets).find(as_text(text)) == std::string_view::npos) return "a key that the description does not have";
      }
    }
  }
  return {};
}

/// Empty, or what does not hold.
inline std::string walk_message(ByteView octets) {
  const auto message = parse(octets);
  if (!message) return inside(message.error(), octets) ? "" : "an error behind the end";
  for (const auto& finding : message->findings) {
    if (!inside(finding, octets)) return "a finding behind the end";
  }
  for (const auto& header : message->headers) {
    if (header.offset >= message->body_offset) return "a header outside the headers";
  }
  if (message->body_offset > octets.size() || message->body.size() > octets.size() - message->body_offset) return "a body behind the end";
  if (!equal(message->body, octets.subspan(message->body_offset, message->body.size()))) return "a body that is another";
  const auto parts = bodies(*message);
  if (!parts) return inside(parts.error(), octets) ? "" : "an error of multipart behind the end";
  auto end = message->body_offset;
  for (const auto& part : *parts) {
    if (part.offset < end || part.offset + part.octets.size() > message->body_offset + message->body.size()) return "parts that overlap";
    end = part.offset + part.octets.size();
    if (!equal(part.octets, octets.subspan(part.offset, part.octets.size()))) return "a part that is another";
    if (auto broken = walk_sdp(part.octets); !broken.empty()) return broken;
  }
  return {};
}

}  // namespace li::sip
