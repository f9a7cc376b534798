#include <sofia-sip/sdp.h>

#include <algorithm>

#include "sip/framing_impl.hpp"
#include "sip/sdp_impl.hpp"
#include "sip/sofia_impl.hpp"

namespace li::sip {
namespace {

using Lines = std::vector<SdpLine>;

struct FreeParser {
  void operator()(sdp_parser_t* parser) const noexcept { sdp_parser_free(parser); }
};
using Parser = std::unique_ptr<sdp_parser_t, FreeParser>;

// The first `count` lines read by sofia's parser, which checks each line, and not here what must be there.
Parser run(const Home& home, const Lines& lines, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += lines[i].type;
    text += '=';
    text += lines[i].value;
    text += "\r\n";
  }
  constexpr int kFlags = sdp_f_anynet | sdp_f_insane | sdp_f_c_missing | sdp_f_mode_manual;
  return Parser(sdp_parse(home.get(), text.data(), static_cast<issize_t>(text.size()), kFlags));
}

// Every further line can only make it worse, so the first bad one is found by halving.
const SdpLine& first_bad(const Home& home, const Lines& lines) {
  std::size_t good = 0;
  std::size_t bad = lines.size();
  while (bad - good > 1) {
    const auto middle = good + (bad - good) / 2;
    (sdp_session(run(home, lines, middle).get()) != nullptr ? good : bad) = middle;
  }
  return lines[bad - 1];
}

void add_formats(const sdp_media_t* from, Media& to) {
  for (const auto* format = from->m_format; format != nullptr; format = format->l_next) to.formats.emplace_back(format->l_text);
  for (const auto* map = from->m_rtpmaps; map != nullptr; map = map->rm_next) to.formats.push_back(std::to_string(map->rm_pt));
}

Codec fixed_codec(unsigned payload_type) {
  const auto* known = sdp_rtpmap_well_known[payload_type];
  if (known == nullptr) return {payload_type, {}, 0, 1, {}};
  unsigned channels = 1;
  if (known->rm_params != nullptr && !read_number(known->rm_params, channels)) channels = 1;
  return {payload_type, known->rm_encoding, known->rm_rate, channels, {}};
}

void add_codecs(Media& media) {
  if (media.proto.find("RTP/") == std::string::npos) return;
  for (const auto& format : media.formats) {
    unsigned type = 0;
    if (!read_number(format, type) || type > 127) continue;
    const auto same = [&](const Codec& codec) { return codec.payload_type == type; };
    if (std::none_of(media.codecs.begin(), media.codecs.end(), same)) media.codecs.push_back(fixed_codec(type));
  }
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "-.!#$%&'*+^_`{|}~";
  const auto allowed = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || kMarks.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto slash = std::min(text.find('/'), text.size());
  return read_number(text.substr(0, slash), number) && (slash == text.size() || read_number(text.substr(slash + 1), number));
}

bool is_protocol(std::string text) {
  std::replace(text.begin(), text.end(), '/', '.');
  return is_token(text);
}

// "audio 49170/2 RTP/SAVP 0 8". sofia's parser loops for ever, and takes memory, where what it takes for a format is no token.
Result<void> check_media(const SdpLine& line) {
  std::size_t fields = 0;
  for (std::size_t at = 0; at < line.value.size(); ++fields) {
    const auto end = std::min(line.value.find(' ', at), line.value.size());
    const auto field = line.value.substr(at, end - at);
    const bool good = fields == 1 ? is_port(field) : fields == 2 ? is_protocol(std::string(field)) : is_token(field);
    if (!good) return fault(ErrorKind::malformed, "the m= line can't be read", line.offset, "RFC 4566 9");
    at = end + 1;
  }
  return {};
}

Result<void> check_media(const Lines& lines) {
  for (const auto& line : lines) {
    if (line.type != 'm') continue;
    if (auto checked = check_media(line); !checked) return checked;
  }
  return {};
}

Result<Media> media_of(const sdp_media_t* from, std::size_t offset) {
  if (from->m_port > 65535) return fault(ErrorKind::out_of_range, "a port beyond 65535", offset, "RFC 4566 5.14");
  Media media;
  media.type = from->m_type_name;
  media.port = static_cast<unsigned>(from->m_port);
  media.proto = from->m_proto_name;
  media.offset = offset;
  add_formats(from, media);
  add_codecs(media);
  const auto* connection = sdp_media_connections(from);
  if (connection != nullptr && connection->c_nettype == sdp_net_in) media.address = connection->c_address;
  return media;
}

}  // namespace

Result<std::vector<Media>> read_grammar(const std::vector<SdpLine>& lines) {
  if (auto checked = check_media(lines); !checked) return tl::unexpected<Error>(std::move(checked.error()));
  const Home home;
  const auto parser = run(home, lines, lines.size());
  const auto* session = sdp_session(parser.get());
  if (session == nullptr) {
    const auto& bad = first_bad(home, lines);
    return fault(ErrorKind::malformed, std::string("the ") + bad.type + "= line can't be read", bad.offset, "RFC 4566 9");
  }
  if (session->sdp_origin == nullptr) return failure(ErrorKind::missing, "no o= line", "RFC 4566 5.2");
  std::vector<Media> all;
  const auto* from = session->sdp_media;
  for (const auto& line : lines) {
    if (line.type != 'm') continue;
    if (from == nullptr) return fault(ErrorKind::malformed, "the m= line can't be read", line.offset, "RFC 4566 9");
    auto media = media_of(from, line.offset);
    if (!media) return tl::unexpected<Error>(std::move(media.error()));
    all.push_back(std::move(*media));
    from = from->m_next;
  }
  return all;
}

}  // namespace li::sip
