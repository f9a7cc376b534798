#include "delivery/ps_sender.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "delivery/sender_notes_impl.hpp"
#include "delivery/wall_clock_impl.hpp"

namespace li::delivery {
namespace {

using Clock = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;
using Stream = net::TlsStream;
using Job = SenderNotes::Job;

constexpr std::size_t kBatchEntries = 256;
constexpr std::size_t kBatchOctets = 256 * 1024;
constexpr std::size_t kPiece = 16 * 1024;       // small entries go to the socket together
constexpr std::size_t kMostAtOnce = 64 * 1024;  // and large ones by and by
constexpr auto kSpoolRetry = std::chrono::seconds(1);
constexpr auto kProven = std::chrono::seconds(1);  // a connection that lives so long is worth an attempt at once

}  // namespace

class PsSender::Impl {
 public:
  Impl(PsSenderSettings settings, Spool& spool, PsSenderEvents events)
      : settings_(std::move(settings)),
        spool_(spool),
        notes_(std::move(events)),
        link_(settings_.identity, settings_.times, settings_.window, settings_.negotiate),
        thread_([this] { run(); }) {}

  void wake() {
    if (!more_.exchange(true)) wake_stream();
  }

  [[nodiscard]] PsSenderStatus status() const { return notes_.status(); }

  void begin_stop(Millis grace) {
    {
      const std::lock_guard lock(mutex_);
      if (!stop_at_) stop_at_ = Clock::now() + grace;
      stopping_ = true;
    }
    stopped_.notify_all();
    wake_stream();
  }

  void stop(Millis grace) {
    begin_stop(grace);
    if (thread_.joinable()) thread_.join();
  }

 private:
  // --- the thread ---

  void run() {
    auto pause = Millis(0);
    while (!stopping_) {
      bool proven = false;
      try {
        proven = connect_and_talk();
      } catch (const std::exception& exception) {  // memory or OpenSSL
        notes_.lost({ErrorKind::limit, exception.what(), std::nullopt, {}, {}});
      }
      pause = proven ? Millis(0) : next_pause(pause);
      std::unique_lock lock(mutex_);
      stopped_.wait_for(lock, pause, [this] { return stopping_.load(); });
    }
  }

  [[nodiscard]] Millis next_pause(Millis last) const { return std::min(settings_.retry, std::max(settings_.retry / 4, last * 2)); }

  // Whether the connection was of use.
  bool connect_and_talk() {
    auto stream = Stream::connect(settings_.target, settings_.connecting);
    if (!stream) {
      notes_.lost(stream.error());
      return false;
    }
    opened_.reset();
    confirmed_here_ = heard_ = false;
    const auto talked = [&] {
      const Use use(*this, **stream);
      return talk(**stream);
    }();
    if (talked) (*stream)->close();
    else notes_.lost(talked.error());
    return confirmed_here_ || (opened_ && Clock::now() - *opened_ >= kProven);
  }

  /// Ends without an Error when the sender is to stop.
  Result<void> talk(Stream& stream) {
    cursor_ = unkept_.empty() ? 0 : unkept_.back();
    on_way_.clear();
    more_ = true;
    auto done = send(stream, link_.start(Clock::now(), wall_now()));
    std::array<std::uint8_t, 4096> room{};
    while (done) {
      note_opening(stream);
      if (is_over()) return {};
      done = send_entries(stream);
      if (done) done = send(stream, link_.tick(Clock::now(), wall_now()));
      if (!done) break;
      const auto got = stream.receive(room, until(next_step()));
      if (!got) return failure(got.error());
      if (got->what == net::Received::What::end) return failure(ErrorKind::missing, "the LEMF closed the connection");
      heard_ = heard_ || got->what == net::Received::What::octets;
      if (got->what == net::Received::What::octets)
        done = send(stream, link_.feed(ByteView(room).first(got->count), Clock::now(), wall_now()));
      keep_confirmed();
    }
    return done;
  }

  // What the link wants to say. An Error of the link is no refusal by TLS.
  [[nodiscard]] Result<void> send(Stream& stream, const Result<RecordBytes>& octets) const {
    if (octets) return send(stream, ByteView(*octets));
    auto error = octets.error();
    if (error.kind == ErrorKind::unexpected) error.kind = ErrorKind::malformed;
    return failure(std::move(error));
  }

  // In pieces: a LEMF that takes one of them in time is slow, but alive.
  [[nodiscard]] Result<void> send(Stream& stream, ByteView octets) const {
    Result<void> sent;
    for (; sent && !octets.empty(); octets = octets.subspan(std::min(octets.size(), kMostAtOnce)))
      sent = stream.send(octets.first(std::min(octets.size(), kMostAtOnce)), settings_.times.answer);
    return sent;
  }

  Result<void> send_entries(Stream& stream) {
    if (stopping_ || !link_.ready() || Clock::now() < spool_again_ || !more_.exchange(false)) return {};
    const auto most = std::min(kBatchEntries, settings_.window.entries - link_.unconfirmed());
    const auto entries = spool_.read(settings_.destination, cursor_, most, kBatchOctets);
    if (!entries) spool_failed(Job::read, entries.error());
    else notes_.spool_works(Job::read);
    if (!entries || !entries->empty()) more_ = true;
    return entries ? send_batch(stream, *entries) : Result<void>();
  }

  // As much of it as the window lets through.
  Result<void> send_batch(Stream& stream, const std::vector<Waiting>& entries) {
    RecordBytes piece;
    std::size_t count = 0;
    for (; count < entries.size() && link_.ready(); ++count) {
      const auto& entry = entries[count];
      append(piece, entry.octets);
      link_.sent(entry.id, entry.octets.size(), Clock::now());
      on_way_.push_back(entry.event);
      cursor_ = entry.id;
      if (piece.size() < kPiece) continue;
      if (auto sent = send(stream, ByteView(piece)); !sent) return sent;
      piece.clear();
    }
    notes_.sent(count, link_.unconfirmed());
    return send(stream, ByteView(piece));
  }

  // When there is something to do without octets from the LEMF.
  [[nodiscard]] Clock::time_point next_step() {
    auto next = link_.due();
    if (more_ && link_.ready()) next = std::min(next, spool_again_);
    if (!unkept_.empty()) next = std::min(next, spool_again_);
    if (stopping_) {
      const std::lock_guard lock(mutex_);
      next = std::min(next, *stop_at_);
    }
    return next;
  }

  static Millis until(Clock::time_point when) { return std::max(Millis(0), std::chrono::ceil<Millis>(when - Clock::now())); }

  [[nodiscard]] bool is_over() {
    if (!stopping_) return false;
    link_.hurry();
    const std::lock_guard lock(mutex_);
    return (link_.unconfirmed() == 0 && unkept_.empty()) || Clock::now() >= *stop_at_;
  }

  // --- what the LEMF confirmed ---

  void keep_confirmed() {
    const auto ids = link_.take_confirmed();
    unkept_.insert(unkept_.end(), ids.begin(), ids.end());
    const auto last = on_way_.begin() + static_cast<std::ptrdiff_t>(ids.size());
    unkept_events_.insert(unkept_events_.end(), on_way_.begin(), last);
    on_way_.erase(on_way_.begin(), last);
    if (unkept_.empty() || Clock::now() < spool_again_) return;
    if (const auto kept = spool_.confirm(settings_.destination, unkept_); !kept) return spool_failed(Job::confirm, kept.error());
    notes_.spool_works(Job::confirm);
    confirmed_here_ = true;
    notes_.delivered(unkept_events_, link_.unconfirmed(), wall_now());
    unkept_.clear();
    unkept_events_.clear();
  }

  void spool_failed(Job job, const Error& error) {
    spool_again_ = Clock::now() + kSpoolRetry;
    notes_.spool_failed(job, error);
  }

  // PDUs can go from now on. Before the LEMF has said something it may still refuse our certificate: in TLS 1.3 it does so behind our
  // handshake.
  void note_opening(const Stream& stream) {
    if (opened_ || !heard_ || !link_.acknowledges()) return;
    opened_ = Clock::now();
    notes_.connected(stream.peer(), *link_.acknowledges(), wall_now());
  }

  // --- between threads ---

  class Use {
   public:
    Use(Impl& sender, Stream& stream) : sender_(sender) { set(&stream); }
    ~Use() { set(nullptr); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    void set(Stream* stream) {
      const std::lock_guard lock(sender_.stream_mutex_);
      sender_.stream_ = stream;
    }
    Impl& sender_;
  };

  void wake_stream() {
    const std::lock_guard lock(stream_mutex_);
    if (stream_ != nullptr) stream_->wake();
  }

  const PsSenderSettings settings_;
  Spool& spool_;
  SenderNotes notes_;
  std::atomic<bool> more_ = true;  // entries may be there that were not read
  std::atomic<bool> stopping_ = false;

  std::mutex mutex_;
  std::condition_variable stopped_;
  std::optional<Clock::time_point> stop_at_;

  std::mutex stream_mutex_;
  Stream* stream_ = nullptr;

  // Of the thread.
  SenderLink link_;
  std::int64_t cursor_ = 0;
  std::deque<TimePoint> on_way_;      // when what is on its way happened
  std::vector<std::int64_t> unkept_;  // confirmed by the LEMF, but the spool does not know it yet
  std::vector<TimePoint> unkept_events_;
  Clock::time_point spool_again_;  // not before: the spool has failed
  std::optional<Clock::time_point> opened_;
  bool confirmed_here_ = false;
  bool heard_ = false;  // something came on this connection
  std::thread thread_;  // the last member: it uses the others
};

PsSender::PsSender(PsSenderSettings settings, Spool& spool, PsSenderEvents events)
    : impl_(std::make_unique<Impl>(std::move(settings), spool, std::move(events))) {}
PsSender::~PsSender() { stop(); }  // NOLINT(bugprone-exception-escape): a thread that can't be joined is a bug

void PsSender::wake() { impl_->wake(); }
PsSenderStatus PsSender::status() const { return impl_->status(); }
void PsSender::begin_stop(std::chrono::milliseconds grace) { impl_->begin_stop(grace); }
void PsSender::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace li::delivery
