#include "hi2/media_input.hpp"

#include <iostream>

#include "capture/lookahead.hpp"
#include "capture/pdus.hpp"
#include "capture/reader.hpp"
#include "hi2/commands.hpp"
#include "hi2/input.hpp"
#include "hi2/media_pdus.hpp"
#include "media/capture.hpp"
#include "ps/instant.hpp"
#include "ps/records.hpp"

namespace li::tool {
namespace {

constexpr std::string_view kRead = "captures (pcap, pcapng), PS-PDUs with content and Voip-CC-PDUs of HI3 are read";

bool no_capture(const std::string& file, std::string text, bool empty) {
  if (empty) text = "is empty";
  if (text == "unknown file format") text += "; " + std::string(kRead);
  std::cerr << (text.starts_with(file) ? "" : file + ": ") << text << '\n';
  return false;
}

// The first few of many, and the last.
class BadFrames {
 public:
  explicit BadFrames(std::string file) : file_(std::move(file)) {}
  void add(Error error) {
    if (error.path == file_) error.path.clear();
    auto text = error.message();
    if (text.find("different from the type of the first interface") != std::string::npos)
      text += "; captures of one link type are read: split it, e.g. with tshark -Y frame.interface_id";
    if (++count_ <= kShown) report_notice(file_, text);
    else last_ = std::move(text);
  }
  bool none() {
    if (count_ > kShown + 1) report_notice(file_, std::to_string(count_ - kShown - 1) + " more like these");
    if (count_ > kShown) report_notice(file_, last_);
    return count_ == 0;
  }

 private:
  static constexpr std::uint64_t kShown = 3;
  std::string file_, last_;
  std::uint64_t count_ = 0;
};

bool packets_of_capture(std::istream& in, const std::string& file, const MediaWork& work) {
  const bool empty = in.peek() == std::istream::traits_type::eof();
  if (empty) in.clear();
  auto reader = media::PacketReader::read(in, file);
  if (!reader) return no_capture(file, reader.error().text, empty);
  BadFrames bad(file);
  while (auto packet = reader->next()) {
    if (*packet) work({std::move(**packet)});
    else bad.add(packet->error());
  }
  const auto& counts = reader->counts();
  if (counts.fragments != 0) report_notice(file, std::to_string(counts.fragments) + " fragments of UDP packets were left out");
  const bool good = bad.none();
  if (counts.udp != 0 || counts.fragments != 0 || !good) return good;
  report_notice(file, counts.frames == 0 ? "there is no frame in it"
                                         : "none of its frames is UDP over IP; tunnels (GRE, MPLS, PPPoE) are not looked into");
  return false;
}

class Records {
 public:
  Records(std::string name, const RecordWork& work) : name_(std::move(name)), work_(work) {}

  void read(std::istream& in, std::optional<hi2::Module> module) {
    capture::RecordReader reader(in, {{}, module});
    while (const auto item = reader.next()) {
      using What = capture::Item::What;
      if (item->error) bad(item->offset, *item->error);
      if (item->what != What::record) continue;
      if (const auto error = record(item->offset, item->octets, item->module, {})) reader.reject(*error);
    }
  }

  void read_pdus(std::istream& in) {
    capture::PduReader reader(in, capture::Form::ps);
    bool any = false;
    while (const auto item = reader.next()) {
      const auto pdu = item->error ? Result<ps::Pdu>(failure(*item->error)) : ps::decode(item->octets);
      if (!pdu) {
        if (!item->error) reader.reject();
        bad(item->offset, pdu.error());
        continue;
      }
      lemf::RecordCarrier carrier{communication_of(pdu->header), {}};
      for (const auto& one : ps::items(*pdu)) {
        if (!one.record) continue;
        any = true;
        carrier.time = one.time ? one.time : ps::instant_of(pdu->header);
        record(item->offset, one.record->octets, one.record->form == ps::Form::eps ? hi2::Module::eps : hi2::Module::umts, carrier);
      }
    }
    if (!any && good_) report_notice(name_, "no PS-PDU in it holds an IRI record of TS 33.108");
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::optional<Error> record(std::size_t offset, ByteView octets, hi2::Module module, const lemf::RecordCarrier& carrier) {
    const auto record = hi2::decode(octets, module, {{}, offset});
    if (record) return work_({name_, offset, *record, carrier}), std::nullopt;
    bad(offset, record.error());
    return record.error();
  }
  void bad(std::size_t offset, Error error) {
    if (!error.offset) error.offset = offset;
    report(name_, error);
    good_ = false;
  }

  std::string name_;
  const RecordWork& work_;
  bool good_ = true;
};

}  // namespace

bool for_each_media_packet(const std::string& file, const MediaWork& work) {
  bool good = true;
  const bool opened = for_each_input({file}, [&](std::istream& in, const std::string& name) {
    capture::Lookahead ahead(in);
    std::istream whole(&ahead);
    const auto form = capture::form_of(ahead.start());
    const bool pdus = form == capture::Form::hi3 || form == capture::Form::ps;
    good = pdus ? packets_of_pdus(whole, name, form, work) : packets_of_capture(whole, name, work);
    return true;
  });
  return opened && good;
}

bool for_each_record(const std::vector<std::string>& files, std::optional<hi2::Module> module, const RecordWork& work) {
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
