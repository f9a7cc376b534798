#include <algorithm>

#include "schema/reading_impl.hpp"
#include "schema/redact.hpp"
#include "schema/value.hpp"

namespace li::schema {

LineSource::~LineSource() { wipe(buffer_.data(), buffer_.size()); }

std::size_t LineSource::line() {
  if (counted_ == nullptr) counted_ = eback();
  lines_ += static_cast<std::size_t>(std::count(counted_, gptr(), '\n'));
  counted_ = gptr();
  return lines_;
}

LineSource::int_type LineSource::underflow() {
  static_cast<void>(line());
  base_ += static_cast<std::size_t>(egptr() - eback());
  in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  setg(buffer_.data(), buffer_.data(), buffer_.data() + in_.gcount());
  counted_ = eback();
  return in_.gcount() == 0 ? traits_type::eof() : traits_type::to_int_type(*gptr());
}

bool LineSource::skip_space() {
  constexpr std::string_view kBetween = " \t\r\n";
  while (true) {
    const auto c = sgetc();
    if (c == traits_type::eof()) return false;
    if (kBetween.find(traits_type::to_char_type(c)) == std::string_view::npos) return true;
    sbumpc();
  }
}

void LineSource::skip_line() {
  for (auto c = sgetc(); c != traits_type::eof() && c != '\n'; c = snextc()) {
  }
}

bool LineSource::back_to_line_start() {
  static_cast<void>(line());
  auto* at = gptr();
  while (at != eback() && at[-1] != '\n') --at;
  if (at == eback() && base_ != 0) return false;
  setg(eback(), at, egptr());
  counted_ = at;
  return true;
}

const Type* type_with_member(std::string_view name) {
  for (const auto* type : stand_alone_types()) {
    if (type->find(name) != nullptr) return type;
  }
  return nullptr;
}

bool put_text(Writer& writer, std::string_view text) {
  const auto* member = writer.pending_member();
  const auto secrecy = member != nullptr ? member->secrecy : Secrecy::none;
  const auto redacted = [&] {
    writer.refuse(ErrorKind::redacted, "the key was masked when this was decoded; decode again with --show-keys");
  };
  if (secrecy == Secrecy::key && was_masked(secrecy, as_bytes(text))) return redacted(), false;
  const auto* type = writer.pending();
  auto content = parse_value(*type, member != nullptr ? member->bounds : type->bounds, text);
  if (!content) {
    writer.refuse(content.error().kind, std::move(content.error().text), std::move(content.error().clause));
  } else if (secrecy != Secrecy::none && secrecy != Secrecy::key && was_masked(secrecy, *content)) {
    redacted();
  } else {
    writer.content(*content);
  }
  return writer.ok();
}

}  // namespace li::schema
