// hi2/decrypt_output.hpp: where opened media goes: a capture, a WAV file for each stream, and the table that says what became of it.
//
// Source:  docs/man/hi2-decrypt.1.
// Errors:  reported on standard error, once for each file.
// Owns:    the files that it writes.
#pragma once

#include <map>

#include "lemf/decrypt.hpp"
#include "media/capture.hpp"

namespace li::tool {

class MediaOutput {
 public:
  MediaOutput(media::Existing existing, std::string wav_folder) : existing_(existing), wav_folder_(std::move(wav_folder)) {}

  /// Opens the capture.
  [[nodiscard]] Result<void> open(const std::string& capture);
  /// Errors are reported once for each file; nothing more is written to it.
  void put(const lemf::ClearPacket& packet);
  /// False if any file is not whole.
  bool close();

 private:
  void put_sound(const lemf::ClearPacket& packet);
  void failed(const Error& error);

  media::Existing existing_;
  std::string wav_folder_;
  std::optional<media::PacketWriter> capture_;
  std::map<std::size_t, std::optional<media::WavTrack>> tracks_;  // by stream; empty after an error
  bool good_ = true;
};

void print_streams(const std::vector<lemf::StreamSummary>& streams);
/// A JSON object a stream, a line each.
void print_streams_json(const std::vector<lemf::StreamSummary>& streams);

}  // namespace li::tool
