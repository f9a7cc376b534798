#include "capture/reader.hpp"

#include <algorithm>

#include "capture/fill_impl.hpp"
#include "capture/form.hpp"
#include "capture/heads_impl.hpp"

namespace li::capture {
namespace {

using ber::Fault;
using ber::Header;

}  // namespace

RecordReader::RecordReader(std::istream& in, ReaderOptions options) : in_(in), options_(std::move(options)) {}

// Makes sure that so many octets are in the buffer behind the place of reading; false at the end of the input.
bool RecordReader::have(std::size_t octets) {
  if (buffer_.size() - at_ >= octets) return true;
  const auto done = rejected_ && last_ >= base_ ? last_ - base_ : at_;  // a record that was rejected may hold the next one
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(done));
  base_ += done;
  at_ -= done;
  octets += at_;
  if (!end_of_input_ && !fill(in_, buffer_, octets)) end_of_input_ = true;
  return buffer_.size() >= octets;
}

void RecordReader::skip_filler() {
  while (have(1) && is_filler(buffer_[at_])) ++at_;
}

std::optional<Item> RecordReader::next() {
  if (over_) return {};
  if (rejected_) {
    if (!resume_at(broken_at_) && !record_may_start()) resync(last_ + 1);
    rejected_ = false;
  }
  if (aggregate_) return in_aggregate();
  return first_item();
}

std::optional<Item> RecordReader::first_item() {
  if (!seen_any_) {
    have(kStart);
    if (auto what = recognize(rest().first(std::min(kStart, rest().size())))) {
      over_ = true;
      auto item = damage({ErrorKind::unknown, std::move(*what), here(), {}, {}});
      item.what = Item::What::foreign;
      return item;
    }
  }
  skip_filler();
  if (!have(1)) {
    over_ = true;
    if (seen_any_) return {};
    return damage({ErrorKind::missing, here() == 0 ? "empty input: no IRI record" : "nothing but filler octets: no IRI record", 0, {}, {}});
  }
  seen_any_ = true;
  return start();
}

// A record or an aggregate, at the place of reading.
Item RecordReader::start() {
  have(kMaxHeader);
  Header header;
  const auto fault = ber::read_header(buffer_, at_, buffer_.size(), header);
  if (fault != Fault::none && fault != Fault::past_end) {
    auto error = ber::describe(fault, header, at_, buffer_.size());
    error.offset = here();
    auto item = damage(std::move(error));
    resync(here() + 1);
    return item;
  }
  if (is_aggregate(header)) return open_aggregate(header);
  if (is_record(header)) return record(header);
  auto item = damage({ErrorKind::unexpected,
                      "tag " + ber::to_string(header.tag) + " starts no IRI record: it must be [1] to [4], or a SEQUENCE of such",
                      here(),
                      {},
                      "TS 33.108 B.3, B.9"});
  const auto size = whole_size(header);
  const auto place = here();
  if (!header.indefinite && size <= options_.limits.max_octets && have(size)) {  // a whole value of another kind is stepped over
    at_ += size;
    if (!record_may_start()) resync(place + 1);
  } else {
    resync(place + 1);
  }
  return item;
}

// The size of the record at the place of reading, all of it in the buffer; or what is wrong.
std::optional<std::size_t> RecordReader::measure(const Header& header, Error& error) {
  const auto most = options_.limits.max_octets;
  const auto too_large = [&] { error = {ErrorKind::limit, "a record of more than " + std::to_string(most) + " octets", here(), {}, {}}; };
  if (!header.indefinite) {
    const auto size = whole_size(header);
    if (header.length > most) return too_large(), std::nullopt;
    if (have(size)) return size;
    error = ber::describe(Fault::past_end, header, at_, buffer_.size());
    error.text += " of the input";
    error.offset = here();
    return {};
  }
  auto limits = options_.limits;
  limits.max_nodes = SIZE_MAX;  // the walk counts
  for (std::size_t size = kPiece;; size = std::min(most + kMaxHeader, size * 2)) {
    const bool more = have(size);
    const auto measured = ber::measure(rest().first(std::min(rest().size(), most + kMaxHeader)), limits);
    if (measured) return *measured;
    if (measured.error().kind == ErrorKind::truncated && more && size < most) continue;
    if (more && size >= most) return too_large(), std::nullopt;
    error = measured.error();
    error.offset = here() + error.offset.value_or(0);
    return {};
  }
}

// The same damage with the member it lies in: a walk goes as far as the record can be read.
Error RecordReader::locate(Error error) const {
  if (error.kind == ErrorKind::limit) return error;
  const auto module = aggregate_ ? aggregate_->module : hi2::look(rest()).module.value_or(options_.module.value_or(hi2::Module::umts));
  schema::WalkOptions options{options_.limits, here(), true};
  const auto walked = schema::check(hi2::content_type(module), rest().first(std::min(rest().size(), options_.limits.max_octets)), options);
  if (walked || walked.error().path.empty()) return error;
  return walked.error();
}

Item RecordReader::record(const Header& header) {
  const auto place = here();
  Error error;
  const auto size = measure(header, error);
  if (aggregate_ && !aggregate_->indefinite && size && place + *size > aggregate_->end) {
    const auto beyond = std::to_string(place + *size - aggregate_->end);
    aggregate_->end = place;  // one of the two lengths is wrong: the aggregate ends, and the record is read as standing behind it
    return damage({ErrorKind::malformed, "a record runs " + beyond + " octets past the end of its aggregate", place, {}, "X.690 8.1.3"});
  }
  if (!error.text.empty()) {
    auto item = damage(locate(std::move(error)));
    item.offset = place;
    resync(place + 1);
    return item;
  }
  const auto domain = hi2::look(rest());
  auto module = domain.module ? domain.module : options_.module;
  if (aggregate_ && !domain.module) module = aggregate_->module;
  if (!module) {
    const auto name = name_of_domain(domain.oid);
    const auto what = domain.oid.empty()
                          ? "no domain identifier [0] that names the module"
                          : "domain identifier " + domain.text() +
                                (name ? " is " + std::string(*name) : " names neither UmtsHI2Operations nor EpsHI2Operations");
    auto item = damage({ErrorKind::unknown, what + "; --module umts or eps decides", place, {}, "TS 33.108 B.3, B.9"});
    at_ += *size;
    return item;
  }
  if (aggregate_ && *module != aggregate_->module) {
    auto item =
        damage({ErrorKind::unexpected,
                "a record of " + std::string(hi2::name(*module)) + " in an aggregate of " + std::string(hi2::name(aggregate_->module)),
                place,
                {},
                {}});
    at_ += *size;
    return item;
  }
  return give(*size, *module);
}

Item RecordReader::give(std::size_t size, hi2::Module module) {
  Item item;
  item.offset = last_ = here();
  item.octets = rest().first(size);
  item.module = module;
  item.in_aggregate = aggregate_.has_value();
  note_release(item);
  at_ += size;
  return item;
}

void RecordReader::note_release(Item& item) {
  const auto domain = hi2::look(item.octets);
  if (!domain.module || domain.registered) return;
  auto text = domain.text();
  if (std::ranges::find(noticed_, text) != noticed_.end() || noticed_.size() > 100) return;
  item.notice = "domain identifier " + text + " is no release of " + std::string(hi2::name(*domain.module)) +
                " that is known here; read with release 16";
  noticed_.push_back(std::move(text));
}

Item RecordReader::open_aggregate(const Header& header) {
  const auto domain = hi2::look(rest());
  const auto module = domain.module ? domain.module : options_.module;
  if (!module) {
    const auto name = name_of_domain(domain.oid);
    auto item = damage({ErrorKind::unknown,
                        domain.oid.empty()
                            ? "an aggregate whose first record names no module; --module umts or eps decides"
                            : "domain identifier " + domain.text() + (name ? " is " + std::string(*name) : " names no module of this tool"),
                        here(),
                        {},
                        "TS 33.108 B.3, B.9"});
    Error ignored;
    const auto size = measure(header, ignored);
    if (size) at_ += *size;
    else resync(here() + 1);
    return item;
  }
  aggregate_ = Aggregate{here(), here() + whole_size(header), header.indefinite, *module};
  Item item;
  item.what = Item::What::aggregate_begin;
  item.offset = here();
  item.module = *module;
  item.octets = rest().first(header.octets);
  at_ += header.octets;
  return item;
}

std::optional<Item> RecordReader::in_aggregate() {
  if (!aggregate_->indefinite && here() >= aggregate_->end) return close_aggregate();
  if (!have(1)) {
    over_ = true;
    aggregate_.reset();
    return damage({ErrorKind::truncated, "the input ends inside an aggregate", here(), {}, "X.690 8.1.3"});
  }
  if (aggregate_->indefinite && buffer_[at_] == 0 && have(2) && buffer_[at_ + 1] == 0) {
    return close_aggregate();
  }
  have(kMaxHeader);
  Header header;
  const auto fault = ber::read_header(buffer_, at_, buffer_.size(), header);
  if ((fault == Fault::none || fault == Fault::past_end) && is_record(header)) return record(header);
  const auto place = here();
  auto item = damage({ErrorKind::unexpected,
                      fault == Fault::none || fault == Fault::past_end ? "tag " + ber::to_string(header.tag) + " is no alternative of " +
                                                                             std::string(hi2::content_type(aggregate_->module).name)
                                                                       : ber::describe(fault, header, at_, buffer_.size()).text,
                      place,
                      {},
                      std::string(hi2::name(aggregate_->module))});
  const auto size = whole_size(header);
  const bool inside = !header.indefinite && fault == Fault::none && (aggregate_->indefinite || place + size <= aggregate_->end) &&
                      size <= options_.limits.max_octets;
  if (inside && have(size)) at_ += size;
  else resync(place + 1);
  return item;
}

Item RecordReader::close_aggregate() {
  Item item;
  item.what = Item::What::aggregate_end;
  item.offset = here();
  item.module = aggregate_->module;
  if (aggregate_->indefinite) {
    item.octets = rest().first(2);
    at_ += 2;
  }
  aggregate_.reset();
  return item;
}

Item RecordReader::damage(Error error) {
  Item item;
  item.what = Item::What::damage;
  item.offset = error.offset.value_or(here());
  item.in_aggregate = aggregate_.has_value();
  item.error = std::move(error);
  return item;
}

}  // namespace li::capture
