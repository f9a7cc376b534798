// media/capture.hpp: the UDP packets of a pcap or pcapng file, one at a time, and a pcap file of UDP packets.
//
// Source:  libpcap's files; link layers as in packet.hpp.
// Units:   offsets are octets from the start of a frame; frames are counted from 1, as other tools count them.
// Errors:  a file that is none, or ends inside a frame; a frame that is wrong is an error in its place, and reading goes on.
// Owns:    both ends own their open file. One packet is in memory at a time.
#pragma once

#include <istream>
#include <memory>

#include "media/packet.hpp"

namespace li::media {

/// What was in the file beside UDP packets.
struct CaptureCounts {
  std::uint64_t frames = 0;
  std::uint64_t udp = 0;
  std::uint64_t fragments = 0;  ///< of UDP packets: they are not put together
  std::uint64_t other = 0;      ///< not IP, or not UDP
  std::uint64_t damaged = 0;
};

class PacketReader {
 public:
  /// "-" is standard input.
  [[nodiscard]] static Result<PacketReader> open(const std::string& file);
  /// A stream, which must outlive the reader; it need not be one that can be wound back.
  [[nodiscard]] static Result<PacketReader> read(std::istream& in, const std::string& name);
  ~PacketReader();
  PacketReader(PacketReader&&) noexcept;
  PacketReader& operator=(PacketReader&&) noexcept;

  /// The next UDP packet, or what is wrong with a frame, or nothing at the end. What is no UDP is stepped over and counted.
  [[nodiscard]] std::optional<Result<UdpPacket>> next();
  /// `counts().frames` is the number of the frame that next() gave.
  [[nodiscard]] const CaptureCounts& counts() const;

 private:
  struct State;
  explicit PacketReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

enum class Existing : std::uint8_t { refuse, replace };

/// Raw IP frames with times of nanoseconds. What was written is a whole file only after close().
class PacketWriter {
 public:
  [[nodiscard]] static Result<PacketWriter> create(const std::string& file, Existing existing = Existing::refuse);
  ~PacketWriter();
  PacketWriter(PacketWriter&&) noexcept;
  PacketWriter& operator=(PacketWriter&&) noexcept;

  [[nodiscard]] Result<void> write(const UdpPacket& packet);
  [[nodiscard]] Result<void> close();

 private:
  struct State;
  explicit PacketWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace li::media
