#include <algorithm>
#include <charconv>
#include <fstream>

#include "base/text.hpp"
#include "ops/audit_text_impl.hpp"

namespace li::ops {
namespace {

std::string lower_hex(ByteView octets) {
  auto hex = to_hex(octets);
  std::transform(hex.begin(), hex.end(), hex.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return hex;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

// A value as it is kept: UTF-8 of a bounded size. Octets that are no UTF-8 are kept as hexadecimal digits.
std::string kept(std::string_view value) {
  const auto whole = value.size();
  if (!is_utf8(as_bytes(value))) {
    return "hex:" + lower_hex(as_bytes(value.substr(0, kMostValue / 2))) +
           (whole > kMostValue / 2 ? "... of " + std::to_string(whole) + " octets" : "");
  }
  if (whole <= kMostValue) return std::string(value);
  auto end = kMostValue;
  while (is_continuation(value[end])) --end;
  return std::string(value.substr(0, end)) + "... of " + std::to_string(whole) + " octets";
}

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20 || octet == 0x7F) {
      out += "\\u00";
      out += kDigits[octet >> 4U];
      out += kDigits[octet & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
}

// Reads a text in the only form that it may have.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool done() const { return good_ && at_ == text_.size(); }
  [[nodiscard]] Error error(std::string text) const { return {ErrorKind::malformed, std::move(text), at_, {}, {}}; }

  bool next_is(char c) const { return good_ && at_ < text_.size() && text_[at_] == c; }
  void expect(std::string_view literal) {
    if (good_ && text_.substr(at_).starts_with(literal)) at_ += literal.size();
    else good_ = false;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    const auto* begin = text_.data() + at_;
    const auto [end, problem] = std::from_chars(begin, text_.data() + text_.size(), value);
    const auto size = static_cast<std::size_t>(end - begin);
    if (!good_ || problem != std::errc() || (*begin == '0' && size > 1)) good_ = false;
    else at_ += size;
    return value;
  }
  std::string hex(std::size_t digits) {
    const auto found = text_.substr(std::min(at_, text_.size()), digits);
    const auto fits = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (found.size() != digits || !std::all_of(found.begin(), found.end(), fits)) good_ = false;
    else at_ += digits;
    return std::string(found);
  }
  std::string string() {
    std::string out;
    expect("\"");
    while (good_ && !next_is('"')) {
      if (at_ >= text_.size() || static_cast<unsigned char>(text_[at_]) < 0x20) good_ = false;
      else if (text_[at_] == '\\') escape(out);
      else out += text_[at_++];
    }
    expect("\"");
    return out;
  }

 private:
  void escape(std::string& out) {
    ++at_;
    if (next_is('"') || next_is('\\')) {
      out += text_[at_++];
      return;
    }
    expect("u00");
    if (const auto octet = from_hex(hex(2)); good_ && octet) out += static_cast<char>(octet->front());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool good_ = true;
};

}  // namespace

std::string no_hash() { return std::string(64, '0'); }

std::string audit_time(TimePoint time) {
  const auto digits = to_generalized_local(time, std::chrono::minutes(0));  // YYYYMMDDhhmmss.mmm
  const auto part = [&](std::size_t at, std::size_t size) { return digits.substr(at, size); };
  return part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(8, 2) + ":" + part(10, 2) + ":" + part(12, 6) + "Z";
}

Result<void> check_entry(std::string_view event, const Fields& fields) {
  if (!is_word(event)) return failure(ErrorKind::malformed, "the event of an audit entry is no word");
  if (fields.size() > kMostFields) return failure(ErrorKind::limit, "an audit entry has too many fields");
  for (auto field = fields.begin(); field != fields.end(); ++field) {
    const auto same = [&](const Field& other) { return other.name == field->name; };
    if (!is_word(field->name)) return failure(ErrorKind::malformed, "the name of an audit field is no word");
    if (std::any_of(fields.begin(), field, same)) return failure(ErrorKind::malformed, "audit field " + field->name + " comes twice");
  }
  return {};
}

std::string hash_of(std::string_view text) { return lower_hex(crypto::digest(crypto::Hash::sha256, as_bytes(text))); }

bool is_signed(std::string_view text, std::string_view signature, std::span<const crypto::PublicKey> keys) {
  const auto octets = from_hex(signature);
  return octets && std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return key.verify(as_bytes(text), *octets); });
}

Result<WrittenEntry> write_entry(std::uint64_t number, TimePoint time, std::string_view event, const Fields& fields,
                                 std::string_view previous, const crypto::PrivateKey& key) {
  std::string line =
      R"({"seq":)" + std::to_string(number) + R"(,"time":")" + audit_time(time) + R"(","event":")" + std::string(event) + R"(","fields":{)";
  for (const auto& field : fields) {
    if (&field != fields.data()) line += ',';
    append_string(line, field.name);
    line += ':';
    append_string(line, kept(field.value));
  }
  line += R"(},"prev":")" + std::string(previous) + '"';
  auto hash = hash_of(line);
  line += std::string(kHashMark) + hash + '"';
  const auto signature = key.sign(as_bytes(line));
  if (!signature) return failure(signature.error());
  line += std::string(kSignatureMark) + lower_hex(*signature) + "\"}";
  return WrittenEntry{line + '\n', std::move(hash)};
}

Result<AuditEntry> read_audit_entry(std::string_view line) {
  Scanner in(line);
  AuditEntry entry;
  in.expect(R"({"seq":)");
  entry.number = in.number();
  in.expect(R"(,"time":)");
  entry.time = in.string();
  in.expect(R"(,"event":)");
  entry.event = in.string();
  in.expect(R"(,"fields":{)");
  while (in.good() && !in.next_is('}')) {
    if (!entry.fields.empty()) in.expect(",");
    auto name = in.string();
    in.expect(":");
    entry.fields.emplace_back(name, in.string());
  }
  in.expect(R"(},"prev":")");
  entry.previous = in.hex(64);
  in.expect("\"" + std::string(kHashMark));
  entry.hash = in.hex(64);
  in.expect("\"" + std::string(kSignatureMark));
  entry.signature = in.hex(128);
  in.expect("\"}");
  if (!in.done()) return failure(in.error("not an audit entry from here on"));
  return entry;
}

std::string_view signed_part(std::string_view line) {
  constexpr auto kBehind = kSignatureMark.size() + 128 + 2;
  return line.substr(0, line.size() - kBehind);
}

std::string_view hashed_part(std::string_view line) {
  const auto text = signed_part(line);
  return text.substr(0, text.size() - (kHashMark.size() + 64 + 1));
}

Result<std::string> write_anchor(const Position& position, TimePoint time, const crypto::PrivateKey& key) {
  auto text = R"({"count":)" + std::to_string(position.count) + R"(,"offset":)" + std::to_string(position.head_at) + R"(,"head":")" +
              position.head + R"(","time":")" + audit_time(time) + '"';
  const auto signature = key.sign(as_bytes(text));
  if (!signature) return failure(signature.error());
  return text + std::string(kSignatureMark) + lower_hex(*signature) + "\"}\n";
}

Result<Anchor> read_anchor(std::string_view text) {
  Scanner in(text);
  Anchor anchor;
  in.expect(R"({"count":)");
  anchor.position.count = in.number();
  in.expect(R"(,"offset":)");
  anchor.position.head_at = in.number();
  in.expect(R"(,"head":")");
  anchor.position.head = in.hex(64);
  in.expect(R"(","time":)");
  anchor.time = in.string();
  in.expect(kSignatureMark);
  anchor.signature = in.hex(128);
  in.expect("\"}\n");
  if (!in.done()) return failure(in.error("not an audit anchor from here on"));
  return anchor;
}

Result<Anchor> load_anchor(const std::string& path, std::span<const crypto::PublicKey> keys) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure({ErrorKind::missing, "the anchor can't be read", std::nullopt, path, {}});
  std::string text(1024, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto anchor = read_anchor(text);
  if (!anchor) {
    anchor.error().path = path;
    return anchor;
  }
  const std::string_view line(text.data(), text.size() - 1);
  if (!is_signed(signed_part(line), anchor->signature, keys)) {
    return failure({ErrorKind::unexpected, "the anchor's signature is not of this key", std::nullopt, path, {}});
  }
  return anchor;
}

std::string short_key(const crypto::PublicKey& key) {
  std::string text;
  const auto pem = key.to_pem();
  const auto begin = pem.find('\n');
  const auto end = pem.rfind("\n-----END");
  std::copy_if(pem.begin() + static_cast<std::ptrdiff_t>(begin), pem.begin() + static_cast<std::ptrdiff_t>(end), std::back_inserter(text),
               [](char c) { return c != '\n'; });
  return text;
}

Result<crypto::PublicKey> from_short_key(std::string_view text) {
  return crypto::PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\n" + std::string(text) + "\n-----END PUBLIC KEY-----\n");
}

}  // namespace li::ops
