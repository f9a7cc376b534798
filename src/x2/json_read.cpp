#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "x2/big_endian_impl.hpp"
#include "x2/json.hpp"

namespace li::x2 {
namespace {

using Json = nlohmann::json;

// Reads members until one is wrong; what comes behind that is empty, and error() says what it was.
class Reader {
 public:
  Pdu pdu(const Json& object) {
    Pdu pdu;
    if (!has_only(object, "",
                  {"version", "pduType", "headerLength", "payloadLength", "payloadFormat", "payloadDirection", "xid", "correlationId",
                   "attributes", "payload"}))
      return pdu;
    version(member(object, "", "version"), pdu);
    pdu.type = pdu_type(member(object, "", "pduType"));
    pdu.format = PayloadFormat{number<std::uint16_t>(object, "", "payloadFormat")};
    pdu.direction = Direction{number<std::uint16_t>(object, "", "payloadDirection")};
    if (const auto xid = to_xid(text(object, "", "xid"))) pdu.xid = *xid;
    else wrong("xid", "is no UUID");
    const auto correlation = octets(object, "", "correlationId");
    if (correlation.size() == 8) pdu.correlation_id = get<std::uint64_t>(correlation);
    else wrong("correlationId", "has not 16 digits");
    const auto& attributes = member(object, "", "attributes");
    if (!attributes.is_array()) wrong("attributes", "is no array");
    for (std::size_t i = 0; attributes.is_array() && i < attributes.size() && !error_; ++i)
      pdu.attributes.push_back(attribute(attributes[i], "attributes[" + std::to_string(i) + "]"));
    pdu.payload = octets(object, "", "payload");
    return pdu;
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  void wrong(std::string path, std::string text, ErrorKind kind = ErrorKind::malformed) {
    if (!error_) error_ = Error{kind, std::move(text), std::nullopt, std::move(path), {}};
  }

  static std::string join(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
  }

  bool has_only(const Json& object, const std::string& path, std::initializer_list<std::string_view> names) {
    if (!object.is_object()) return wrong(path, "is no object"), false;
    for (const auto& entry : object.items()) {
      if (std::find(names.begin(), names.end(), entry.key()) == names.end())
        wrong(join(path, entry.key()), "is not known", ErrorKind::unknown);
    }
    return true;
  }

  const Json& member(const Json& object, const std::string& path, std::string_view name) {
    static const Json kNothing;
    const auto found = object.find(std::string(name));
    if (found != object.end()) return *found;
    wrong(join(path, name), "is missing", ErrorKind::missing);
    return kNothing;
  }

  template <typename Number>
  Number number(const Json& object, const std::string& path, std::string_view name) {
    const auto& value = member(object, path, name);
    constexpr auto kMost = std::numeric_limits<Number>::max();
    if (value.is_number_unsigned() && value.get<std::uint64_t>() <= kMost) return static_cast<Number>(value.get<std::uint64_t>());
    wrong(join(path, name), "is no number up to " + std::to_string(kMost), ErrorKind::out_of_range);
    return 0;
  }

  std::string_view text(const Json& object, const std::string& path, std::string_view name) {
    const auto& value = member(object, path, name);
    if (value.is_string()) return value.get_ref<const std::string&>();
    wrong(join(path, name), "is no string");
    return {};
  }

  RecordBytes octets(const Json& object, const std::string& path, std::string_view name) {
    const auto read = from_hex(text(object, path, name));
    if (read) return to_record_bytes(*read);
    wrong(join(path, name), read.error().text);
    return {};
  }

  void version(const Json& object, Pdu& pdu) {
    if (!has_only(object, "version", {"major", "minor"})) return;
    pdu.major = number<std::uint8_t>(object, "version", "major");
    pdu.minor = number<std::uint8_t>(object, "version", "minor");
  }

  PduType pdu_type(const Json& value) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() <= UINT16_MAX) return PduType{value.get<std::uint16_t>()};
    for (std::uint16_t type = 1; value.is_string() && !name_of(PduType{type}).empty(); ++type) {
      if (name_of(PduType{type}) == value.get_ref<const std::string&>()) return PduType{type};
    }
    wrong("pduType", "is not known", ErrorKind::unknown);
    return {};
  }

  Attribute attribute(const Json& object, const std::string& path) {
    if (!has_only(object, path, {"type", "contents", "name", "value"})) return {};
    return {AttributeType{number<std::uint16_t>(object, path, "type")}, octets(object, path, "contents")};
  }

  std::optional<Error> error_;
};

Result<Pdu> read_one(const Json& object) {
  Reader reader;
  auto pdu = reader.pdu(object);
  if (reader.error()) return failure(*reader.error());
  return pdu;
}

tl::unexpected<Error> not_json() { return failure(ErrorKind::malformed, "not JSON", "RFC 8259"); }

// One value; the library that reads it throws.
bool read_value(std::istream& in, Json& value) {
  try {
    in >> value;
    return true;
  } catch (const Json::exception&) {  // its text shows what it last read, which may be a key
    return false;
  }
}

}  // namespace

Result<Pdu> from_json(std::string_view text) {
  const auto value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return not_json();
  return read_one(value);
}

void read_json(std::istream& in, const std::function<bool(Result<Pdu>&&, std::size_t)>& take) {
  for (std::size_t number = 1; (in >> std::ws).peek() != std::istream::traits_type::eof();) {
    Json value;
    if (!read_value(in, value)) return static_cast<void>(take(not_json(), number));
    if (!value.is_array()) {
      if (!take(read_one(value), number++)) return;
      continue;
    }
    for (const auto& one : value) {
      if (!take(read_one(one), number++)) return;
    }
  }
}

}  // namespace li::x2
