// net/streams.hpp: both ends of streams, as the tests want them.
#pragma once

#include <array>

#include "net/stream.hpp"
#include "net/world.hpp"

namespace li::test {

using net::Received;
using net::TlsStream;
using Stream = std::unique_ptr<TlsStream>;
using What = Received::What;

inline net::StreamListener stream_listener(std::function<void(TlsStream&)> handler) {
  net::StreamListener listener;
  listener.tls = server_context();
  listener.handler = std::move(handler);
  return listener;
}

inline std::unique_ptr<net::StreamServer> serve(net::StreamListener listener, Refusals* refusals = nullptr,
                                                std::function<void(const std::string&)> on_failure = {}) {
  net::StreamEvents events;
  if (refusals != nullptr) events.on_refused = [refusals](net::Refusal refusal, const std::string&) { refusals->note(refusal); };
  events.on_failure = std::move(on_failure);
  return std::move(net::StreamServer::start(std::move(listener), std::move(events)).value());
}

inline TlsStream::Target target(std::uint16_t port, std::shared_ptr<net::TlsContext> tls = client_context()) {
  return {"127.0.0.1", port, std::move(tls), kServerName};
}

inline Stream connect(std::uint16_t port) { return std::move(TlsStream::connect(target(port), kGuard).value()); }

/// Exactly `count` octets, or fewer and how it ended.
inline std::string read(TlsStream& stream, std::size_t count) {
  std::string text;
  std::array<std::uint8_t, 5000> room{};
  while (text.size() < count) {
    const auto got = stream.receive(std::span(room).first(std::min(room.size(), count - text.size())), kGuard);
    if (!got) return text + "|error: " + got.error().message();
    if (got->what == What::end) return text + "|end";
    if (got->what == What::silence) return text + "|silence";
    text += as_text(ByteView(room).first(got->count));
  }
  return text;
}

inline void echo_all(TlsStream& stream) {
  std::array<std::uint8_t, 5000> room{};
  for (;;) {
    const auto got = stream.receive(room, kGuard);
    if (!got || got->what == What::end || stream.stopping()) return;
    if (!stream.send(ByteView(room).first(got->count), kGuard)) return;
  }
}

}  // namespace li::test
