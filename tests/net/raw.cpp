#include "net/raw.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace li::test {
namespace {

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("can't ") + what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() {
  const auto descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval guard{20, 0};
  must(descriptor >= 0 && ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof guard) == 0, "make a socket");
  return descriptor;
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port, const std::string& from) : descriptor_(new_socket()) {
  auto source = loopback(0);
  must(::inet_pton(AF_INET, from.c_str(), &source.sin_addr) == 1, "read the address");
  must(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0, "bind");
  const auto address = loopback(port);
  must(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
}

RawSocket::~RawSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RawSocket::send(const std::string& text) const {
  must(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()), "send");
}

std::string RawSocket::read_until(const std::string& end) const {
  std::string text;
  std::array<char, 4096> piece{};
  while (end.empty() || text.find(end) == std::string::npos) {
    const auto got = ::recv(descriptor_, piece.data(), piece.size(), 0);
    must(got >= 0 || errno == ECONNRESET, "read in time");
    if (got <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text;
}

RawListener::RawListener() : descriptor_(new_socket()) {
  const auto address = loopback(0);
  must(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && ::listen(descriptor_, 8) == 0, "listen");
}

RawListener::~RawListener() { ::close(descriptor_); }

std::uint16_t RawListener::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  must(::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "see the port");
  return ntohs(address.sin_port);
}

RawSocket RawListener::accept() const {
  const auto descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  must(descriptor >= 0, "accept");
  return RawSocket(descriptor);
}

}  // namespace li::test
