#include "hi2/decrypt_output.hpp"

#include <array>
#include <cstdio>

#include "base/text.hpp"
#include "hi2/input.hpp"
#include "hi2/row.hpp"
#include "hi2/summary.hpp"

namespace li::tool {
namespace {

std::string ssrc_text(std::uint32_t ssrc) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", ssrc);
  return text.data();
}

// HI3 may carry RTP without its addresses; a capture has none without.
void give_addresses(media::UdpPacket& packet) {
  constexpr std::uint16_t kPort = 5004;
  if (packet.from.address.family != media::IpAddress::Family::none) return;
  packet.from.address = *media::parse_address("192.0.2.1");
  packet.to.address = *media::parse_address("192.0.2.2");
  if (packet.from.port == 0) packet.from.port = packet.to.port = kPort;
}

}  // namespace

Result<void> MediaOutput::open(const std::string& capture) {
  auto writer = media::PacketWriter::create(capture, existing_);
  if (!writer) return failure(writer.error());
  capture_ = std::move(*writer);
  return {};
}

void MediaOutput::failed(const Error& error) {
  report(error.path, Error{error.kind, error.text, std::nullopt, {}, error.clause});
  good_ = false;
}

void MediaOutput::put(const lemf::ClearPacket& clear) {
  if (capture_) {
    auto packet = clear.packet;
    give_addresses(packet);
    if (const auto written = capture_->write(packet); !written) {
      failed(written.error());
      capture_.reset();
    }
  }
  if (!wav_folder_.empty() && clear.sound) put_sound(clear);
}

void MediaOutput::put_sound(const lemf::ClearPacket& clear) {
  const auto header = media::decode_rtp(clear.packet.payload);
  const auto payload = header ? media::rtp_payload(*header, clear.packet.payload) : failure(ErrorKind::malformed, {});
  if (!payload) return;
  auto track = tracks_.find(clear.stream);
  if (track == tracks_.end()) {
    const auto file = wav_folder_ + "/stream-" + std::to_string(clear.stream + 1) + "-" + ssrc_text(header->ssrc) + ".wav";
    track = tracks_.emplace(clear.stream, std::nullopt).first;
    auto made = media::WavTrack::create(file, *clear.sound, existing_);
    if (!made) return failed(made.error());
    track->second = std::move(*made);
  }
  if (!track->second) return;
  if (const auto added = track->second->add(*clear.sound, header->timestamp, *payload); !added) {
    failed(added.error());
    track->second.reset();
  }
}

bool MediaOutput::close() {
  for (auto& [stream, track] : tracks_) {
    if (!track) continue;
    if (const auto closed = track->close(); !closed) failed(closed.error());
  }
  if (capture_) {
    if (const auto closed = capture_->close(); !closed) failed(closed.error());
  }
  return good_;
}

void print_streams(const std::vector<lemf::StreamSummary>& streams) {
  Table<12> table({"#", "LIID", "SSRC", "from → to", "media", "codec", "CS", "packets", "opened", "lost", "failed", "state"});
  std::size_t number = 0;
  for (const auto& stream : streams) {
    ++number;
    if (is_noise(stream)) continue;
    auto state = std::string(to_string(stream.state));
    if (!stream.note.empty()) state += ": " + stream.note;
    if (stream.keys_used > 1) state += ", " + std::to_string(stream.keys_used) + " keys";
    const auto opened = stream.state == lemf::StreamState::clear ? stream.packets : stream.decrypted;
    const auto media = stream.media.empty() ? std::string() : printable(stream.media) + " " + std::to_string(*stream.m_line);
    table.add({{std::to_string(number), printable(stream.lawful_interception_identifier), ssrc_text(stream.ssrc),
                stream.from.to_string() + " → " + stream.to.to_string(), media, stream.codec,
                stream.cs_id ? std::to_string(*stream.cs_id) : "", std::to_string(stream.packets), std::to_string(opened),
                std::to_string(stream.lost), std::to_string(stream.failed_authentication), state},
               {},
               12,
               {}});
  }
  table.finish();
}

void print_streams_json(const std::vector<lemf::StreamSummary>& streams) {
  std::size_t number = 0;
  for (const auto& stream : streams) {
    JsonLine line;
    line.number("stream", ++number);
    line.text("ssrc", ssrc_text(stream.ssrc));
    line.text("from", stream.from.to_string());
    line.text("to", stream.to.to_string());
    if (const auto direction = to_string(stream.direction); !direction.empty()) line.text("direction", direction);
    line.text("state", to_string(stream.state));
    if (!stream.note.empty()) line.text("note", stream.note);
    if (!stream.lawful_interception_identifier.empty())
      line.text("lawfulInterceptionIdentifier", printable(stream.lawful_interception_identifier));
    if (!stream.correlation.empty()) line.text("correlation", to_hex(stream.correlation));
    if (stream.m_line) line.text("media", printable(stream.media)), line.number("mLine", *stream.m_line);
    line.text("codec", printable(stream.codec));
    if (stream.cs_id) line.number("cryptoSession", *stream.cs_id);
    if (!stream.suite.empty()) line.text("suite", stream.suite);
    line.number("packets", stream.packets);
    line.number("decrypted", stream.decrypted);
    line.number("failedAuthentication", stream.failed_authentication);
    line.number("noKey", stream.no_key);
    line.number("lost", stream.lost);
    line.number("duplicates", stream.duplicates);
    line.number("rtcp", stream.rtcp);
    line.number("keysUsed", stream.keys_used);
    put(line.finish());
  }
}

}  // namespace li::tool
