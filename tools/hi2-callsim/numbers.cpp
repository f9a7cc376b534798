#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <cstring>

#include "hi2-callsim/poi.hpp"

namespace li::callsim {

namespace {

constexpr std::size_t kDigits = 10;

Error of_system(const std::filesystem::path& path) { return {ErrorKind::missing, path.string() + ": " + std::strerror(errno), {}, {}, {}}; }

}  // namespace

Result<Numbers> Numbers::open(const std::filesystem::path& folder, const x2::Xid& xid) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const auto path = folder / x2::to_string(xid);
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return failure(of_system(path));
  Numbers numbers(file, 0);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) return failure(ErrorKind::limit, path.string() + ": another run has this XID now");
  char digits[kDigits] = {};
  const auto size = ::pread(file, digits, sizeof digits, 0);
  if (size < 0) return failure(of_system(path));
  std::from_chars(digits, digits + size, numbers.next_);
  return numbers;
}

Numbers::Numbers(Numbers&& other) noexcept : file_(std::exchange(other.file_, -1)), next_(other.next_) {}

Numbers::~Numbers() {
  if (file_ >= 0) ::close(file_);
}

Result<void> Numbers::save(std::uint32_t ahead) {
  const auto digits = std::to_string(next_ + ahead);
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, digits.data(), digits.size(), 0) != static_cast<ssize_t>(digits.size()))
    return failure(ErrorKind::limit, std::string("the next sequence number can't be kept: ") + std::strerror(errno));
  return {};
}

}  // namespace li::callsim
