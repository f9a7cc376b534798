#include "sip/sdp.hpp"

#include <algorithm>

#include "sip/framing_impl.hpp"
#include "sip/sdp_impl.hpp"

namespace li::sip {
namespace {

constexpr std::string_view kTypes = "vosiuepcbtrzkam";

Result<SdpLine> line_of(const Line& line) {
  if (auto checked = check_line(line); !checked) return tl::unexpected<Error>(std::move(checked.error()));
  const auto text = line.text;
  if (text.size() < 2 || text[1] != '=' || kTypes.find(text[0]) == std::string_view::npos) {
    return fault(ErrorKind::malformed, "a line that is none of a session description", line.offset, "RFC 4566 5");
  }
  return SdpLine{text[0], text.substr(2), line.offset};
}

// Attributes carry the keys, and k= is one: neither goes to sofia.
std::vector<SdpLine> without_keys(const std::vector<SdpLine>& lines) {
  std::vector<SdpLine> rest;
  for (const auto& line : lines) {
    if (line.type != 'a' && line.type != 'k') rest.push_back(line);
  }
  return rest;
}

// Gives each attribute to its level.
class Attributes {
 public:
  explicit Attributes(Sdp& sdp) : sdp_(sdp) {}

  void enter_media() {
    media_ = media_ == nullptr ? sdp_.media.data() : media_ + 1;
    media_->direction = session_.direction;
    media_->setup = session_.setup;
    media_->fingerprint = session_.fingerprint;
  }

  void take(const SdpLine& line) {
    const auto attribute = attribute_of(line);
    auto& level = media_ == nullptr ? session_ : *media_;
    if (same_letters(attribute.name, "key-mgmt")) {
      (media_ == nullptr ? sdp_.key_management : media_->key_management).push_back(read_key_management(attribute));
    } else if (same_letters(attribute.name, "crypto")) {
      if (media_ != nullptr) media_->crypto.push_back(read_crypto(attribute));
      else finding(line, "a=crypto at session level", "RFC 4568 4");
    } else if (!take_attribute(attribute, level)) {
      finding(line, "an attribute that can't be read", "RFC 4566 6");
    }
  }

 private:
  void finding(const SdpLine& line, const char* text, const char* clause) {
    sdp_.findings.push_back({ErrorKind::malformed, text, line.offset, {}, clause});
  }

  Sdp& sdp_;
  Media session_;  // what it says goes for every m= line that says nothing else
  Media* media_ = nullptr;
};

}  // namespace

Result<std::vector<SdpLine>> split_sdp(std::string_view text) {
  std::vector<SdpLine> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto line = take_line(text, at);
    if (line.text.empty() && text.find_first_not_of("\r\n", line.offset) == std::string_view::npos) break;
    auto read = line_of(line);
    if (!read) return tl::unexpected<Error>(std::move(read.error()));
    lines.push_back(*read);
  }
  return lines;
}

Attribute attribute_of(const SdpLine& line) {
  const auto colon = line.value.find(':');
  const auto behind = colon == std::string_view::npos ? line.value.size() : colon + 1;
  return {line.value.substr(0, colon), line.value.substr(behind), line.offset + 2 + behind};
}

Result<Sdp> parse_sdp(ByteView octets, const Limits& limits) {
  if (octets.size() > limits.sdp_octets) return fault(ErrorKind::limit, "a session description beyond the limit", limits.sdp_octets, {});
  const auto lines = split_sdp(as_text(octets));
  if (!lines) return tl::unexpected<Error>(lines.error());
  if (lines->empty() || lines->front().type != 'v') return fault(ErrorKind::missing, "no v= line", 0, "RFC 4566 5.1");
  const auto is_media = [](const SdpLine& line) { return line.type == 'm'; };
  const auto count = static_cast<std::size_t>(std::count_if(lines->begin(), lines->end(), is_media));
  if (count > limits.media) return fault(ErrorKind::limit, "more m= lines than the limit", octets.size(), {});
  auto media = read_grammar(without_keys(*lines));
  if (!media) return tl::unexpected<Error>(std::move(media.error()));
  Sdp sdp;
  sdp.media = std::move(*media);
  Attributes attributes(sdp);
  for (const auto& line : *lines) {
    if (line.type == 'm') attributes.enter_media();
    if (line.type == 'a') attributes.take(line);
  }
  return sdp;
}

std::vector<EffectiveKeyManagement> key_management(const Sdp& sdp) {
  std::vector<EffectiveKeyManagement> all;
  for (std::size_t i = 0; i < sdp.media.size(); ++i) {
    const auto& own = sdp.media[i].key_management;
    const auto& held = own.empty() ? sdp.key_management : own;
    for (const auto& attribute : held) all.push_back({i, own.empty(), &attribute});
  }
  return all;
}

std::vector<std::string> offered_protocols(const Sdp& sdp) {
  std::vector<std::string> names;
  const auto add = [&](const std::vector<KeyManagement>& attributes) {
    for (const auto& one : attributes) {
      if (std::find(names.begin(), names.end(), one.protocol) == names.end()) names.push_back(one.protocol);
    }
  };
  add(sdp.key_management);
  for (const auto& media : sdp.media) add(media.key_management);
  return names;
}

}  // namespace li::sip
