// The hub's metrics for Prometheus: what happened is counted as it happens, what is so now (queues, agents) is asked at each
// scrape. Names and meanings stand in README.md beside this file. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace tillsync::hub {

/// Prometheus labels: names are fixed by the code, values come from closed sets (states, codes), never from documents.
using MetricLabels = std::map<std::string, std::string>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// result: accepted | duplicate | conflict | opaque.
  void count_documents(std::string_view result, std::uint64_t count = 1);
  /// reason: malformed | not_enrolled | revoked | bad_token | conflict | limit | unsupported.
  void count_refused_frames(std::string_view reason, std::uint64_t count = 1);
  void count_exceptions(std::string_view code, std::uint64_t count = 1);
  void count_gaps(std::uint64_t count = 1);
  /// outcome: posted | refused | transient | unknown | absent. took: from request to answer.
  void count_erp_answer(std::string_view outcome, Duration took);
  /// One committed transaction of the writer that carried documents.
  void observe_group(std::uint64_t documents);

  /// Handed over by another part as a running total since its start; never goes back.
  void set_total(std::string_view name, std::string_view help, const MetricLabels& labels, std::uint64_t total);
  void set_gauge(std::string_view name, std::string_view help, const MetricLabels& labels, double value);
  /// Called at the start of each scrape, on the scraping thread; sets gauges and totals. Register before the first scrape.
  void on_scrape(std::function<void(Metrics&)> collector);

  /// Text format 0.0.4.
  std::string text();

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace tillsync::hub
