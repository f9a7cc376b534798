// xk/client.hpp: the DF2/MF's end of Xk.
//
// Source:  TS 33.107 clause 7A.7.2.
// Units:   the timeout is for the whole of a request.
// Errors:  ClientFailure. A refusal by the KMS is an answer, with its reason.
// Owns:    its connections, through net::HttpClient; may be used from several threads.
#pragma once

#include <chrono>
#include <string>

#include "net/client.hpp"
#include "xk/endpoint.hpp"

namespace li::xk {

enum class ClientFailure {
  unsendable,  ///< the request is none that the schema takes
  no_answer,   ///< the connection failed, or TLS was refused
  timeout,     ///< the timer has ended
  bad_answer,  ///< not an answer of Xk, or one to another request
};

struct ClientError {
  ClientFailure failure = ClientFailure::no_answer;
  std::string text;
};

using ClientResult = tl::expected<GetKeysResponse, ClientError>;

class Client {
 public:
  /// Throws as net::HttpClient does.
  explicit Client(net::ClientSettings settings, std::string path = kPath) : http_(std::move(settings)), path_(std::move(path)) {}

  /// Asking twice gives the same answer, so a request is sent again when its connection ends before an answer begins.
  [[nodiscard]] ClientResult get_keys(const GetKeys& request, std::chrono::milliseconds timeout);

  [[nodiscard]] const net::HttpClient& http() const { return http_; }

 private:
  net::HttpClient http_;
  std::string path_;
};

}  // namespace li::xk
