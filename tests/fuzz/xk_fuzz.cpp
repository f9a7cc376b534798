#include "fuzz.hpp"
#include "xk/messages.hpp"

namespace {

using namespace li;

// What can be read can be written, and read again as the same.
template <typename Message>
void round_trip(const Result<Message>& message, Result<RecordBytes> (*encode)(const Message&), Result<Message> (*decode)(ByteView)) {
  if (!message) return;
  const auto document = encode(*message);
  if (!document) fuzz::broken("what was read can't be written: " + document.error().message());
  const auto again = decode(*document);
  if (!again) fuzz::broken("what was written can't be read: " + again.error().message());
  if (!(*again == *message)) fuzz::broken("what was written reads as something else");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView document(data, size);
  round_trip(xk::decode_request(document), xk::encode_request, xk::decode_request);
  round_trip(xk::decode_response(document), xk::encode_response, xk::decode_response);
  return 0;
}
