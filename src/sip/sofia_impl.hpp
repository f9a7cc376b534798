// sip/sofia_impl.hpp: libsofia-sip-ua behind one wall: memory, and header values read by its parsers.
//
// Source:  libsofia-sip-ua 1.12.11 (msg, sip, su).
// Units:   none.
// Errors:  nothing is returned for a value that the parser refuses; it says neither where nor why.
// Owns:    a Home owns all that was made in it. No secret is ever given to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message.hpp"

struct su_home_s;

namespace li::sip {

/// The memory that sofia's parsers allocate from; all of it is freed with the Home.
class Home {
 public:
  Home();
  [[nodiscard]] su_home_s* get() const { return home_.get(); }

 private:
  struct Unref {
    void operator()(su_home_s* home) const noexcept;
  };
  std::unique_ptr<su_home_s, Unref> home_;
};

/// "From" for "f" and "from"; a name that sofia does not know comes back as it is.
[[nodiscard]] std::string long_name(std::string_view name);

struct StartLine {
  std::string method, uri, version, phrase;
  unsigned long status = 0;
};
struct Sequence {
  std::uint32_t number = 0;
  std::string method;
};
struct MediaType {
  std::string type;  ///< "type/subtype", small letters
  std::string boundary;
};

[[nodiscard]] std::optional<StartLine> read_start_line(const Home& home, std::string_view line);
[[nodiscard]] std::optional<Sequence> read_cseq(const Home& home, const std::string& value);
[[nodiscard]] std::optional<Party> read_from(const Home& home, const std::string& value);
[[nodiscard]] std::optional<Party> read_to(const Home& home, const std::string& value);
[[nodiscard]] std::optional<std::vector<std::string>> read_p_asserted_identity(const Home& home, const std::string& value);
[[nodiscard]] std::optional<std::string> read_contact(const Home& home, const std::string& value);
[[nodiscard]] std::optional<std::string> read_branch(const Home& home, const std::string& via);
[[nodiscard]] std::optional<std::string> read_icid(const Home& home, const std::string& p_charging_vector);
[[nodiscard]] std::optional<MediaType> read_content_type(const Home& home, const std::string& value);
[[nodiscard]] std::optional<std::string> read_disposition(const Home& home, const std::string& value);

}  // namespace li::sip
