// net/wire_impl.hpp: one connection of a client, without the words of Boost.
//
// Source:  RFC 9112.
// Units:   octets; deadlines of a steady clock.
// Errors:  an HttpError says what of the way there or of the answer failed.
// Owns:    a wire owns its socket.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "net/client.hpp"

namespace li::net {

using Deadline = std::chrono::steady_clock::time_point;

/// What came of a request on a connection.
struct Exchange {
  HttpResult result;
  bool answered = false;  ///< at least an octet of an answer came
  bool reusable = false;
};

/// Used by one thread at a time, which does its work while it waits.
class Wire {
 public:
  virtual ~Wire() = default;
  /// Nothing, or why there is no connection.
  [[nodiscard]] virtual std::optional<HttpError> open(Deadline deadline) = 0;
  [[nodiscard]] virtual Exchange exchange(ByteView request, Deadline deadline) = 0;
  /// Whether a silent connection has been closed, or says something that nobody asked for.
  [[nodiscard]] virtual bool is_stale() = 0;

  std::chrono::steady_clock::time_point last_used;
};

[[nodiscard]] std::unique_ptr<Wire> make_wire(const ClientSettings& settings);

/// A request as octets.
[[nodiscard]] RecordBytes request_octets(const ClientSettings& settings, bool post, std::string_view path, std::string_view content_type,
                                         ByteView body);

}  // namespace li::net
