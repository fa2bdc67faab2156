#include "hub/insight/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <vector>

namespace tillsync::hub {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

Family<Counter>& counters(prometheus::Registry& registry, const std::string& name, const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Histogram>& histograms(prometheus::Registry& registry, const std::string& name, const std::string& help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

const Histogram::BucketBoundaries kGroupBuckets = {1, 4, 16, 64, 256, 1'024, 4'096};
const Histogram::BucketBoundaries kAnswerSeconds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  Family<Counter>& documents = counters(registry, "tillsync_documents_total", "Documents committed, by result");
  Family<Counter>& refused_frames = counters(registry, "tillsync_frames_refused_total", "Frames of agents and strangers that were refused");
  Family<Counter>& exceptions = counters(registry, "tillsync_exceptions_raised_total", "Doubts about documents, by exception code");
  Counter& gaps = counters(registry, "tillsync_gaps_total", "Gaps that agents declared").Add({});
  Histogram& groups = histograms(registry, "tillsync_group_documents", "Documents per transaction of the writer").Add({}, kGroupBuckets);
  Family<Histogram>& erp_answers = histograms(registry, "tillsync_erp_answer_seconds", "From request to the ERP's answer, by outcome");

  std::mutex mutex;  // of what follows
  std::map<std::string, Family<Counter>*, std::less<>> totals;
  std::map<std::string, Family<Gauge>*, std::less<>> gauges;
  std::mutex scrape_mutex;
  std::vector<std::function<void(Metrics&)>> collectors;
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {
  // Alerts on "more than before" need the series to be there from the start.
  for (const char* result : {"accepted", "duplicate", "conflict", "opaque"}) count_documents(result, 0);
  for (const char* reason : {"malformed", "not_enrolled", "revoked", "bad_token"}) count_refused_frames(reason, 0);
}

Metrics::~Metrics() = default;

void Metrics::count_documents(std::string_view result, std::uint64_t count) {
  families_->documents.Add({{"result", std::string(result)}}).Increment(static_cast<double>(count));
}

void Metrics::count_refused_frames(std::string_view reason, std::uint64_t count) {
  families_->refused_frames.Add({{"reason", std::string(reason)}}).Increment(static_cast<double>(count));
}

void Metrics::count_exceptions(std::string_view code, std::uint64_t count) {
  families_->exceptions.Add({{"code", std::string(code)}}).Increment(static_cast<double>(count));
}

void Metrics::count_gaps(std::uint64_t count) { families_->gaps.Increment(static_cast<double>(count)); }

void Metrics::count_erp_answer(std::string_view outcome, Duration took) {
  families_->erp_answers.Add({{"outcome", std::string(outcome)}}, kAnswerSeconds).Observe(static_cast<double>(took.micros) / 1e6);
}

void Metrics::observe_group(std::uint64_t documents) { families_->groups.Observe(static_cast<double>(documents)); }

void Metrics::set_total(std::string_view name, std::string_view help, const MetricLabels& labels, std::uint64_t total) {
  const std::lock_guard lock(families_->mutex);
  auto found = families_->totals.find(name);
  if (found == families_->totals.end()) {
    found = families_->totals.emplace(name, &counters(families_->registry, std::string(name), std::string(help))).first;
  }
  Counter& counter = found->second->Add(labels);
  const double more = static_cast<double>(total) - counter.Value();
  if (more > 0) counter.Increment(more);
}

void Metrics::set_gauge(std::string_view name, std::string_view help, const MetricLabels& labels, double value) {
  const std::lock_guard lock(families_->mutex);
  auto found = families_->gauges.find(name);
  if (found == families_->gauges.end()) {
    auto& family = prometheus::BuildGauge().Name(std::string(name)).Help(std::string(help)).Register(families_->registry);
    found = families_->gauges.emplace(name, &family).first;
  }
  found->second->Add(labels).Set(value);
}

void Metrics::on_scrape(std::function<void(Metrics&)> collector) {
  const std::lock_guard lock(families_->scrape_mutex);
  families_->collectors.push_back(std::move(collector));
}

std::string Metrics::text() {
  const std::lock_guard lock(families_->scrape_mutex);
  for (const auto& collector : families_->collectors) collector(*this);
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace tillsync::hub
