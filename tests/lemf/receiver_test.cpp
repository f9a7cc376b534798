#include "lemf/receiver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "ps/write.hpp"
#include "tests/lemf/lab.hpp"

namespace {

using namespace li;
using namespace li::lemf;
using namespace li::lemf::test;
using namespace std::chrono_literals;

constexpr auto kLemf = "lemf.example";
constexpr auto kGuard = 20s;  // against hanging only

li::test::Authority& authority() {
  static li::test::Authority one;
  return one;
}

std::shared_ptr<net::TlsContext> context(const std::string& names, std::vector<std::string> peers = {}) {
  auto settings = authority().settings(authority().issue(names));
  settings.peer_names = std::move(peers);
  return net::TlsContext::load(std::move(settings)).value();
}

const std::shared_ptr<net::TlsContext>& mf_tls(const std::string& name) {
  static std::map<std::string, std::shared_ptr<net::TlsContext>> made;
  auto& one = made[name];
  if (!one) one = context("DNS:" + name);
  return one;
}

/// A mediation function's end, as simple as it can be.
class Mf {
 public:
  Mf(std::uint16_t port, const std::string& name = "df2.li.example")
      : stream_(net::TlsStream::connect({"127.0.0.1", port, mf_tls(name), kLemf}, kGuard).value()) {}

  void send(const RecordBytes& octets) { ASSERT_TRUE(stream_->send(octets, kGuard)); }
  /// The next PDU that comes; nothing when the connection ends or so long nothing came.
  std::optional<ps::Pdu> next(std::chrono::milliseconds most = kGuard) {
    for (;;) {
      if (const auto whole = capture_one()) return ps::decode(*whole).value();
      RecordBytes room(4096);
      const auto received = stream_->receive(room, most);
      if (!received || received->what != net::Received::What::octets) return {};
      append(read_, ByteView(room).first(received->count));
    }
  }
  /// Sends a keep-alive, and gives the TRI that answers.
  std::optional<ps::Tri> keep_alive(std::uint32_t number) {
    send(tri_pdu({.liid = "-", .number = number}, ps::Tri::keep_alive));
    const auto answer = next();
    if (!answer) return {};
    EXPECT_EQ(answer->header.sequence_number, number);
    return answer->tri;
  }
  void close() { stream_->close(); }

 private:
  std::optional<RecordBytes> capture_one() {
    if (read_.size() < 2) return {};
    const auto size = read_[1] < 0x80 ? 2U + read_[1] : read_[1] == 0x81 && read_.size() > 2 ? 3U + read_[2] : 100'000U;
    if (read_.size() < size) return {};
    auto one = to_record_bytes(ByteView(read_).first(size));
    read_ = to_record_bytes(ByteView(read_).subspan(size));
    return one;
  }

  std::unique_ptr<net::TlsStream> stream_;
  RecordBytes read_;
};

struct LemfReceiver : testing::Test, Shelf {
  std::unique_ptr<Receiver> receiver;
  std::mutex lock;
  std::vector<std::string> told;
  std::promise<void> fault;
  std::atomic<int> faults = 0;

  void start(std::chrono::milliseconds patience = 0ms, std::shared_ptr<net::TlsContext> with = {}) {
    ReceiverSettings settings;
    settings.mediation_functions = {"df2.li.example", "mf2.li.example"};
    static const auto tls = context(std::string("DNS:") + kLemf, settings.mediation_functions);
    settings.listener.tls = with ? with : tls;
    settings.patience = patience;
    settings.clock = [] { return kNow; };
    ReceiverEvents events;
    events.on_refused = [this](net::Refusal refusal, const std::string&) { tell("refused " + std::string(net::to_string(refusal))); };
    events.on_broken = [this](const std::string& source, const Error&) { tell("broken " + source); };
    events.on_fault = [this](const std::string&, const Error& error) {
      tell(error.kind == ErrorKind::limit ? "full" : "fault");
      if (faults++ == 0) fault.set_value();
    };
    receiver = Receiver::start(*store, std::move(settings), std::move(events)).value();
  }
  void tell(const std::string& text) {
    const std::scoped_lock hold(lock);
    told.push_back(text);
  }
  bool was_told(const std::string& text) {
    const std::scoped_lock hold(lock);
    return std::find(told.begin(), told.end(), text) != told.end();
  }
  // The other end may know of a refusal before we have told it.
  bool is_told(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + kGuard;
    while (!was_told(text) && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return was_told(text);
  }
  void TearDown() override {
    if (receiver) receiver->stop();
  }
};

TEST_F(LemfReceiver, answers_when_it_is_stored) {
  start();
  Mf mf(receiver->port());
  for (std::uint32_t number = 0; number < 20; ++number) mf.send(iri_pdu({.number = number}));
  EXPECT_EQ(mf.keep_alive(3), ps::Tri::keep_alive_response);
  const auto found = all();
  ASSERT_EQ(found.size(), 20U);
  EXPECT_EQ(found[0].source, "df2.li.example");
  EXPECT_EQ(found[0].received, kNow);
}

TEST_F(LemfReceiver, acknowledges_where_it_is_asked_to) {
  start();
  Mf mf(receiver->port());
  mf.send(ps::encode_option_request(ps::decode(tri_pdu({.liid = "-"}, ps::Tri::keep_alive))->header, true).value());
  mf.send(tri_pdu({.liid = "-"}, ps::Tri::keep_alive));
  std::vector<ps::Tri> answers;
  for (int i = 0; i < 3; ++i) {
    const auto answer = mf.next();
    ASSERT_TRUE(answer && answer->tri);
    answers.push_back(*answer->tri);
  }
  using enum ps::Tri;
  EXPECT_EQ(answers, (std::vector{option_response, keep_alive_response, option_complete}));
  mf.send(tri_pdu({.liid = "-"}, option_complete));
  mf.send(iri_pdu({}));
  mf.send(tri_pdu({.liid = "-", .number = 9}, acknowledgement_request));
  const auto answer = mf.next();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->tri, acknowledgement_response);
  EXPECT_EQ(answer->header.sequence_number, 9U);
  EXPECT_EQ(all().size(), 1U);
}

TEST_F(LemfReceiver, a_name_that_is_gone_ends_its_connections) {
  const auto tls = context(std::string("DNS:") + kLemf, {"df2.li.example", "mf2.li.example"});
  start(0ms, tls);
  Mf gone(receiver->port());
  Mf stays(receiver->port(), "mf2.li.example");
  EXPECT_TRUE(gone.keep_alive(0));
  EXPECT_TRUE(stays.keep_alive(0));
  ASSERT_TRUE(tls->reload({"mf2.li.example"}));
  receiver->name_mediation_functions({"mf2.li.example"});
  EXPECT_TRUE(is_told("refused wrong_name")) << "though nothing came on it";
  EXPECT_TRUE(stays.keep_alive(1));
}

TEST_F(LemfReceiver, what_comes_for_a_name_that_is_gone_is_not_used) {
  start();
  Mf mf(receiver->port());
  EXPECT_TRUE(mf.keep_alive(0));
  receiver->name_mediation_functions({"mf2.li.example"});  // the stream does not know yet
  mf.send(iri_pdu({}));
  EXPECT_FALSE(mf.next());
  receiver->stop();
  EXPECT_TRUE(all().empty());
}

TEST_F(LemfReceiver, two_mediation_functions_at_a_time) {
  start();
  const auto send_all = [this](const std::string& name, const std::string& liid) {
    Mf mf(receiver->port(), name);
    for (std::uint32_t number = 0; number < 100; ++number) {
      mf.send(iri_pdu({.liid = liid, .number = number}));
      if (number % 10 == 9) {
        EXPECT_EQ(mf.keep_alive(number), ps::Tri::keep_alive_response);
      }
    }
  };
  std::thread other([&] { send_all("mf2.li.example", "LI-2"); });
  send_all("df2.li.example", "LI-1");
  other.join();
  EXPECT_EQ(all({.liid = to_bytes("LI-1")}).size(), 100U);
  EXPECT_EQ(all({.liid = to_bytes("LI-2")}).size(), 100U);
  EXPECT_TRUE(gaps(true).empty());
}

TEST_F(LemfReceiver, confirms_nothing_that_it_could_not_store) {
  options.max_pages = 24;
  open();
  start();
  Mf mf(receiver->port());
  std::uint32_t number = 0;
  while (faults == 0 && number < 200) {
    mf.send(iri_pdu({.number = number}));
    const auto answer = mf.keep_alive(number);
    if (!answer) break;
    ++number;
  }
  ASSERT_TRUE(was_told("full"));
  EXPECT_EQ(all().size(), number) << "what was confirmed, and nothing else";
  receiver->stop();
  options.max_pages = 0;
  open();
  start();
  Mf again(receiver->port());
  for (std::uint32_t one = 0; one <= number; ++one) again.send(iri_pdu({.number = one}));
  EXPECT_EQ(again.keep_alive(0), ps::Tri::keep_alive_response);
  EXPECT_EQ(all().size(), number + 1);
}

TEST_F(LemfReceiver, waits_for_room_without_reading_on) {
  options.max_pages = 24;
  open();
  start(60s);
  Mf mf(receiver->port());
  std::uint32_t number = 0;
  for (; faults == 0 && number < 200; ++number) {
    mf.send(iri_pdu({.number = number}));
    mf.send(tri_pdu({.liid = "-", .number = number}, ps::Tri::keep_alive));
    if (!mf.next(200ms)) break;
  }
  ASSERT_EQ(fault.get_future().wait_for(kGuard), std::future_status::ready);
  EXPECT_TRUE(was_told("full"));
  receiver->stop();
  EXPECT_FALSE(mf.next()) << "nothing is confirmed";
}

TEST_F(LemfReceiver, what_is_good_before_a_fault_is_stored) {
  start();
  Mf mf(receiver->port());
  auto octets = iri_pdu({});
  append(octets, tri_pdu({.liid = "-"}, ps::Tri::keep_alive));
  append(octets, as_bytes("GET / HTTP/1.1\r\n\r\n"));
  mf.send(octets);
  const auto answer = mf.next();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->tri, ps::Tri::keep_alive_response);
  EXPECT_FALSE(mf.next()) << "then it ends";
  receiver->stop();
  EXPECT_TRUE(was_told("broken df2.li.example"));
  EXPECT_EQ(all().size(), 1U);
}

TEST_F(LemfReceiver, others_are_refused_and_told) {
  start();
  const auto ends = [](auto& stream) {
    RecordBytes room(16);
    const auto received = stream->receive(room, kGuard);
    return !received || received->what == net::Received::What::end;
  };
  auto stranger = net::TlsStream::connect({"127.0.0.1", receiver->port(), mf_tls("stranger.example"), kLemf}, kGuard);
  EXPECT_TRUE(!stranger || ends(*stranger));
  li::test::Authority other("Other CA");
  auto settings = authority().settings(other.issue("DNS:df2.li.example"));
  auto unknown = net::TlsStream::connect({"127.0.0.1", receiver->port(), net::TlsContext::load(settings).value(), kLemf}, kGuard);
  EXPECT_TRUE(!unknown || ends(*unknown));
  const auto old = authority().issue({"DNS:df2.li.example", "20200101000000Z", "20200102000000Z"});
  auto expired =
      net::TlsStream::connect({"127.0.0.1", receiver->port(), net::TlsContext::load(authority().settings(old)).value(), kLemf}, kGuard);
  EXPECT_TRUE(!expired || ends(*expired));
  EXPECT_TRUE(is_told("refused wrong_name"));
  EXPECT_TRUE(is_told("refused unknown_ca"));
  EXPECT_TRUE(is_told("refused expired"));
  receiver->stop();
  EXPECT_TRUE(all().empty());
}

}  // namespace
