// A session as octets: numbers big-endian, lists and octets with their count before them, MIKEY messages once in a table.
#include <algorithm>

#include "df2/session_impl.hpp"

namespace li::df2 {
namespace {

constexpr std::uint8_t kVersion = 2;

class Writer {
 public:
  void number(std::uint64_t value, std::size_t octets) {
    for (std::size_t i = octets; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void octets(ByteView value) {
    number(value.size(), 4);
    append(out, value);
  }
  void raw(const Hash& hash) { append(out, hash); }
  void time(TimePoint time) { number(static_cast<std::uint64_t>(time.time_since_epoch().count()), 8); }
  template <typename T, typename Each>
  void list(const std::vector<T>& items, Each each) {
    number(items.size(), 4);
    for (const auto& item : items) each(item);
  }
  /// A place in the table of messages, 0 for none.
  void message(const Octets& octets) {
    if (!octets) return number(0, 2);
    const auto found = std::find_if(table.begin(), table.end(), [&](const Octets& one) { return one == octets || *one == *octets; });
    number(static_cast<std::uint64_t>(found - table.begin()) + 1, 2);
    if (found == table.end()) table.push_back(octets);
  }

  RecordBytes out;
  std::vector<Octets> table;
};

class Reader {
 public:
  explicit Reader(ByteView octets) : left_(octets) {}

  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (const auto octet : take(octets)) value = value << 8 | octet;
    return value;
  }
  ByteView octets() { return take(number(4)); }
  Hash raw() {
    Hash hash{};
    const auto octets = take(hash.size());
    std::copy(octets.begin(), octets.end(), hash.begin());
    return hash;
  }
  TimePoint time() { return TimePoint(TimePoint::duration(static_cast<TimePoint::rep>(number(8)))); }
  template <typename T, typename Each>
  void list(std::vector<T>& items, Each each) {
    for (auto count = number(4); ok && count > 0; --count) items.push_back(each());
  }
  Octets message() {
    const auto place = number(2);
    if (place > table.size()) ok = false;
    return place == 0 || !ok ? nullptr : table[place - 1];
  }
  [[nodiscard]] bool at_end() const { return left_.empty(); }

  bool ok = true;
  std::vector<Octets> table;

 private:
  ByteView take(std::uint64_t octets) {
    if (octets > left_.size()) ok = false;
    if (!ok) return {};
    const auto taken = left_.first(octets);
    left_ = left_.subspan(octets);
    return taken;
  }
  ByteView left_;
};

void write_question(Writer& out, const Question& question) {
  out.raw(question.id);
  out.octets(as_bytes(question.target));
  for (const auto* message : {&question.init, &question.resp, &question.initial_init, &question.initial_resp}) out.message(*message);
  out.time(question.deadline);
  out.time(question.closes);
  out.time(question.ask_again);
  out.number(question.attempts, 1);
  out.number(question.failure_told ? 1 : 0, 1);
  out.octets(as_bytes(question.why));
}

Question read_question(Reader& in) {
  Question question;
  question.id = in.raw();
  question.target = as_text(in.octets());
  for (auto* message : {&question.init, &question.resp, &question.initial_init, &question.initial_resp}) *message = in.message();
  question.deadline = in.time();
  question.closes = in.time();
  question.ask_again = in.time();
  question.attempts = static_cast<std::uint8_t>(in.number(1));
  question.failure_told = in.number(1) != 0;
  question.why = as_text(in.octets());
  return question;
}

void write_offer(Writer& out, const Offer& offer) {
  out.number(offer.leg, 8);
  out.number(offer.dialog, 8);
  out.number(offer.from, 8);
  out.number(offer.cseq, 4);
  out.number(static_cast<std::uint64_t>(offer.method), 1);
  out.number(offer.answered ? 1 : 0, 1);
  out.list(offer.lines, [&](const auto& line) { out.message(line ? line->octets : nullptr); });
}

Offer read_offer(Reader& in) {
  Offer offer;
  offer.leg = in.number(8);
  offer.dialog = in.number(8);
  offer.from = in.number(8);
  offer.cseq = static_cast<std::uint32_t>(in.number(4));
  offer.method = static_cast<Method>(in.number(1));
  offer.answered = in.number(1) != 0;
  in.list(offer.lines, [&]() -> std::shared_ptr<const Material> {
    const auto octets = in.message();
    for (const auto& line : offer.lines) {
      if (octets && line && *line->octets == *octets) return line;
    }
    return octets ? read_material(*octets) : nullptr;
  });
  return offer;
}

void write_lists(Writer& out, const Session& session) {
  out.list(session.names, [&](const Hash& name) { out.raw(name); });
  out.list(session.dialogs, [&](std::uint64_t dialog) { out.number(dialog, 8); });
  out.list(session.recent, [&](const Recent& recent) {
    out.number(recent.message, 8);
    out.number(recent.when, 4);
  });
  out.list(session.offers, [&](const Offer& offer) { write_offer(out, offer); });
  out.list(session.exchanges, [&](const Exchange& exchange) {
    out.number(exchange.dialog, 8);
    out.number(exchange.csb_id, 4);
    out.message(exchange.init);
    out.message(exchange.resp);
  });
  out.list(session.tickets_of, [&](const auto& ticket) {
    out.number(ticket.first, 4);
    out.raw(ticket.second);
  });
  for (const auto* hashes : {&session.suspect, &session.asked, &session.lost}) out.list(*hashes, [&](const Hash& hash) { out.raw(hash); });
  out.list(session.tickets, [&](const SeenTicket& ticket) {
    out.raw(ticket.hash);
    out.raw(ticket.initiator);
    out.number(ticket.reusable ? 1 : 0, 1);
  });
  out.list(session.questions, [&](const Question& question) { write_question(out, question); });
}

void read_lists(Reader& in, Session& session) {
  in.list(session.names, [&] { return in.raw(); });
  in.list(session.dialogs, [&] { return in.number(8); });
  in.list(session.recent, [&] {
    const auto message = in.number(8);
    return Recent{message, static_cast<std::uint32_t>(in.number(4))};
  });
  in.list(session.offers, [&] { return read_offer(in); });
  in.list(session.exchanges, [&] {
    const auto dialog = in.number(8);
    const auto csb_id = static_cast<std::uint32_t>(in.number(4));
    const auto init = in.message();
    return Exchange{dialog, csb_id, init, in.message()};
  });
  in.list(session.tickets_of, [&] {
    const auto csb_id = static_cast<std::uint32_t>(in.number(4));
    return std::pair(csb_id, in.raw());
  });
  for (auto* hashes : {&session.suspect, &session.asked, &session.lost}) in.list(*hashes, [&] { return in.raw(); });
  in.list(session.tickets, [&] {
    const auto hash = in.raw();
    const auto initiator = in.raw();
    return SeenTicket{hash, initiator, in.number(1) != 0};
  });
  in.list(session.questions, [&] { return read_question(in); });
}

}  // namespace

RecordBytes encode_session(const Session& session) {
  Writer lists;
  write_lists(lists, session);
  Writer out;
  out.number(kVersion, 1);
  out.number(session.id, 8);
  out.octets(session.liid);
  out.number(session.created, 4);
  out.time(session.seen);
  out.number((session.ended ? 1U : 0U) | (session.told_no_keys ? 2U : 0U), 1);
  out.list(lists.table, [&](const Octets& message) { out.octets(*message); });
  append(out.out, lists.out);
  return std::move(out.out);
}

Result<Session> decode_session(ByteView octets) {
  Reader in(octets);
  if (in.number(1) != kVersion) return failure(ErrorKind::unknown, "state of a session in a form that this version does not know");
  Session session;
  session.id = in.number(8);
  session.liid = to_bytes(in.octets());
  session.created = static_cast<std::uint32_t>(in.number(4));
  session.seen = in.time();
  const auto flags = in.number(1);
  session.ended = (flags & 1) != 0;
  session.told_no_keys = (flags & 2) != 0;
  in.list(in.table, [&] { return std::make_shared<const RecordBytes>(to_record_bytes(in.octets())); });
  read_lists(in, session);
  if (!in.ok || !in.at_end()) return failure(ErrorKind::malformed, "state of a session that ends early or late");
  return session;
}

}  // namespace li::df2
