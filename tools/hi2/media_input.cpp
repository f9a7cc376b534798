#include "hi2/media_input.hpp"

#include <fstream>
#include <iostream>

#include "capture/lookahead.hpp"
#include "capture/pdus.hpp"
#include "capture/reader.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "media/capture.hpp"
#include "media/rtp.hpp"
#include "ps/hi3.hpp"
#include "ps/records.hpp"

namespace li::tool {
namespace {

bool is_hi3(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string start(capture::kStart, '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(in.gcount()));
  return capture::form_of(as_bytes(start)) == capture::Form::hi3;
}

bool packets_of_capture(const std::string& file, const std::function<void(media::UdpPacket)>& work) {
  auto reader = media::PacketReader::open(file);
  if (!reader) {
    std::cerr << (reader.error().text.starts_with(file) ? "" : file + ": ") << reader.error().text;
    if (reader.error().text == "unknown file format")
      std::cerr << "; captures (pcap, pcapng) and Voip-CC-PDUs of HI3 are read, content in PS-PDUs is not";
    std::cerr << '\n';
    return false;
  }
  bool good = true;
  while (auto packet = reader->next()) {
    if (*packet) {
      work(std::move(**packet));
    } else {
      auto error = packet->error();
      if (error.path == file) error.path.clear();
      report_notice(file, error.message());
      good = false;
    }
  }
  if (const auto fragments = reader->counts().fragments; fragments != 0) {
    report_notice(file, std::to_string(fragments) + " fragments of UDP packets were left out");
  }
  return good;
}

// UDP without its IP header, or RTP without both: what the network left on.
std::optional<media::UdpPacket> bare(ByteView payload) {
  constexpr std::size_t kUdpHeader = 8;
  const auto at = [&](std::size_t place) { return static_cast<std::uint16_t>(payload[place] << 8 | payload[place + 1]); };
  if (payload.size() > kUdpHeader && at(4) == payload.size() && media::kind_of(payload.subspan(kUdpHeader)) != media::PacketKind::other) {
    return media::UdpPacket{{}, {{}, at(0)}, {{}, at(2)}, to_bytes(payload.subspan(kUdpHeader))};
  }
  if (media::kind_of(payload) == media::PacketKind::other) return std::nullopt;
  return media::UdpPacket{{}, {}, {}, to_bytes(payload)};
}

std::optional<media::UdpPacket> unwrap(ByteView payload) {
  if (auto packet = bare(payload)) return packet;  // RTP starts with version 2, IP with 4 or 6
  auto frame = media::unwrap_ip(payload);
  if (!frame || !std::holds_alternative<media::UdpPacket>(*frame)) return std::nullopt;
  return std::get<media::UdpPacket>(std::move(*frame));
}

bool packets_of_hi3(std::istream& in, const std::string& name, const std::function<void(media::UdpPacket)>& work) {
  capture::PduReader reader(in, capture::Form::hi3);
  bool good = true;
  media::PacketTime time;
  while (const auto item = reader.next()) {
    const auto cc = item->error ? Result<ps::VoipCc>(failure(*item->error)) : ps::decode_voip_cc(item->octets);
    if (cc) {
      time += std::chrono::milliseconds(1);
      if (auto packet = unwrap(cc->payload)) packet->time = time, work(std::move(*packet));
      continue;
    }
    if (!item->error) reader.reject();
    auto error = cc.error();
    error.offset = item->offset;
    report(name, error);
    good = false;
  }
  return good;
}

class Records {
 public:
  using Work = std::function<void(const std::string& file, std::size_t offset, const hi2::IriRecord&)>;
  Records(std::string name, const Work& work) : name_(std::move(name)), work_(work) {}

  void read(std::istream& in, std::optional<hi2::Module> module) {
    capture::RecordReader reader(in, {{}, module});
    while (const auto item = reader.next()) {
      using What = capture::Item::What;
      if (item->error) bad(item->offset, *item->error);
      if (item->what != What::record) continue;
      if (const auto error = record(item->offset, item->octets, item->module)) reader.reject(*error);
    }
  }

  void read_pdus(std::istream& in) {
    capture::PduReader reader(in, capture::Form::ps);
    while (const auto item = reader.next()) {
      const auto pdu = item->error ? Result<ps::Pdu>(failure(*item->error)) : ps::decode(item->octets);
      if (!pdu) {
        if (!item->error) reader.reject();
        bad(item->offset, pdu.error());
        continue;
      }
      for (const auto& one : ps::items(*pdu)) {
        if (one.record) record(item->offset, one.record->octets, one.record->form == ps::Form::eps ? hi2::Module::eps : hi2::Module::umts);
      }
    }
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::optional<Error> record(std::size_t offset, ByteView octets, hi2::Module module) {
    const auto record = hi2::decode(octets, module, {{}, offset});
    if (record) return work_(name_, offset, *record), std::nullopt;
    bad(offset, record.error());
    return record.error();
  }
  void bad(std::size_t offset, Error error) {
    if (!error.offset) error.offset = offset;
    report(name_, error);
    good_ = false;
  }

  std::string name_;
  const Work& work_;
  bool good_ = true;
};

}  // namespace

bool for_each_media_packet(const std::string& file, const std::function<void(media::UdpPacket)>& work) {
  if (file == "-" || !is_hi3(file)) return packets_of_capture(file, work);
  bool good = true;
  const bool opened =
      for_each_input({file}, [&](std::istream& in, const std::string& name) { return good = packets_of_hi3(in, name, work), true; });
  return opened && good;
}

bool for_each_record(const std::vector<std::string>& files, std::optional<hi2::Module> module,
                     const std::function<void(const std::string& file, std::size_t offset, const hi2::IriRecord&)>& work) {
  bool good = true;
  const bool opened = for_each_input(files, [&](std::istream& in, const std::string& name) {
    capture::Lookahead ahead(in);
    std::istream whole(&ahead);
    Records records(name, work);
    if (pick_form({}, ahead.start()) == capture::Form::ps) records.read_pdus(whole);
    else records.read(whole, module);
    good = good && records.good();
    return true;
  });
  return opened && good;
}

}  // namespace li::tool
