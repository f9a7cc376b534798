// delivery/file_sender.hpp: sends what waits in the spool to one LEMF as files over FTPS, in a thread of its own.
//
// A file holds whole records, one behind the other. It is closed when its first record has waited long enough, or when it is large enough;
// then it goes up under a temporary name and is renamed. Its entries leave the spool when the rename was answered. The name and the
// entries of a file are on the disk before it goes: a second attempt, after whatever failure or restart, sends the same octets to the same
// names. If the answer to the rename was lost, the second attempt finds the final name with the size of the file, and sends nothing. A
// final name that belongs to another file, by its size or because it was there before, is left alone, and the file gets a new one.
//
// Source:  ETSI TS 101 671 C.2; RFC 4217 (AUTH TLS, PROT P); docs/decisions.md. TLS is 1.3 with certificates on both sides for commands and
//          data; passive mode, binary.
// Units:   octets; times are UTC where they are told, and a steady clock's where they are waited for.
// Errors:  faults of the way or of the spool are told to the events and tried again; nothing is given up.
// Owns:    its thread and connection. The spool must outlive it. libcurl's memory is overwritten when it is freed.
#pragma once

#include <memory>
#include <string>

#include "delivery/file_name.hpp"
#include "delivery/spool.hpp"
#include "net/tls.hpp"

namespace li::delivery {

struct FtpsTarget {
  std::string host;  ///< name or address
  std::uint16_t port = 21;
  std::string server_name;  ///< that its certificate must have; empty: the host
  std::string user;
  SecretBytes password;
  std::string directory;  ///< below the login's; empty: the login's own
  net::TlsSettings tls;   ///< peer_names and peers are not used
  std::chrono::milliseconds connecting{5'000};
  std::chrono::milliseconds answer{10'000};  ///< a server that neither answers nor takes an octet for so long is dead
};

struct FileSenderSettings {
  std::string destination;  ///< its name in the spool
  FtpsTarget target;
  FileNaming naming;
  std::chrono::milliseconds close_after{5'000};  ///< 0: by size alone
  std::size_t close_at = 1'000'000;              ///< octets
  std::chrono::milliseconds retry{5'000};        ///< at most so long between two attempts
};

/// What happens is told once, not with every attempt that fails the same way. Called by the sender's thread; empty ones are left out.
struct FileSenderEvents {
  /// The first file went, or the first after a failure.
  std::function<void()> on_connected;
  /// TLS or the login was refused, by the LEMF or by us: a security event.
  std::function<void(const std::string& why)> on_refused;
  std::function<void(const std::string& why)> on_lost;
  /// The spool did not do what it was asked to.
  std::function<void(const std::string& why)> on_fault;
  /// A file was renamed, and its entries have left the spool: when each of them happened.
  std::function<void(const std::string& name, const std::vector<TimePoint>& events)> on_delivered;
};

struct FileSenderStatus {
  bool connected = false;  ///< the last attempt went well
  std::optional<TimePoint> last_confirmed;
  std::string last_error;       ///< stays when all is well again
  std::uint64_t files = 0;      ///< delivered
  std::uint64_t confirmed = 0;  ///< entries
};

class FileSender {
 public:
  /// Starts at once.
  FileSender(FileSenderSettings settings, Spool& spool, FileSenderEvents events = {});
  ~FileSender();  ///< stop()
  FileSender(const FileSender&) = delete;
  FileSender& operator=(const FileSender&) = delete;

  /// There may be new entries. From any thread; costs next to nothing.
  void wake();
  /// Certificates have changed: the next file goes over a new connection.
  void reload();
  [[nodiscard]] FileSenderStatus status() const;

  /// Begins no file, and gives the one on its way so long; does not wait here. May be called again.
  void begin_stop(std::chrono::milliseconds grace);
  /// begin_stop(), and waits for the thread.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace li::delivery
