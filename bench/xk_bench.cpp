// get_keys of a running KMS over keep-alive mutual TLS, beside a server of the same kind that answers a constant of the same size: the
// limit.
//
// usage: xk_bench [seconds [clients]]
// The audit trail of the KMS lies in TMPDIR: every answer waits until its entry is on that disk.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "net/server.hpp"
#include "tests/kms/site.hpp"

namespace {

using namespace li;
using namespace li::kms::test;
using Clock = std::chrono::steady_clock;

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Measured {
  double per_second = 0, per_core = 0;
  std::chrono::microseconds p50{}, p99{};
};

// Each client asks again as soon as it has its answer. Processor time is that of both ends: they run in one process.
template <typename Ask>
Measured measure(unsigned clients, std::chrono::seconds duration, Ask ask) {
  std::vector<std::vector<std::chrono::microseconds>> times(clients);
  std::vector<std::thread> threads;
  const auto processor = processor_seconds();
  const auto end = Clock::now() + duration;
  for (auto& own : times) {
    threads.emplace_back([&own, &ask, end] {
      for (auto now = Clock::now(); now < end;) {
        ask();
        const auto after = Clock::now();
        own.push_back(std::chrono::duration_cast<std::chrono::microseconds>(after - now));
        now = after;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<std::chrono::microseconds> all;
  for (const auto& own : times) all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  const auto count = static_cast<double>(all.size());
  return {count / static_cast<double>(duration.count()), count / (processor_seconds() - processor), all[all.size() / 2],
          all[all.size() * 99 / 100]};
}

void print(const char* name, const Measured& measured) {
  std::printf("%-12s %9.0f a second %9.0f a second of one core   p50 %6lld us   p99 %6lld us\n", name, measured.per_second,
              measured.per_core, static_cast<long long>(measured.p50.count()), static_cast<long long>(measured.p99.count()));
}

// The same server, TLS and sizes, without a KMS behind it.
std::unique_ptr<net::HttpServer> constant_server(const RecordBytes& answer, unsigned threads) {
  net::ListenerSettings listener;
  listener.tls = must(net::TlsContext::load(authority().settings(authority().issue("DNS:kms.home1.example"))));
  listener.body_limit = xk::kMaxDocument;
  listener.threads = threads;
  listener.handler = [&answer](const net::HttpRequest&) { return net::HttpResponse{200, xk::kContentType, answer, {}}; };
  std::vector<net::ListenerSettings> listeners;
  listeners.push_back(std::move(listener));
  return must(net::HttpServer::start(std::move(listeners)));
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::seconds duration(argc > 1 ? std::atoi(argv[1]) : 5);
  const auto clients = static_cast<unsigned>(argc > 2 ? std::atoi(argv[2]) : 16);
  Site site;
  site.xk_more = "threads = " + std::to_string(clients) + "\nrequests_per_second = 1000000\nburst = 1000000\n";
  site.write();
  site.start();
  auto alice = site.subscriber("alice");
  auto bob = site.subscriber("bob");
  const auto granted = site.request(alice, {{bob.identity()}});
  const auto init = alice.transfer_init(granted, bob.identity());
  const auto resp = bob.transfer_resp(init, site.resolve(bob, init).secrets);
  const xk::GetKeys question{"b1", alice.identity(), {to_record_bytes(init), to_record_bytes(resp)}, std::nullopt};

  xk::Client client(site.xk_settings(df2_tls()));
  const auto first = client.get_keys(question, std::chrono::seconds(20));
  if (!first || !std::holds_alternative<std::vector<xk::CryptoSession>>(first->answer)) return 1;
  print("get_keys", measure(clients, duration, [&] { (void)client.get_keys(question, std::chrono::seconds(20)); }));

  const auto body = must(xk::encode_request(question));
  const auto answer = must(xk::encode_response(*first));
  const auto server = constant_server(answer, clients);
  net::HttpClient constant({"127.0.0.1", server->port(0), must(net::TlsContext::load(df2_tls())), "kms.home1.example"});
  print("constant", measure(clients, duration,
                            [&] { (void)constant.post("/", xk::kContentType, body, std::chrono::seconds(20), net::Idempotent::yes); }));
  return 0;
}
