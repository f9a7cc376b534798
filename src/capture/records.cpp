#include "capture/records.hpp"

#include <cerrno>
#include <cstring>

namespace li::capture {

Records::Records(const std::string& file, ReaderOptions options)
    : in_(std::make_unique<std::ifstream>(file, std::ios::binary)), reader_(std::make_unique<RecordReader>(*in_, std::move(options))) {
  if (!*in_) not_opened_ = Error{ErrorKind::unknown, "can't open " + file + ": " + std::strerror(errno), {}, {}, {}};
}

void Records::advance() {
  current_.reset();
  if (!in_->is_open()) {
    if (not_opened_) current_ = failure(*std::exchange(not_opened_, std::nullopt));
    return;
  }
  while (const auto item = reader_->next()) {
    if (item->error) {
      current_ = failure(*item->error);
      return;
    }
    if (item->what != Item::What::record) continue;
    current_ = hi2::decode(item->octets, item->module, {{}, item->offset, false});
    if (!*current_) reader_->reject(current_->error());
    return;
  }
}

}  // namespace li::capture
