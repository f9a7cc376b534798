#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "hi2/commands.hpp"
#include "hi2/decrypt_output.hpp"
#include "hi2/input.hpp"
#include "hi2/media_input.hpp"

namespace li::tool {
namespace {

using lemf::StreamState;

struct DecryptOptions {
  std::vector<std::string> records;
  std::vector<std::string> media;
  std::string module;
  std::string output;
  std::string wav;
  bool json = false;
  bool force = false;
};

// Whether all media of the calls is in the clear now; of what nothing authenticates it can't be told. Streams that belong to none of them
// may be anything.
bool all_opened(const std::vector<lemf::StreamSummary>& streams) {
  const auto opened = [](const lemf::StreamSummary& stream) {
    return stream.state == StreamState::unknown || stream.state == StreamState::clear ||
           (stream.state == StreamState::decrypted && stream.failed_authentication == 0);
  };
  const bool any = std::any_of(streams.begin(), streams.end(), [](const auto& stream) { return stream.state != StreamState::unknown; });
  return any && std::all_of(streams.begin(), streams.end(), opened);
}

void totals(const lemf::Decrypter& decrypter, const std::vector<lemf::StreamSummary>& streams) {
  const auto counted = [](std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
  };
  std::uint64_t noise = decrypter.other_packets();
  std::size_t shown = 0;
  for (const auto& stream : streams) is_noise(stream) ? noise += stream.packets : ++shown;
  put(counted(shown, "stream") + ", " + counted(decrypter.keys(), "key") + (noise == 0 ? "" : ", " + counted(noise, "other packet")) +
      "\n");
}

// What --force would replace before it is read.
bool is_input(const DecryptOptions& options, const std::string& output) {
  const auto same = [&](const std::string& file) {
    std::error_code error;
    return std::filesystem::equivalent(file, output, error);
  };
  return std::any_of(options.media.begin(), options.media.end(), same) || std::any_of(options.records.begin(), options.records.end(), same);
}

void check_use(const DecryptOptions& options) {
  const auto uses = [](const std::vector<std::string>& files) { return std::count(files.begin(), files.end(), "-"); };
  if (uses(options.records) + uses(options.media) > 1) throw UsageError{"standard input can be read once"};
  if (options.output == "-") throw UsageError{"-o needs a file: the table goes to standard output"};
  if (!options.output.empty() && is_input(options, options.output)) throw UsageError{"-o names a file that is to be read"};
}

int decrypt(const DecryptOptions& options) {
  check_use(options);
  lemf::Decrypter decrypter;
  bool good = for_each_record(options.records, to_module(options.module), [&](const FoundRecord& found) {
    if (const auto added = decrypter.add(found.record, found.carrier); !added) {
      report_notice(found.file,
                    "the SIP message of the record at " + std::to_string(found.offset) + " was left out: " + added.error().message());
    }
  });
  MediaOutput output(options.force ? media::Existing::replace : media::Existing::refuse, options.wav);
  if (!options.wav.empty()) {
    std::error_code error;
    std::filesystem::create_directory(options.wav, error);
    if (error) return report(options.wav, {ErrorKind::unexpected, error.message(), {}, {}, {}}), kBadData;
  }
  if (!options.output.empty()) {
    if (const auto opened = output.open(options.output); !opened) {
      const bool exists = opened.error().text == std::strerror(EEXIST);
      report(options.output, {ErrorKind::unexpected, opened.error().text + (exists ? " (--force replaces it)" : ""), {}, {}, {}});
      return kBadData;
    }
  }
  for (const auto& file : options.media) {
    good = for_each_media_packet(file,
                                 [&](lemf::CarriedPacket packet) {
                                   if (const auto clear = decrypter.take_carried(std::move(packet))) output.put(*clear);
                                 }) &&
           good;
  }
  good = output.close() && good;
  const auto streams = decrypter.streams();
  if (options.json) {
    print_streams_json(streams);
  } else {
    print_streams(streams);
    totals(decrypter, streams);
  }
  flush_output();
  return good && all_opened(streams) ? kDone : kBadData;
}

}  // namespace

Run setup_decrypt(CLI::App& app) {
  auto options = std::make_shared<DecryptOptions>();
  app.add_option("--records", options->records,
                 "files with the IRI records of the calls, or with PS-PDUs that hold them; - is standard input")
      ->required()
      ->option_text("FILE...");
  app.add_option("--media", options->media, "captures (pcap, pcapng), files with HI3 PDUs of IMS calls, or with PS-PDUs that hold content")
      ->required()
      ->option_text("FILE...");
  app.add_option("-o,--output", options->output, "a pcap for the RTP and RTCP in the clear")->option_text("FILE");
  app.add_option("--wav", options->wav, "a folder for a WAV file a stream: G.711 and L16")->option_text("DIR");
  app.add_flag("--force", options->force, "replace files that are there");
  app.add_flag("--json", options->json, "a JSON object a stream, a line each");
  add_module_option(app, options->module);
  app.footer(
      "Ties each stream to a crypto session by its SSRC, by the addresses of offer and answer and by the order of the m= lines, and\n"
      "opens it with the keys of the key records (MIKEY-TICKET) or of a=crypto (SDES). Of several keys the newest that authenticates a\n"
      "packet is right. Packets out of HI3 PDUs and PS-PDUs go by their LIID and correlation, too. Where nothing authenticates packets the "
      "state is unverified, and the exit code 1. Without -o and --wav only the\n"
      "table comes. Keys are never shown.\n"
      "\n"
      "Examples:\n"
      "  hi2 decrypt --records call.ber --media call.pcap -o clear.pcap\n"
      "  hi2 decrypt --records call.ber --media call.hi3 --wav sound\n"
      "  hi2 decrypt --records call.ber --media call.pcap --json | jq 'select(.state != \"decrypted\")'\n");
  return [options] { return decrypt(*options); };
}

}  // namespace li::tool
