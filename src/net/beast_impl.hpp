// net/beast_impl.hpp: the names that the room uses of Boost. Only a few files include it: it is slow to compile.
#pragma once

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <type_traits>

#include "base/secret.hpp"

namespace li::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

using PlainStream = beast::tcp_stream;
using SecureStream = asio::ssl::stream<beast::tcp_stream>;

template <typename Stream>
constexpr bool kIsTls = std::is_same_v<Stream, SecureStream>;

/// Beast's own buffer for TLS streams is not overwritten when freed; so messages are flattened here, and go out in one piece.
using Buffer = beast::basic_flat_buffer<WipingAllocator<char>>;
using Body = http::vector_body<std::uint8_t, WipingAllocator<std::uint8_t>>;

template <bool is_request>
[[nodiscard]] RecordBytes flatten(http::message<is_request, Body, http::fields>& message) {
  RecordBytes octets;
  http::serializer<is_request, Body> serializer(message);
  Failure failure;
  while (!serializer.is_done()) {
    serializer.next(failure, [&](Failure&, const auto& buffers) {
      std::size_t taken = 0;
      for (const asio::const_buffer piece : beast::buffers_range_ref(buffers)) {
        append(octets, {static_cast<const std::uint8_t*>(piece.data()), piece.size()});
        taken += piece.size();
      }
      serializer.consume(taken);
    });
  }
  return octets;
}

}  // namespace li::net
