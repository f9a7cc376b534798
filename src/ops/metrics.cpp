#include "ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace li::ops {

struct Metrics::Registry {
  prometheus::Registry registry;
};

void Counter::add(double more) const { counter_->Increment(more); }
double Counter::value() const { return counter_->Value(); }

void Gauge::set(double value) const { gauge_->Set(value); }
void Gauge::add(double more) const { gauge_->Increment(more); }
double Gauge::value() const { return gauge_->Value(); }

void Histogram::observe(double value) const { histogram_->Observe(value); }

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return Counter(prometheus::BuildCounter().Name(name).Help(help).Register(registry_->registry).Add(labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return Gauge(prometheus::BuildGauge().Name(name).Help(help).Register(registry_->registry).Add(labels));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& upper_bounds,
                             const Labels& labels) {
  return Histogram(prometheus::BuildHistogram().Name(name).Help(help).Register(registry_->registry).Add(labels, upper_bounds));
}

std::string Metrics::render() const { return prometheus::TextSerializer().Serialize(registry_->registry.Collect()); }

}  // namespace li::ops
