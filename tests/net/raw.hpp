// net/raw.hpp: a TCP end without manners, to do what HttpClient and HttpServer never would.
#pragma once

#include <cstdint>
#include <string>

namespace li::test {

/// One end of a connection to 127.0.0.1. Reading gives up after 20 seconds.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port, const std::string& from = "127.0.0.1");
  explicit RawSocket(int descriptor) : descriptor_(descriptor) {}
  RawSocket(RawSocket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  ~RawSocket();

  void send(const std::string& text) const;
  /// Until `end` has come, or the other side has closed.
  [[nodiscard]] std::string read_until(const std::string& end) const;
  [[nodiscard]] std::string read_all() const { return read_until(std::string()); }

 private:
  int descriptor_;
};

class RawListener {
 public:
  RawListener();
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;
  ~RawListener();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] RawSocket accept() const;

 private:
  int descriptor_;
};

}  // namespace li::test
