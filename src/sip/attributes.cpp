#include <algorithm>

#include "sip/framing_impl.hpp"
#include "sip/sdp_impl.hpp"

namespace li::sip {
namespace {

// The text up to the first of the separators; moves behind it.
std::string_view take_field(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto field = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return field;
}

Codec* find_codec(std::string_view payload_type, Media& media, bool& is_number) {
  unsigned type = 0;
  is_number = read_number(payload_type, type);
  const auto same = [&](const Codec& codec) { return codec.payload_type == type; };
  const auto found = std::find_if(media.codecs.begin(), media.codecs.end(), same);
  return is_number && found != media.codecs.end() ? &*found : nullptr;
}

// rtpmap: <payload type> <name>/<clock rate>[/<channels>]; one of a payload type that the m= line does not name is of no use.
bool take_rtpmap(std::string_view value, Media& media) {
  bool is_number = false;
  auto* codec = find_codec(take_field(value, ' '), media, is_number);
  const auto name = take_field(value, '/');
  const auto rate = take_field(value, '/');
  unsigned long clock_rate = 0;
  unsigned channels = 1;
  if (!is_number || name.empty() || !read_number(rate, clock_rate)) return false;
  if (!value.empty() && !read_number(trimmed(value), channels)) return false;
  if (codec != nullptr) *codec = {codec->payload_type, std::string(name), clock_rate, channels, std::move(codec->fmtp)};
  return true;
}

bool take_fmtp(std::string_view value, Media& media) {
  bool is_number = false;
  const auto type = take_field(value, ' ');
  auto* codec = find_codec(type, media, is_number);
  if (codec != nullptr) codec->fmtp = value;
  return true;  // the formats of what is not RTP need no number
}

bool take_ptime(std::string_view value, Media& media) {
  unsigned milliseconds = 0;
  if (!read_number(trimmed(value), milliseconds)) return false;
  media.ptime = milliseconds;
  return true;
}

bool take_ssrc(std::string_view value, Media& media) {
  std::uint32_t ssrc = 0;
  if (!read_number(take_field(value, ' '), ssrc)) return false;
  if (std::find(media.ssrcs.begin(), media.ssrcs.end(), ssrc) == media.ssrcs.end()) media.ssrcs.push_back(ssrc);
  return true;
}

bool take_access_edge(std::string_view value, Media& media) {
  if (value == "requested") media.access_edge = AccessEdge::requested;
  if (value == "applied") media.access_edge = AccessEdge::applied;
  return true;  // other values are to be ignored
}

template <Direction direction>
bool take_direction(std::string_view /*value*/, Media& media) {
  media.direction = direction;
  return true;
}

template <std::string Media::*member>
bool take_text(std::string_view value, Media& media) {
  media.*member = trimmed(value);
  return !(media.*member).empty();
}

struct Known {
  std::string_view name;
  bool (*take)(std::string_view value, Media& media);
};
constexpr Known kKnown[] = {
    {"rtpmap", take_rtpmap},
    {"fmtp", take_fmtp},
    {"ptime", take_ptime},
    {"ssrc", take_ssrc},
    {"3ge2ae", take_access_edge},
    {"mid", take_text<&Media::mid>},
    {"setup", take_text<&Media::setup>},
    {"fingerprint", take_text<&Media::fingerprint>},
    {"sendrecv", take_direction<Direction::sendrecv>},
    {"sendonly", take_direction<Direction::sendonly>},
    {"recvonly", take_direction<Direction::recvonly>},
    {"inactive", take_direction<Direction::inactive>},
};

}  // namespace

bool take_attribute(const Attribute& attribute, Media& media) {
  for (const auto& known : kKnown) {
    if (same_letters(known.name, attribute.name)) return known.take(attribute.value, media);
  }
  return true;
}

}  // namespace li::sip
