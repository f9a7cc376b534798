// ops/metrics.hpp: counters, gauges and histograms for Prometheus.
//
// Source:  Prometheus text exposition format 0.0.4.
// Units:   as the name of the metric says: _seconds, _bytes, _total.
// Errors:  a name that is none, or one metric declared in two ways, is a bug of ours and throws std::invalid_argument or std::logic_error.
// Owns:    Metrics owns the values; Counter, Gauge and Histogram are handles that must not outlive it. All may be used by any thread.
//
// A label must come from a closed list: never a subscriber, a target or an address of a peer that is not configured.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace li::ops {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  void add(double more = 1) const;
  [[nodiscard]] double value() const;

 private:
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  void set(double value) const;
  void add(double more) const;
  [[nodiscard]] double value() const;

 private:
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  void observe(double value) const;

 private:
  prometheus::Histogram* histogram_;
};

class Metrics {
 public:
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics();

  /// The same name and labels give the same value again.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& upper_bounds, const Labels& labels = {});

  /// The page that Prometheus reads.
  [[nodiscard]] std::string render() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace li::ops
