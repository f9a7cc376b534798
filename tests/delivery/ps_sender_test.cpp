// A sender with a spool in memory and LEMFs over real TLS: good ones, and all sorts of bad ones.
#include "delivery/ps_sender.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>

#include "delivery/lab.hpp"
#include "delivery/lemf.hpp"
#include "ps/pdu.hpp"
#include "tests/data/data.hpp"

namespace li::test {
namespace {

using delivery::PsSender;
using delivery::PsSenderEvents;
using delivery::PsSenderSettings;
using Manners = Lemf::Manners;

PsSenderSettings settings_for(std::uint16_t port) {
  PsSenderSettings settings;
  settings.destination = "lemf";
  settings.target = {"127.0.0.1", port, load(certificates().authority.settings(certificates().df2)), "lemf.example"};
  settings.identity.operator_identifier = to_bytes(std::string_view("OP01"));
  settings.times = {100ms, 1s, 5ms, 1s};
  settings.window = {50, 1024 * 1024};
  settings.retry = 20ms;
  return settings;
}

std::vector<std::uint32_t> numbers(std::size_t count) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0U);
  return all;
}

/// What a sender told, in words.
class Told {
 public:
  PsSenderEvents events() {
    PsSenderEvents events;
    events.on_connected = [this](const net::PeerIdentity& peer, bool acknowledges) {
      note("connected " + peer.names.front() + (acknowledges ? " acks" : ""));
    };
    events.on_refused = [this](const std::string& why) { note("refused " + why); };
    events.on_lost = [this](const std::string& why) { note("lost " + why); };
    events.on_fault = [this](const std::string& why) { note("fault " + why); };
    events.on_delivered = [this](const std::vector<TimePoint>& all) {
      const std::lock_guard lock(mutex_);
      for (const auto event : all) delivered_.push_back(event.time_since_epoch().count());
    };
    return events;
  }
  /// The first that holds `text`.
  std::string wait_for(const std::string& text) {
    std::unique_lock lock(mutex_);
    std::string found;
    changed_.wait_for(lock, kGuard, [&] {
      for (const auto& one : all_) {
        if (found.empty() && one.find(text) != std::string::npos) found = one;
      }
      return !found.empty();
    });
    return found;
  }
  std::size_t count(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [&](const auto& one) { return one.find(text) == 0; }));
  }
  bool wait_for(const std::string& text, std::ptrdiff_t times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kGuard, [&] { return std::count(all_.begin(), all_.end(), text) >= times; });
  }
  std::vector<std::int64_t> delivered() {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }

 private:
  void note(const std::string& text) {
    const std::lock_guard lock(mutex_);
    all_.push_back(text);
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> all_;
  std::vector<std::int64_t> delivered_;
};

TEST(PsSender, DeliversWhatWaitsAndWhatComes) {
  Lemf lemf;
  MemorySpool spool;
  spool.add(0, 300);
  Told told;
  PsSender sender(settings_for(lemf.port()), spool, told.events());
  spool.on_entries = [&] { sender.wake(); };
  EXPECT_EQ(lemf.wait_for(300), numbers(300));
  spool.add(300, 1);
  EXPECT_EQ(lemf.wait_for(301), numbers(301));
  EXPECT_TRUE(spool.wait_for_depth(0));
  sender.stop();
  const auto status = sender.status();
  EXPECT_EQ(status.sent, 301U);
  EXPECT_EQ(status.confirmed, 301U);
  EXPECT_EQ(status.connections, 1U);
  EXPECT_TRUE(status.acknowledges && status.last_confirmed);
  EXPECT_EQ(status.last_error, "");
  EXPECT_EQ(told.wait_for("connected"), "connected lemf.example acks");
  EXPECT_EQ(told.delivered().size(), 301U);
  EXPECT_EQ(told.delivered().back(), 301) << "when the last one happened";
}

TEST(PsSender, LemfsThatDoNotAcknowledgeConfirmByKeepAlives) {
  Lemf declines(false);
  Lemf deaf;
  deaf.behave(Manners::deaf);
  for (auto* lemf : {&declines, &deaf}) {
    MemorySpool spool;
    spool.add(0, 120);
    PsSender sender(settings_for(lemf->port()), spool);
    EXPECT_EQ(lemf->wait_for(120), numbers(120));
    EXPECT_TRUE(spool.wait_for_depth(0));
    EXPECT_FALSE(sender.status().acknowledges);
    EXPECT_TRUE(sender.status().connected_since);
  }
}

TEST(PsSender, ALemfThatDiesGetsAllThatItDidNotConfirm) {
  Lemf lemf;
  lemf.behave(Manners::dies);
  MemorySpool spool;
  spool.add(0, 200);
  Told told;
  PsSender sender(settings_for(lemf.port()), spool, told.events());
  EXPECT_NE(told.wait_for("lost"), "");
  EXPECT_FALSE(spool.wait_for_depth(200) && lemf.wait_for(0).size() > 0) << "nothing was stored";
  lemf.behave(Manners::good);
  EXPECT_EQ(lemf.wait_for(200), numbers(200));
  EXPECT_TRUE(spool.wait_for_depth(0));
  EXPECT_GE(lemf.connections(), 2);
}

TEST(PsSender, ASilentLemfIsDeadAndAllIsSentAgain) {
  Lemf lemf;
  lemf.behave(Manners::silent);
  MemorySpool spool;
  spool.add(0, 20);
  Told told;
  auto settings = settings_for(lemf.port());
  settings.negotiate = false;
  settings.times.answer = 100ms;
  PsSender sender(settings, spool, told.events());
  EXPECT_NE(told.wait_for("lost").find("the LEMF does not answer"), std::string::npos);
  EXPECT_EQ(lemf.wait_for(20), numbers(20)) << "it has them, but did not say so";
  lemf.behave(Manners::good);
  EXPECT_TRUE(spool.wait_for_depth(0));
  EXPECT_GE(lemf.repeated(), 20U);
}

TEST(PsSender, AStalledLemfIsDeadAndHoldsUpNobody) {
  Lemf stalled;
  Lemf good;
  stalled.behave(Manners::stalled);
  MemorySpool first;
  MemorySpool second;
  first.add(0, 20);
  second.add(0, 20);
  Told told;
  auto settings = settings_for(stalled.port());
  settings.times = {100ms, 200ms, 5ms, 200ms};
  PsSender slow(settings, first, told.events());
  PsSender quick(settings_for(good.port()), second);
  EXPECT_EQ(good.wait_for(20), numbers(20));
  EXPECT_TRUE(second.wait_for_depth(0));
  EXPECT_NE(told.wait_for("lost").find("did not end the negotiation"), std::string::npos);
  stalled.behave(Manners::good);
  EXPECT_TRUE(first.wait_for_depth(0));
}

TEST(PsSender, TheWindowBoundsWhatIsOnItsWay) {
  Lemf lemf;
  lemf.behave(Manners::silent);
  MemorySpool spool;
  spool.add(0, 200);
  auto settings = settings_for(lemf.port());
  settings.negotiate = false;
  settings.times.answer = 100s;
  PsSender sender(settings, spool);
  EXPECT_EQ(lemf.wait_for(50), numbers(50));
  EXPECT_EQ(sender.status().unconfirmed, 50U);
  sender.stop(0s);
  EXPECT_EQ(lemf.wait_for(50), numbers(50)) << "no more than the window";
}

TEST(PsSender, RefusalsOfBothEndsAreToldOnce) {
  const auto misnamed = certificates().authority.issue("DNS:other.example");
  const auto expired = certificates().authority.issue(Wanted{"DNS:lemf.example", "20200101000000Z", "20210101000000Z"});
  for (const auto& [identity, words] : {std::pair(misnamed, "wrong_name"), std::pair(expired, "expired")}) {
    Lemf lemf(true, 0, identity);
    MemorySpool spool;
    spool.add(0, 1);
    Told told;
    PsSender sender(settings_for(lemf.port()), spool, told.events());
    EXPECT_NE(told.wait_for("refused").find(words), std::string::npos) << told.wait_for("refused");
    sender.stop();
    EXPECT_EQ(told.count("refused") + told.count("lost"), 1U) << "attempts that fail the same way are told once";
    EXPECT_EQ(lemf.wait_for(0).size(), 0U);
  }
  Lemf lemf;
  MemorySpool spool;
  spool.add(0, 1);
  Told told;
  Authority stranger{"Other CA"};
  auto settings = settings_for(lemf.port());
  auto tls = stranger.settings(stranger.issue("DNS:df2.example"));
  tls.ca_file = certificates().authority.ca_file();
  settings.target.tls = load(tls);
  PsSender sender(settings, spool, told.events());
  EXPECT_NE(told.wait_for("refused").find("unknown ca"), std::string::npos) << told.wait_for("refused");
  sender.stop();
  EXPECT_EQ(told.count("connected"), 0U);
  EXPECT_EQ(lemf.wait_for(0).size(), 0U);
}

// In TLS 1.3 a LEMF refuses us when we think that all is well.
TEST(PsSender, ALemfThatRefusesUsIsNotConnectedWithoutNegotiationEither) {
  Lemf lemf;
  MemorySpool spool;
  spool.add(0, 1);
  Told told;
  Authority stranger{"Other CA"};
  auto settings = settings_for(lemf.port());
  settings.negotiate = false;
  auto tls = stranger.settings(stranger.issue("DNS:df2.example"));
  tls.ca_file = certificates().authority.ca_file();
  settings.target.tls = load(tls);
  PsSender sender(settings, spool, told.events());
  EXPECT_NE(told.wait_for("refused").find("unknown ca"), std::string::npos);
  sender.stop();
  EXPECT_EQ(told.count("connected"), 0U);
  EXPECT_EQ(told.count("refused"), 1U) << "each attempt fails the same way";
  EXPECT_EQ(sender.status().connections, 0U);
}

TEST(PsSender, ALemfThatIsAwayGetsAllAfter) {
  std::uint16_t port = 0;
  MemorySpool spool;
  Told told;
  {
    Lemf lemf;
    port = lemf.port();
  }
  spool.add(0, 500);
  PsSender sender(settings_for(port), spool, told.events());
  EXPECT_NE(told.wait_for("lost"), "");
  EXPECT_NE(sender.status().last_error, "");
  Lemf lemf(true, port);
  EXPECT_EQ(lemf.wait_for(500), numbers(500));
  EXPECT_TRUE(spool.wait_for_depth(0));
  EXPECT_TRUE(sender.status().connected_since);
}

TEST(PsSender, AFaultOfTheSpoolIsToldAndTriedAgain) {
  Lemf lemf;
  MemorySpool spool;
  spool.add(0, 10);
  spool.fail(true);
  Told told;
  PsSender sender(settings_for(lemf.port()), spool, told.events());
  EXPECT_EQ(told.wait_for("fault"), "fault the disk is broken");
  spool.fail(false);
  EXPECT_EQ(lemf.wait_for(10), numbers(10));
  EXPECT_TRUE(spool.wait_for_depth(0));
  EXPECT_EQ(lemf.connections(), 1);
}

TEST(PsSender, AFaultOfTheSpoolThatComesBackIsToldAgain) {
  Lemf lemf;
  MemorySpool spool;
  Told told;
  PsSender sender(settings_for(lemf.port()), spool, told.events());
  spool.on_entries = [&] { sender.wake(); };
  for (std::uint32_t i = 0; i < 2; ++i) {
    spool.fail(true);
    spool.add(i, 1);
    EXPECT_TRUE(told.wait_for("fault the disk is broken", i + 1)) << i;
    spool.fail(false);
    EXPECT_TRUE(spool.wait_for_depth(0));
  }
  EXPECT_EQ(told.count("fault"), 2U);
  EXPECT_EQ(lemf.connections(), 1);
}

TEST(PsSender, AStopWaitsForConfirmations) {
  Lemf lemf;
  MemorySpool spool;
  spool.add(0, 30);
  auto settings = settings_for(lemf.port());
  settings.times.acknowledge = 100s;  // nobody asks before the stop
  settings.window.entries = 1000;
  PsSender sender(settings, spool);
  EXPECT_EQ(lemf.wait_for(30), numbers(30));
  EXPECT_FALSE(sender.status().last_confirmed);
  sender.stop();
  EXPECT_TRUE(spool.wait_for_depth(0));
  EXPECT_EQ(sender.status().confirmed, 30U);
}

TEST(PsSender, AStopDoesNotWaitForALemfThatIsAway) {
  MemorySpool spool;
  spool.add(0, 1);
  std::uint16_t port = 0;
  {
    Lemf lemf;
    port = lemf.port();
  }
  auto settings = settings_for(port);
  settings.retry = 100s;
  Told told;
  PsSender sender(settings, spool, told.events());
  EXPECT_NE(told.wait_for("lost"), "");
  sender.stop(100s);
}

TEST(PsSender, TwoLemfsFromTheSpoolOnTheDisk) {
  constexpr std::uint32_t kMany = 1000;
  const delivery::test::Scratch scratch;
  const auto spool = delivery::test::open_spool(delivery::test::spool_options(scratch));
  Lemf first;
  Lemf second(false);
  std::vector<std::unique_ptr<PsSender>> senders;
  auto settings = settings_for(first.port());
  settings.destination = "first";
  senders.push_back(std::make_unique<PsSender>(settings, *spool));
  settings.destination = "second";
  settings.target.port = second.port();
  senders.push_back(std::make_unique<PsSender>(settings, *spool));
  spool->on_entries = [&] {
    for (const auto& sender : senders) sender->wake();
  };
  for (std::uint32_t number = 0; number < kMany;) {
    std::vector<delivery::Entry> entries;
    for (int i = 0; i < 40; ++i, ++number) {
      entries.push_back({"first", to_bytes(std::string_view("LIID1")), iri(number), {}});
      entries.push_back({"second", to_bytes(std::string_view("LIID2")), iri(number), {}});
    }
    delivery::test::put(*spool, entries);
  }
  EXPECT_EQ(first.wait_for(kMany), numbers(kMany));
  EXPECT_EQ(second.wait_for(kMany), numbers(kMany));
  for (const auto& sender : senders) sender->stop();
  EXPECT_EQ(senders[0]->status().confirmed, kMany);
  EXPECT_EQ(senders[1]->status().confirmed, kMany);
  EXPECT_EQ(spool->depth("first").value().entries, 0U);
  EXPECT_EQ(spool->depth("second").value().entries, 0U);
}

// Taken by a program of somebody else, read by another.
TEST(PsSender, OpensslTakesWhatIsSentAndPythonReadsIt) {
  const TemporaryFolder folder;
  const auto file = (folder.path() / "taken").string();
  std::uint16_t port = 0;
  {
    Lemf any;
    port = any.port();
  }
  const auto& mine = certificates();
  std::thread server([&] {
    (void)output_of("mkfifo " + file + ".in && timeout 20 openssl s_server -naccept 1 -quiet -tls1_3 -accept 127.0.0.1:" +
                    std::to_string(port) + " -Verify 1 -verify_return_error -CAfile " + mine.authority.ca_file() + " -cert " +
                    mine.lemf.certificate_file + " -key " + mine.lemf.key_file + " <> " + file + ".in > " + file + " 2>/dev/null");
  });
  MemorySpool spool;
  spool.add(0, 5);
  auto settings = settings_for(port);
  settings.negotiate = false;  // it answers nothing
  settings.times.answer = 100s;
  PsSender sender(settings, spool);
  for (const auto end = std::chrono::steady_clock::now() + kGuard; sender.status().sent < 5 && std::chrono::steady_clock::now() < end;)
    std::this_thread::sleep_for(1ms);
  sender.stop(0s);
  server.join();

  const auto taken = read_octets(file);
  delivery::Framer framer(1'000'000);
  framer.feed(taken);
  std::string expected;
  std::uint32_t next = 0;
  for (auto octets = framer.next().value(); octets; octets = framer.next().value()) {
    const auto pdu = ps::decode(*octets).value();
    const bool record = pdu.kind == ps::PayloadKind::iri;
    if (record) {
      EXPECT_EQ(to_hex(*octets), to_hex(iri(next++)));
    }
    expected += std::string(as_text(pdu.header.lawful_interception_identifier)) + " " + std::to_string(pdu.header.sequence_number);
    expected += record ? " 0 16\n" : " 2 3\n";  // iRIPayloadSequence of SEQUENCE, tRIPayload keep-alive
  }
  EXPECT_EQ(next, 5U);
  EXPECT_EQ(output_of("python3 " + source_path("tests/delivery/ber_reader.py").string() + " " + file), expected);
  EXPECT_NE(expected.find("- 0 2 3\n"), std::string::npos) << "a keep-alive begins";
}

}  // namespace
}  // namespace li::test
