// samples/call.hpp: the SIP messages of one call, as the CSCF of the caller sees them. Everything in them is invented.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sample {

struct Message {
  std::chrono::milliseconds after;  // the INVITE
  std::string text;
};

/// INVITE, 100, 180, 200, ACK, BYE, 200 between alice@ims.example and bob@ims.example.
[[nodiscard]] std::vector<Message> call();

/// The header lines of a message without the empty line, and what stands behind that.
[[nodiscard]] std::string header_of(const std::string& message);
[[nodiscard]] std::string body_of(const std::string& message);

}  // namespace sample
