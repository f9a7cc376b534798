// fuzz/text_input.hpp: the property of the two readers of text: what they encode can be read, and shown and read again gives
// the same octets.
#pragma once

#include <sstream>

#include "fuzz.hpp"
#include "schema/reading.hpp"

namespace li::fuzz {

using Read = void (*)(std::istream&, const schema::OnRecord&, const schema::OnFailure&);

template <typename Show>
void round_trip(ByteView text, Read read, Show show) {
  std::istringstream in{std::string(as_text(text))};
  const auto again = [&](schema::Encoded&& record) {
    std::istringstream shown(show(*record.type, record.octets));
    bool same = false;
    const auto compare = [&](schema::Encoded&& second) { return same = second.octets == record.octets, true; };
    const auto refused = [&](schema::ReadFailure&& failure) -> bool { broken("what was shown is refused: " + failure.error.message()); };
    read(shown, compare, refused);
    if (!same) broken("shown and read again it is another record");
    return true;
  };
  read(in, again, [](schema::ReadFailure&&) { return true; });
}

}  // namespace li::fuzz
