// Questions that go to real KMSs' Xk over TLS, and answers that come back.
#include "df2/key_source.hpp"

#include <gtest/gtest.h>

#include "net/server.hpp"
#include "tests/df2/site.hpp"

namespace {

using namespace li;
using namespace li::df2;
using namespace li::df2::test;

// An Xk that answers what it is told to.
struct Kms {
  explicit Kms(const std::string& name, std::function<std::variant<std::vector<xk::CryptoSession>, xk::Reason>(int)> answer)
      : identity(authority().issue("DNS:" + name)) {
    xk::EndpointSettings settings;
    settings.handler = [this, answer](const xk::GetKeys& request, const net::PeerIdentity&) {
      return xk::encode_response({request.request_id, answer(++asked)}).value();
    };
    endpoint = std::make_unique<xk::Endpoint>(std::move(settings));
    net::ListenerSettings listener;
    listener.tls = tls_of(authority().settings(identity));
    listener.handler = [this](const net::HttpRequest& request) { return (*endpoint)(request); };
    std::vector<net::ListenerSettings> all;
    all.push_back(std::move(listener));
    server = std::move(net::HttpServer::start(std::move(all)).value());
    settings_of.name = name.substr(0, name.find('.'));
    settings_of.way = {"127.0.0.1", server->port(), tls_of(cscf_tls()), name};
    settings_of.retries = {1ms, 2ms};
  }
  li::test::Identity identity;
  std::atomic<int> asked = 0;
  std::unique_ptr<xk::Endpoint> endpoint;
  KmsSettings settings_of;
  std::unique_ptr<net::HttpServer> server;
};

struct Source {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> told;
  std::atomic<int> audit_fails = 0, throws = 0;
  std::unique_ptr<XkKeySource> source;

  Source(std::vector<KmsSettings> kmss, std::chrono::milliseconds late) { use(std::move(kmss), late); }
  void use(std::vector<KmsSettings> kmss, std::chrono::milliseconds late) {
    KeySourceEvents events;
    events.answer = [this](KeyAnswer answer) { note("answer " + answer.id + " " + text_of(answer) + for_whom(answer.liids)); };
    events.on_bug = [this](const std::string& what) { note("bug " + what); };
    events.before_asking = [this](const KeyQuestion& question, const std::string& kms) -> Result<void> {
      if (throws.fetch_sub(1) > 0) throw std::runtime_error("no memory");
      if (audit_fails.fetch_sub(1) > 0) return failure(ErrorKind::limit, "the audit trail is full");
      note("asked " + question.id + " of " + kms + for_whom(question.liids));
      return {};
    };
    events.before_answer = [this](const KeyQuestion& question, const std::string&, std::string_view outcome,
                                  std::string_view reason) -> Result<void> {
      note(std::string(outcome) + " " + question.id + " " + std::string(reason) + for_whom(question.liids));
      return {};
    };
    events.on_failed_try = [this](const std::string& kms, std::string_view why, const std::string&) { note(kms + " " + std::string(why)); };
    source = std::make_unique<XkKeySource>(
        std::move(kmss), late, [] { return TimePoint{}; }, std::move(events));
  }
  static std::string for_whom(const std::set<std::string>& liids) {
    std::string text;
    for (const auto& liid : liids) text += " " + liid;
    return text;
  }
  static std::string text_of(const KeyAnswer& answer) {
    const auto* response = std::get_if<xk::GetKeysResponse>(&answer.answer);
    if (response == nullptr) return "none";
    const auto* reason = std::get_if<xk::Reason>(&response->answer);
    return reason != nullptr ? std::string(xk::to_string(*reason)) : "keys";
  }
  void note(const std::string& text) {
    const std::scoped_lock hold(mutex);
    told.push_back(text);
    changed.notify_all();
  }
  bool wait_for(const std::string& text) {
    std::unique_lock hold(mutex);
    return changed.wait_for(hold, kWait, [&] { return std::find(told.begin(), told.end(), text) != told.end(); });
  }
  std::ptrdiff_t times(const std::string& text) {
    const std::scoped_lock hold(mutex);
    return std::count(told.begin(), told.end(), text);
  }
  void ask(const std::string& id, const std::string& target, const std::set<std::string>& liids = {}) {
    source->ask({id, {id, target, {to_record_bytes(as_bytes("init")), std::nullopt}, std::nullopt}, TimePoint{}, liids});
  }
};

std::vector<xk::CryptoSession> one_key() {
  std::vector<xk::CryptoSession> sessions;
  sessions.push_back({1, std::nullopt, xk::SessionKey{SecretBytes(Bytes(16, 7)), std::nullopt, std::nullopt}});
  return sessions;
}

TEST(KeySource, AsksTheKmsOfTheTargetAndAuditsBeforeAndBehind) {
  Kms home("home.example", [](int) { return one_key(); });
  Kms rest("rest.example", [](int) { return xk::Reason::not_listed; });
  home.settings_of.domains = {"home1.example", "*.home1.example"};
  Source source({home.settings_of, rest.settings_of}, 1min);
  source.ask("q1", "sip:alice@ims.home1.example");
  ASSERT_TRUE(source.wait_for("answer q1 keys"));
  source.ask("q2", "tel:+31201234567");
  ASSERT_TRUE(source.wait_for("answer q2 not_listed"));
  EXPECT_EQ(source.told, (std::vector<std::string>{"asked q1 of home", "got q1 ", "answer q1 keys", "asked q2 of rest",
                                                   "failed q2 not_listed", "answer q2 not_listed"}));
  EXPECT_EQ(source.source->open(), 0U);
}

TEST(KeySource, AsksAgainWhatPasses) {
  Kms kms("home.example", [](int time) -> std::variant<std::vector<xk::CryptoSession>, xk::Reason> {
    if (time < 3) return time == 1 ? xk::Reason::unavailable : xk::Reason::rate_limited;
    return one_key();
  });
  Source source({kms.settings_of}, 1min);
  source.ask("q1", "sip:alice@home1.example");
  ASSERT_TRUE(source.wait_for("answer q1 keys"));
  EXPECT_EQ(kms.asked, 3);
  EXPECT_EQ(source.times("asked q1 of home"), 1) << "audited once";
  EXPECT_EQ(source.times("home unavailable"), 1);
  EXPECT_EQ(source.times("home rate_limited"), 1);
  EXPECT_EQ(source.times("answer q1 unavailable"), 1) << "told once: the question stays open";
  EXPECT_EQ(source.times("answer q1 rate_limited"), 0);
}

TEST(KeySource, WithoutAnAuditTrailNothingIsAsked) {
  Kms kms("home.example", [](int) { return one_key(); });
  Source source({kms.settings_of}, 1min);
  source.audit_fails = 2;
  source.ask("q1", "sip:alice@home1.example");
  ASSERT_TRUE(source.wait_for("answer q1 keys"));
  EXPECT_EQ(source.times("home audit"), 2);
  EXPECT_EQ(kms.asked, 1);
}

TEST(KeySource, AKmsWithAnotherNameIsNotAsked) {
  Kms kms("evil.example", [](int) { return one_key(); });
  kms.settings_of.way.server_name = "home.example";
  Source source({kms.settings_of}, 0ms);
  source.ask("q1", "sip:alice@home1.example");
  ASSERT_TRUE(source.wait_for("answer q1 none"));
  EXPECT_GE(source.times("evil tls"), 1);
  EXPECT_EQ(kms.asked, 0);
}

TEST(KeySource, WithoutAKmsThereIsNoAnswer) {
  Source source({}, 1min);
  source.ask("q1", "sip:alice@home1.example");
  EXPECT_TRUE(source.wait_for("answer q1 none"));
}

TEST(KeySource, WhatIsWithdrawnGivesNoKey) {
  Source source({}, 1min);
  Kms kms("home.example", [&](int) {
    source.source->withdraw("q1");
    return one_key();
  });
  source.use({kms.settings_of}, 1min);
  source.ask("q1", "sip:alice@home1.example");
  ASSERT_TRUE(source.wait_for("failed q1 withdrawn"));
  EXPECT_EQ(source.source->open(), 0U);
  source.source->stop();
  EXPECT_EQ(source.times("answer q1 keys"), 0);
}

// The answer is only theirs for whom it was asked: the trail knows no others.
TEST(KeySource, WhoComesWhileItIsAskedHasNoPartInTheAnswer) {
  Source source({}, 1min);
  Kms kms("home.example", [&](int) {
    source.ask("q1", "sip:alice@home1.example", {"LI-1", "LI-2"});
    return one_key();
  });
  source.use({kms.settings_of}, 1min);
  source.ask("q1", "sip:alice@home1.example", {"LI-1"});
  EXPECT_TRUE(source.wait_for("answer q1 keys LI-1"));
  EXPECT_EQ(source.told, (std::vector<std::string>{"asked q1 of home LI-1", "got q1  LI-1", "answer q1 keys LI-1"}));
}

TEST(KeySource, WhoComesBetweenTwoTriesIsInTheTrail) {
  Source source({}, 1min);
  Kms kms("home.example", [&](int time) -> std::variant<std::vector<xk::CryptoSession>, xk::Reason> {
    if (time > 1) return one_key();
    source.ask("q1", "sip:alice@home1.example", {"LI-1", "LI-2"});
    return xk::Reason::unavailable;
  });
  source.use({kms.settings_of}, 1min);
  source.ask("q1", "sip:alice@home1.example", {"LI-1"});
  ASSERT_TRUE(source.wait_for("answer q1 keys LI-1 LI-2"));
  EXPECT_EQ(source.times("asked q1 of home LI-1"), 1);
  EXPECT_EQ(source.times("asked q1 of home LI-2"), 1);
  EXPECT_EQ(source.times("got q1  LI-1 LI-2"), 1);
}

TEST(KeySource, WhoComesInAnothersPlaceHasToAskAnew) {
  Source source({}, 1min);
  Kms kms("home.example", [&](int) {
    source.ask("q1", "sip:alice@home1.example", {"LI-2"});
    return one_key();
  });
  source.use({kms.settings_of}, 1min);
  source.ask("q1", "sip:alice@home1.example", {"LI-1"});
  EXPECT_TRUE(source.wait_for("answer q1 none"));
  EXPECT_EQ(source.told, (std::vector<std::string>{"asked q1 of home LI-1", "failed q1 withdrawn LI-1", "answer q1 none"}));
  EXPECT_EQ(source.source->open(), 0U);
}

TEST(KeySource, AThrowEndsNoThread) {
  Kms kms("home.example", [](int) { return one_key(); });
  kms.settings_of.threads = 1;
  Source source({kms.settings_of}, 1min);
  source.throws = 1;
  source.ask("q1", "sip:alice@home1.example");
  ASSERT_TRUE(source.wait_for("answer q1 none"));
  EXPECT_EQ(source.times("bug no memory"), 1);
  source.ask("q1", "sip:alice@home1.example");
  ASSERT_TRUE(source.wait_for("answer q1 keys"));
}

}  // namespace
