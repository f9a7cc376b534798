#include "lemf/file_records_impl.hpp"

#include <fstream>

#include "capture/reader.hpp"
#include "crypto/hash.hpp"

namespace li::lemf {

namespace {

class Collector {
 public:
  Collector(std::istream& in, const std::string& name, TimePoint received) : reader_(in), name_(name), received_(received) {}

  FileRecords run() {
    using What = capture::Item::What;
    while (const auto item = reader_.next()) {
      if (item->what == What::record) record(*item);
      if (item->what == What::damage || item->what == What::foreign) bad({}, *item->error);
    }
    if (found_.records == 0 && found_.bad == 0) bad({}, {ErrorKind::missing, "no record in it", {}, {}, {}});
    return std::move(found_);
  }

 private:
  void record(const capture::Item& item) {
    const auto record = hi2::decode(item.octets, item.module, {{}, item.offset});
    if (!record) {
      bad(item.octets, record.error());
      return reader_.reject(record.error());
    }
    ++found_.records;
    found_.arrivals.push_back(arrival_of(*record, name_, received_));
  }

  void bad(ByteView octets, const Error& error) {
    ++found_.bad;
    if (found_.first_problem.empty()) found_.first_problem = error.message();
    found_.arrivals.push_back(bad_arrival(octets, error, name_, received_));
  }

  capture::RecordReader reader_;
  const std::string& name_;
  TimePoint received_;
  FileRecords found_;
};

// In pieces that are overwritten.
Result<Bytes> hash_of(std::ifstream& in, const std::filesystem::path& file) {
  crypto::RunningDigest digest(crypto::Hash::sha256);
  RecordBytes piece(64 * 1024);
  while (in) {
    in.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
    digest.add(ByteView(piece).first(static_cast<std::size_t>(in.gcount())));
  }
  if (in.bad()) return failure(ErrorKind::unknown, file.string() + ": can't be read");
  return digest.finish();
}

}  // namespace

Result<FileRecords> read_file_records(const std::filesystem::path& file, const std::string& name, TimePoint received) {
  std::ifstream in;
  in.rdbuf()->pubsetbuf(nullptr, 0);  // the standard's buffer is not overwritten
  in.open(file, std::ios::binary);
  if (!in) return failure(ErrorKind::unknown, file.string() + ": can't be opened");
  auto sha256 = hash_of(in, file);
  if (!sha256) return failure(sha256.error());
  in.clear();
  in.seekg(0);
  auto found = Collector(in, name, received).run();
  if (in.bad()) return failure(ErrorKind::unknown, file.string() + ": can't be read");
  found.sha256 = std::move(*sha256);
  return found;
}

}  // namespace li::lemf
