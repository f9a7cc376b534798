#include "media/capture.hpp"

#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "media/new_file_impl.hpp"

namespace li::media {
namespace {

tl::unexpected<Error> of_file(const std::string& file, std::string text, ErrorKind kind = ErrorKind::malformed) {
  return failure({kind, std::move(text), std::nullopt, file, {}});
}

using Pcap = std::unique_ptr<pcap_t, decltype(&pcap_close)>;

// libpcap reads files of the C library only.
ssize_t read_stream(void* cookie, char* octets, std::size_t size) {
  auto& in = *static_cast<std::istream*>(cookie);
  in.read(octets, static_cast<std::streamsize>(size));
  if (in.gcount() == 0 && in.bad()) return errno = EIO, -1;
  return in.gcount();
}

}  // namespace

struct PacketReader::State {
  static Result<PacketReader> start(Pcap pcap, const std::string& file, const char* error);

  std::string file;
  Pcap pcap{nullptr, &pcap_close};
  CaptureCounts counts;
  bool over = false;
};

PacketReader::PacketReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
PacketReader::~PacketReader() = default;
PacketReader::PacketReader(PacketReader&&) noexcept = default;
PacketReader& PacketReader::operator=(PacketReader&&) noexcept = default;

Result<PacketReader> PacketReader::open(const std::string& file) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  Pcap pcap(pcap_open_offline_with_tstamp_precision(file.c_str(), PCAP_TSTAMP_PRECISION_NANO, text.data()), &pcap_close);
  return State::start(std::move(pcap), file, text.data());
}

Result<PacketReader> PacketReader::read(std::istream& in, const std::string& name) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  FILE* const stream = ::fopencookie(&in, "rb", {&read_stream, nullptr, nullptr, nullptr});
  if (stream == nullptr) return of_file({}, std::strerror(errno), ErrorKind::unexpected);
  Pcap pcap(pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, text.data()), &pcap_close);
  if (!pcap) std::fclose(stream);
  return State::start(std::move(pcap), name, text.data());
}

Result<PacketReader> PacketReader::State::start(Pcap pcap, const std::string& file, const char* error) {
  if (!pcap) return of_file({}, error, ErrorKind::unknown);
  if (const int link = pcap_datalink(pcap.get()); !knows_link_type(link)) {
    const auto* const name = pcap_datalink_val_to_name(link);
    return of_file(file, std::string("frames of link type ") + (name == nullptr ? "?" : name) + " are not read", ErrorKind::unknown);
  }
  auto state = std::make_unique<State>();
  state->file = file;
  state->pcap = std::move(pcap);
  return PacketReader(std::move(state));
}

const CaptureCounts& PacketReader::counts() const { return state_->counts; }

std::optional<Result<UdpPacket>> PacketReader::next() {
  while (!state_->over) {
    pcap_pkthdr* head = nullptr;
    const u_char* octets = nullptr;
    const int got = pcap_next_ex(state_->pcap.get(), &head, &octets);
    if (got != 1) {
      state_->over = true;
      if (got == PCAP_ERROR) return of_file(state_->file, pcap_geterr(state_->pcap.get()), ErrorKind::truncated);
      break;
    }
    auto& counts = state_->counts;
    ++counts.frames;
    const PacketTime time(std::chrono::seconds(head->ts.tv_sec) + std::chrono::nanoseconds(head->ts.tv_usec));
    auto frame = unwrap_frame(pcap_datalink(state_->pcap.get()), {octets, head->caplen}, time);
    if (!frame) {
      ++counts.damaged;
      frame.error().path = "frame " + std::to_string(counts.frames);
      return failure(frame.error());
    }
    if (auto* packet = std::get_if<UdpPacket>(&*frame)) {
      ++counts.udp;
      return std::move(*packet);
    }
    ++(std::get<NotUdp>(*frame) == NotUdp::fragment ? counts.fragments : counts.other);
  }
  return std::nullopt;
}

int make_new_file(const std::string& file, Existing existing) {
  constexpr mode_t kForOwnerOnly = 0600;
  struct stat info {};
  if (existing == Existing::replace && ::lstat(file.c_str(), &info) == 0) {
    if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) return ::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);  // a device
    if (::unlink(file.c_str()) != 0) return -1;
  }
  return ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kForOwnerOnly);
}

struct PacketWriter::State {
  ~State() {
    if (dumper != nullptr) pcap_dump_close(dumper);
    if (pcap != nullptr) pcap_close(pcap);
  }
  std::string file;
  pcap_t* pcap = nullptr;
  pcap_dumper_t* dumper = nullptr;
  std::uint16_t identification = 0;
};

PacketWriter::PacketWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
PacketWriter::~PacketWriter() = default;
PacketWriter::PacketWriter(PacketWriter&&) noexcept = default;
PacketWriter& PacketWriter::operator=(PacketWriter&&) noexcept = default;

Result<PacketWriter> PacketWriter::create(const std::string& file, Existing existing) {
  constexpr int kSnapLength = 65535;
  const int descriptor = make_new_file(file, existing);
  if (descriptor < 0) return of_file(file, std::strerror(errno), ErrorKind::unexpected);
  FILE* const stream = ::fdopen(descriptor, "wb");
  if (stream == nullptr) {
    ::close(descriptor);
    return of_file(file, std::strerror(errno), ErrorKind::unexpected);
  }
  auto state = std::make_unique<State>();
  state->file = file;
  state->pcap = pcap_open_dead_with_tstamp_precision(DLT_RAW, kSnapLength, PCAP_TSTAMP_PRECISION_NANO);
  if (state->pcap != nullptr) state->dumper = pcap_dump_fopen(state->pcap, stream);
  if (state->dumper == nullptr) {
    std::fclose(stream);
    return of_file(file, "libpcap can't write it", ErrorKind::unexpected);
  }
  return PacketWriter(std::move(state));
}

Result<void> PacketWriter::write(const UdpPacket& packet) {
  const auto octets = wrap_ip(packet, state_->identification++);
  if (!octets) return failure(octets.error());
  const auto since = packet.time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  pcap_pkthdr head{};
  head.ts.tv_sec = seconds.count();
  head.ts.tv_usec = (since - seconds).count();
  head.caplen = head.len = static_cast<bpf_u_int32>(octets->size());
  pcap_dump(reinterpret_cast<u_char*>(state_->dumper), &head, octets->data());
  if (std::ferror(pcap_dump_file(state_->dumper)) != 0) return of_file(state_->file, std::strerror(errno), ErrorKind::unexpected);
  return {};
}

Result<void> PacketWriter::close() {
  if (state_->dumper == nullptr) return {};
  const bool good = pcap_dump_flush(state_->dumper) == 0 && std::ferror(pcap_dump_file(state_->dumper)) == 0;
  const int reason = errno;
  pcap_dump_close(state_->dumper);
  state_->dumper = nullptr;
  if (!good) return of_file(state_->file, std::strerror(reason), ErrorKind::unexpected);
  return {};
}

}  // namespace li::media
