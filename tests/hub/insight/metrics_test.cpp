#include "hub/insight/metrics.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {
bool has_line(const std::string& text, const std::string& line) { return text.find("\n" + line + "\n") != std::string::npos; }
}  // namespace

TEST_CASE("metrics: counts appear with their labels, and series are there before the first event", "[insight]") {
  Metrics metrics;
  CHECK(has_line(metrics.text(), R"(tillsync_frames_refused_total{reason="malformed"} 0)"));
  metrics.count_refused_frames("malformed");
  metrics.count_refused_frames("malformed", 2);
  metrics.count_documents("accepted", 5);
  metrics.count_erp_answer("posted", milliseconds(20));
  const std::string text = metrics.text();
  CHECK(has_line(text, R"(tillsync_frames_refused_total{reason="malformed"} 3)"));
  CHECK(has_line(text, R"(tillsync_documents_total{result="accepted"} 5)"));
  CHECK(has_line(text, R"(tillsync_erp_answer_seconds_count{outcome="posted"} 1)"));
}

TEST_CASE("metrics: a total that is handed over never goes back", "[insight]") {
  Metrics metrics;
  metrics.set_total("tillsync_handshakes_failed_total", "Broken handshakes", {}, 4);
  metrics.set_total("tillsync_handshakes_failed_total", "Broken handshakes", {}, 3);
  CHECK(has_line(metrics.text(), "tillsync_handshakes_failed_total 4"));
  metrics.set_total("tillsync_handshakes_failed_total", "Broken handshakes", {}, 7);
  CHECK(has_line(metrics.text(), "tillsync_handshakes_failed_total 7"));
}

TEST_CASE("metrics: gauges are asked at each scrape", "[insight]") {
  Metrics metrics;
  double waiting = 1;
  metrics.on_scrape([&](Metrics& m) { m.set_gauge("tillsync_postings", "Postings by status", {{"status", "queued"}}, waiting); });
  CHECK(has_line(metrics.text(), R"(tillsync_postings{status="queued"} 1)"));
  waiting = 0;
  CHECK(has_line(metrics.text(), R"(tillsync_postings{status="queued"} 0)"));
}
