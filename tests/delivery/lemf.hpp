// delivery/lemf.hpp: a LEMF over real TLS with the manners wanted, and a spool in memory.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "delivery/ps_sender.hpp"
#include "support/certificates.hpp"

namespace li::test {

using namespace std::chrono_literals;

constexpr auto kGuard = 20s;

struct Certificates {
  Authority authority;
  Identity lemf = authority.issue("DNS:lemf.example");
  Identity df2 = authority.issue("DNS:df2.example");
};

/// Made once for all tests: each certificate takes a while.
[[nodiscard]] Certificates& certificates();
[[nodiscard]] std::shared_ptr<net::TlsContext> load(const net::TlsSettings& settings);

/// A PS-PDU with that sequence number that holds a record.
[[nodiscard]] RecordBytes iri(std::uint32_t number);

/// Only what a sender asks for.
class MemorySpool : public delivery::Spool {
 public:
  void add(std::uint32_t first, std::uint32_t count);
  /// Waits until so many are left.
  [[nodiscard]] bool wait_for_depth(std::size_t most);
  void fail(bool on) { failing_ = on; }

  Result<std::vector<delivery::Waiting>> read(std::string_view, std::int64_t after, std::size_t most, std::size_t) override;
  Result<void> confirm(std::string_view, const std::vector<std::int64_t>& ids) override;

  Result<std::unique_ptr<Batch>> begin() override { return none(); }
  Result<std::optional<delivery::Upload>> upload(std::string_view) override { return none(); }
  Result<void> begin_upload(std::string_view, const delivery::Upload&) override { return none(); }
  Result<std::uint64_t> next_file_number(std::string_view, ByteView) override { return none(); }
  Result<std::vector<delivery::State>> kept(std::string_view) override { return none(); }
  Result<delivery::Depth> depth(std::string_view) override { return none(); }
  Result<std::vector<Bytes>> liids() override { return none(); }
  Result<std::uint64_t> erase(ByteView) override { return none(); }
  Result<std::uint64_t> erasures() override { return 0U; }
  Result<void> tidy(TimePoint) override { return none(); }

 private:
  static tl::unexpected<Error> none() { return failure(ErrorKind::unknown, "not in this test"); }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<std::int64_t, RecordBytes>> entries_;
  std::int64_t last_id_ = 0;
  std::atomic<bool> failing_ = false;
};

/// Takes PDUs by ReceiverLink. Manners can be changed while it runs.
class Lemf {
 public:
  enum class Manners {
    good,
    silent,   ///< reads, and answers nothing
    stalled,  ///< does not even read
    dies,     ///< breaks the connection off before it stores anything
    deaf,     ///< answers keep-alives, and does not know options
  };
  explicit Lemf(bool acknowledgement = true, std::uint16_t port = 0, const Identity& identity = certificates().lemf);

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void behave(Manners manners) { manners_ = manners; }
  /// Numbers in the order of storing, those that came again left out.
  [[nodiscard]] std::vector<std::uint32_t> wait_for(std::size_t count);
  [[nodiscard]] std::size_t repeated();
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve(net::TlsStream& stream);
  [[nodiscard]] bool take(net::TlsStream& stream, delivery::ReceiverLink& link, ByteView octets);
  [[nodiscard]] bool take_deaf(net::TlsStream& stream, delivery::Framer& framer, ByteView octets);
  void store(std::uint32_t number);

  const bool acknowledgement_;
  std::atomic<Manners> manners_ = Manners::good;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::condition_variable stored_;
  std::vector<std::uint32_t> numbers_;
  std::size_t repeated_ = 0;
  std::unique_ptr<net::StreamServer> server_;  // the last member: its threads use the others
};

}  // namespace li::test
