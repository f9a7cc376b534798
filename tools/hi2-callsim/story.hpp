// hi2-callsim/story.hpp: all that happens in a scenario, and what the LEMF must get of it under a warrant's terms.
//
// Source:  TS 33.107 clauses 7A.1.A, 7A.3 and 7A.7; docs/callsim.md has the shape of the expectation.
// Units:   milliseconds; ports and SSRCs as numbers.
// Errors:  none.
// Owns:    everything owns its octets and keys.
#pragma once

#include <chrono>

#include "df2/warrants.hpp"
#include "hi2-callsim/phone.hpp"
#include "x2/pdu.hpp"

namespace li::callsim {

/// An event as the network function sees it; it gets its number and time when it is sent.
struct Event {
  std::chrono::milliseconds pause{0};  ///< before it
  x2::PayloadFormat format = x2::PayloadFormat::sip;
  x2::Direction direction = x2::Direction::unknown;
  RecordBytes payload;
};

/// The record that an event must give.
struct Reported {
  std::string start_line;  ///< of the SIP message; empty: start of interception in mid-session
  std::string session;     ///< label: records of one session have one correlation number
  std::string sha256;      ///< of the message
  bool retransmission = false;
  bool keys_in_sdp = false;  ///< SDES: inline keys, which some warrants have removed
  bool content = false;      ///< MESSAGE: its body is content
};

/// What becomes of the question for keys.
enum class Outcome {
  keys,     ///< the KMS answers
  partial,  ///< for the first crypto session only
  late,     ///< after DF2's timer
  failure,  ///< never, or a refusal
  nothing,  ///< there is no question
};

/// An answered exchange of key management.
struct Keyed {
  std::string session;
  Sessions keys;
  Outcome outcome = Outcome::keys;
  std::string reason;  ///< of a failure, as DF2 says it
  bool with_gateway = false;
};

struct Signalled {
  std::string reason;
};

/// One direction of media.
struct Stream {
  std::uint32_t ssrc = 0;
  unsigned payload_type = 0;
  std::string codec;   ///< "PCMU/8000"
  unsigned round = 0;  ///< media of one offer and answer follow those of the one before
  std::string from_address, to_address;
  std::uint16_t from_port = 0, to_port = 0;
  SecretBytes key, salt;  ///< empty: RTP in the clear
  bool keys_in_sdp = false;
  bool unknown_key = false;  ///< nobody but the two ends has it
};

struct Story {
  std::vector<Event> events;
  std::vector<Reported> reported;
  std::vector<Keyed> keyed;
  std::vector<Signalled> signals;
  std::vector<Stream> streams;
};

/// What a warrant says, as far as it changes what its LEMF gets.
struct Terms {
  std::string liid;
  df2::Scope scope = df2::Scope::iri_and_content;
  bool network_decrypts = false;
  bool keys_available = true;
  bool gateway_plain = true;
  bool keep_retransmissions = false;
};

struct Expected {
  struct Record {
    std::string event, start_line, session, sha256;  ///< without a digest where DF2 changes the message
  };
  struct Keys {
    std::string session;
    Sessions sessions;
    bool failure_too = false;  ///< an answer in part
  };
  struct Failure {
    std::string session, reason;
  };
  std::string liid;
  std::vector<Record> records;
  std::vector<Keys> keys;
  std::vector<Failure> failures;
  std::vector<std::string> signals;
  std::vector<bool> decrypts;  ///< for each stream, whether the LEMF can
};

[[nodiscard]] Expected expected(const Story& story, const Terms& terms);

}  // namespace li::callsim
