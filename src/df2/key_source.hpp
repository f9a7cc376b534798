// df2/key_source.hpp: where keys come from: questions go in, answers come back when there are some.
//
// Source:  TS 33.107 clause 7A.7.2 (Xk); docs/decisions.md.
// Units:   as the members say.
// Errors:  none: a question that nobody answers in time has NoAnswer for an answer.
// Owns:    the real one owns its threads and connections until stop().
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "df2/key_queue.hpp"
#include "ops/audit.hpp"
#include "xk/client.hpp"

namespace li::df2 {

class KeySource {
 public:
  virtual ~KeySource() = default;
  /// Does not wait. A question that is being asked already is not asked again.
  virtual void ask(KeyQuestion question) = 0;
  /// A question that is not to be asked any more; an answer that is on its way is not given.
  virtual void withdraw(const std::string& id) = 0;
  /// No answer comes from now on.
  virtual void stop() = 0;
};

struct KmsSettings {
  std::string name;                  ///< a word for logs and metrics
  std::vector<std::string> domains;  ///< of targets whose keys it has: "home1.example", "*.home1.example"; none: all others
  net::ClientSettings way;
  std::string path = xk::kPath;
  unsigned threads = 4;                     ///< questions at a time
  std::chrono::milliseconds timeout{3000};  ///< of a try
  Retries retries;
  std::size_t most_questions = 50'000;
};

/// How a try ended; `kms` is its name. Called by several threads.
struct KeySourceEvents {
  std::function<void(KeyAnswer)> answer;
  /// Before a question leaves for the first time. An Error: it does not leave yet.
  std::function<Result<void>(const KeyQuestion&, const std::string& kms)> before_asking;
  /// Before an answer is given: "got" or "failed", and why. An Error: it is not given, and asked for again.
  std::function<Result<void>(const KeyQuestion&, const std::string& kms, std::string_view outcome, std::string_view reason)> before_answer;
  /// Something threw while a question was asked: that question has no answer.
  std::function<void(const std::string&)> on_bug;
  /// A try that failed: "no_answer", "tls", "timeout", "bad_answer", "unavailable", "rate_limited".
  std::function<void(const std::string& kms, std::string_view why, const std::string& text)> on_failed_try;
};

/// The host of a SIP or SIPS URI in small letters; empty for a TEL URI.
[[nodiscard]] std::string domain_of(std::string_view identity);
/// Whether the pattern of KmsSettings::domains fits.
[[nodiscard]] bool fits_domain(std::string_view pattern, std::string_view domain);

/// Asks KMSs over Xk, each with threads of its own, so that a slow one holds no other up.
class XkKeySource : public KeySource {
 public:
  /// `late`: so long behind a question's deadline it is asked again. Throws as net::HttpClient does.
  XkKeySource(std::vector<KmsSettings> kmss, std::chrono::milliseconds late, ops::Clock clock, KeySourceEvents events);
  ~XkKeySource() override;

  void ask(KeyQuestion question) override;
  void withdraw(const std::string& id) override;
  void stop() override;
  /// Questions without an answer.
  [[nodiscard]] std::size_t open() const;

 private:
  class Pool;
  [[nodiscard]] Pool* pool_for(std::string_view target) const;

  const std::chrono::milliseconds late_;
  const ops::Clock clock_;
  const KeySourceEvents events_;
  std::vector<std::unique_ptr<Pool>> pools_;
};

}  // namespace li::df2
