#include "lemf/file_records_impl.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <streambuf>

#include "capture/reader.hpp"
#include "crypto/hash.hpp"

namespace li::lemf {

namespace {

// A piece is one transaction, and what is in memory at once.
constexpr std::size_t kPieceRecords = 1000;
constexpr std::size_t kPieceOctets = 1024 * 1024;

tl::unexpected<Error> unreadable(const std::filesystem::path& path, int reason) {
  return failure(ErrorKind::unknown, path.string() + ": " + std::strerror(reason));
}

// Of an open file, from its start, through a buffer that is overwritten.
class FileOctets : public std::streambuf {
 public:
  explicit FileOctets(int file) : file_(file), room_(64 * 1024) {}
  [[nodiscard]] int reason() const { return reason_; }

 protected:
  int_type underflow() override {
    const auto got = ::pread(file_, room_.data(), room_.size(), at_);
    if (got < 0) reason_ = errno;
    if (got <= 0) return traits_type::eof();
    at_ += got;
    auto* begin = reinterpret_cast<char*>(room_.data());
    setg(begin, begin, begin + got);
    return traits_type::to_int_type(*begin);
  }

 private:
  int file_;
  off_t at_ = 0;
  int reason_ = 0;
  RecordBytes room_;
};

class Collector {
 public:
  using Use = std::function<Result<void>(FilePiece&)>;
  Collector(std::istream& in, const std::string& name, TimePoint received, const Use& use)
      : reader_(in), name_(name), received_(received), use_(use) {}

  Result<FileCounts> run() {
    using What = capture::Item::What;
    while (const auto item = reader_.next()) {
      if (item->what == What::record) record(*item);
      if (item->what == What::damage || item->what == What::foreign) bad({}, *item->error);
      if (!used_) return failure(used_.error());
    }
    if (counts_.records == 0 && counts_.bad == 0) bad({}, {ErrorKind::missing, "no record in it", {}, {}, {}});
    return counts_;
  }
  /// Behind run(): by then it is known whether all could be read.
  Result<void> finish() {
    piece_.last = true;
    return use_(piece_);
  }

 private:
  void record(const capture::Item& item) {
    const auto record = hi2::decode(item.octets, item.module, {{}, item.offset});
    if (!record) {
      bad(item.octets, record.error());
      return reader_.reject(record.error());
    }
    ++counts_.records;
    add(arrival_of(*record, name_, received_));
  }

  void bad(ByteView octets, const Error& error) {
    ++counts_.bad;
    if (counts_.first_problem.empty()) counts_.first_problem = error.message();
    add(bad_arrival(octets, error, name_, received_));
  }

  void add(Arrival arrival) {
    if (piece_.arrivals.size() == kPieceRecords || (octets_ + arrival.octets.size() > kPieceOctets && !piece_.arrivals.empty())) {
      used_ = use_(piece_);
      piece_.at += piece_.arrivals.size();
      piece_.arrivals.clear();
      octets_ = 0;
    }
    octets_ += arrival.octets.size();
    piece_.arrivals.push_back(std::move(arrival));
  }

  capture::RecordReader reader_;
  const std::string& name_;
  TimePoint received_;
  const Use& use_;
  FileCounts counts_;
  FilePiece piece_;
  std::size_t octets_ = 0;  // of the piece
  Result<void> used_;
};

}  // namespace

Result<TakenFile> TakenFile::open(const std::filesystem::path& path) {
  TakenFile file(path, ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.descriptor_ < 0 && (errno == ELOOP || errno == ENXIO)) return file;  // a link, a socket
  if (file.descriptor_ < 0) return unreadable(path, errno);
  struct stat info {};
  if (::fstat(file.descriptor_, &info) != 0) return unreadable(path, errno);
  file.regular_ = S_ISREG(info.st_mode);
  file.size_ = static_cast<std::uint64_t>(info.st_size);
  return file;
}

TakenFile::~TakenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

TakenFile::TakenFile(TakenFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), regular_(other.regular_), size_(other.size_) {}

Result<Bytes> sha256_of(const TakenFile& file) {
  crypto::RunningDigest digest(crypto::Hash::sha256);
  FileOctets octets(file.descriptor());
  RecordBytes piece(64 * 1024);
  for (;;) {
    const auto got = octets.sgetn(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
    if (got <= 0) break;
    digest.add(ByteView(piece).first(static_cast<std::size_t>(got)));
  }
  if (octets.reason() != 0) return unreadable(file.path(), octets.reason());
  return digest.finish();
}

Result<FileCounts> each_piece(const TakenFile& file, const std::string& name, TimePoint received,
                              const std::function<Result<void>(FilePiece&)>& use) {
  FileOctets octets(file.descriptor());
  std::istream in(&octets);
  Collector collector(in, name, received, use);
  auto counts = collector.run();
  if (!counts) return counts;
  if (octets.reason() != 0) return unreadable(file.path(), octets.reason());
  if (auto done = collector.finish(); !done) return failure(done.error());
  return counts;
}

}  // namespace li::lemf
