// Metrics, and security events, which go three ways.
#include "ops/security_event.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "ops/audit_entry.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "tests/ops/support.hpp"

namespace li::ops {
namespace {

TEST(Metrics, AreRenderedAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.counter("hi2_requests_total", "requests", {{"answer", "keys"}}).add();
  metrics.counter("hi2_requests_total", "requests", {{"answer", "keys"}}).add(2);
  metrics.counter("hi2_requests_total", "requests", {{"answer", "refused"}});
  const auto gauge = metrics.gauge("hi2_connections", "open connections");
  gauge.set(5);
  gauge.add(-2);
  metrics.histogram("hi2_seconds", "time", {0.1, 1}).observe(0.5);
  EXPECT_EQ(gauge.value(), 3);
  const auto page = metrics.render();
  for (const std::string line :
       {"# HELP hi2_requests_total requests\n", "# TYPE hi2_requests_total counter\n", "hi2_requests_total{answer=\"keys\"} 3\n",
        "hi2_requests_total{answer=\"refused\"} 0\n", "hi2_connections 3\n", "hi2_seconds_bucket{le=\"0.1\"} 0\n",
        "hi2_seconds_bucket{le=\"1\"} 1\n", "hi2_seconds_count 1\n", "hi2_seconds_sum 0.5\n"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << "is not in\n" << page;
  }
}

TEST(Metrics, OneNameIsOneKind) {
  Metrics metrics;
  metrics.counter("hi2_things", "things");
  EXPECT_THROW(metrics.gauge("hi2_things", "things"), std::invalid_argument);
  EXPECT_THROW(metrics.counter("no name", "things"), std::invalid_argument);
}

TEST(SecurityEvent, GoesToLogMetricAndAudit) {
  const test::Trail trail;
  std::ostringstream out;
  const Log log({LogLevel::info, LogForm::journal, &out});
  Metrics metrics;
  const auto audit = trail.open();
  const SecurityEvents events(log, metrics, *audit);
  EXPECT_EQ(events.raise("target_is_no_party", {{"client", "df2.example"}, {"target", "sip:bob\n@ims.example"}}), 2U);
  EXPECT_EQ(out.str(), "<4>security event reason=target_is_no_party client=df2.example target=sip:bob\\n@ims.example\n");
  EXPECT_NE(metrics.render().find("hi2_security_events_total{reason=\"target_is_no_party\"} 1\n"), std::string::npos);
  const auto line = test::lines_of(test::read_file(trail.path)).at(1);
  const auto entry = read_audit_entry(std::string_view(line).substr(0, line.size() - 1));
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->event, "security_event");
  EXPECT_EQ(entry->fields, (Fields{{"reason", "target_is_no_party"}, {"client", "df2.example"}, {"target", "sip:bob\n@ims.example"}}));
}

TEST(SecurityEvent, OneOfVeryManyIsOnlyToldAndCounted) {
  const test::Trail trail;
  std::ostringstream out;
  const Log log({LogLevel::info, LogForm::journal, &out});
  Metrics metrics;
  const auto audit = trail.open();
  SecurityEvents(log, metrics, *audit).tell("replay", {{"address", "192.0.2.1"}});
  EXPECT_EQ(out.str(), "<4>security event reason=replay address=192.0.2.1\n");
  EXPECT_NE(metrics.render().find("hi2_security_events_total{reason=\"replay\"} 1\n"), std::string::npos);
  EXPECT_EQ(test::lines_of(test::read_file(trail.path)).size(), 1U);
}

TEST(SecurityEvent, SaysWhenItCanNotBeAudited) {
  const test::Trail trail;
  std::ostringstream out;
  const Log log({LogLevel::info, LogForm::journal, &out});
  Metrics metrics;
  const auto audit = trail.open();
  ASSERT_TRUE(audit->close());
  EXPECT_FALSE(SecurityEvents(log, metrics, *audit).raise("unknown_tpk", {}));
  EXPECT_NE(out.str().find("<2>security event is not in the audit trail reason=unknown_tpk"), std::string::npos) << out.str();
  EXPECT_NE(metrics.render().find("hi2_audit_failures_total 1\n"), std::string::npos);
}

}  // namespace
}  // namespace li::ops
