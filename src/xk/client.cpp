#include "xk/client.hpp"

namespace li::xk {
namespace {

tl::unexpected<ClientError> fail(ClientFailure failure, std::string text) { return tl::unexpected(ClientError{failure, std::move(text)}); }

}  // namespace

ClientResult Client::get_keys(const GetKeys& request, std::chrono::milliseconds timeout) {
  const auto document = encode_request(request);
  if (!document) return fail(ClientFailure::unsendable, document.error().message());
  const auto response = http_.post(path_, kContentType, *document, timeout, net::Idempotent::yes);
  if (!response) {
    const bool timed_out = response.error().failure == net::HttpFailure::timeout;
    return fail(timed_out ? ClientFailure::timeout : ClientFailure::no_answer, response.error().message());
  }
  const auto status = "HTTP status " + std::to_string(response->status);
  if (response->content_type != kContentType) return fail(ClientFailure::bad_answer, status + " without a document");
  auto answer = decode_response(response->body);
  if (!answer) return fail(ClientFailure::bad_answer, status + ": " + answer.error().message());
  const bool refused = response->status != 200 && std::holds_alternative<Reason>(answer->answer);
  if (response->status != 200 && !refused) return fail(ClientFailure::bad_answer, status + " with keys");
  if (answer->request_id != request.request_id && !(refused && answer->request_id.empty()))
    return fail(ClientFailure::bad_answer, "an answer to another request");
  answer->request_id = request.request_id;
  return std::move(*answer);
}

}  // namespace li::xk
