#include "hub/insight/chart_reader.h"

#include <algorithm>

#include "hub/insight/sample_store.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::int64_t kWeek = 7 * kDayStep, kForecastWindow = 600;  // seconds
constexpr std::int64_t kMicros = 1'000'000;
constexpr std::string_view kSelectReceived = "SELECT received_at FROM event WHERE event_no >= $1 ORDER BY event_no LIMIT 1";
constexpr std::string_view kSelectBounds = "SELECT coalesce(min(event_no), 0), coalesce(max(event_no), 0) FROM event";
constexpr std::string_view kSelectOfLocation =
    "SELECT received_at, agent_received_at FROM event WHERE location = $1 AND event_no >= $2 AND event_no <= $3 ORDER BY event_no DESC LIMIT $4";

/// The log is in the order of arrival: the first number that came at or behind `at`.
Result<std::int64_t> event_no_at(sql::Connection& connection, std::int64_t at_micros) {
  std::int64_t low = 0, high = 0;
  TS_RETURN_IF_ERROR(connection.query(kSelectBounds, {}, [&](const Row& row) {
    low = row.integer(0);
    high = row.integer(1) + 1;
  }));
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    bool is_later = true;
    TS_RETURN_IF_ERROR(connection.query(kSelectReceived, {middle}, [&](const Row& row) { is_later = row.integer(0) >= at_micros; }));
    if (is_later) high = middle;
    else low = middle + 1;
  }
  return low;
}

struct LocationSamples {
  Series documents, up;
  std::array<Series, kDelayBuckets> delays;
};
/// As the sampler would have written them: a location's minutes are as well known as the log is long.
Result<LocationSamples> samples_of(sql::Connection& connection, std::string_view location, std::int64_t from, std::int64_t to) {
  TS_ASSIGN_OR_RETURN(const std::int64_t first, event_no_at(connection, from * kMicros));
  TS_ASSIGN_OR_RETURN(const std::int64_t behind, event_no_at(connection, to * kMicros));
  LocationSamples samples;
  TS_RETURN_IF_ERROR(connection.query(kSelectOfLocation, {location, first, behind - 1, static_cast<std::int64_t>(kLocationEventsMax)}, [&samples](const Row& row) {
    const std::int64_t minute = row.integer(0) / kMicros / kMinuteStep * kMinuteStep;
    ++samples.documents[minute];
    if (!row.is_null(1)) ++samples.delays[delay_bucket(Duration{row.integer(0) - row.integer(1)})][minute];
  }));
  return samples;
}

class ChartMaker {
 public:
  ChartMaker(sql::Connection& connection, ChartSpan span, std::int64_t now) : connection_(connection), span_(span), now_(now) {}

  Result<std::vector<ChartSeries>> arrivals() {
    TS_ASSIGN_OR_RETURN(Points points, rate("documents", 0));
    TS_ASSIGN_OR_RETURN(Points before, rate("documents", kWeek));
    return std::vector<ChartSeries>{{"now", "documents", "g", std::move(points)}, {"last_week", "last week", "i", std::move(before)}};
  }
  Result<std::vector<ChartSeries>> backlog() {
    TS_ASSIGN_OR_RETURN(Points points, highest("backlog"));
    std::vector<ChartSeries> all{{"backlog", "backlog", "g", std::move(points)}};
    if (span_.to >= now_) all.push_back({"forecast", "drain forecast", "p", forecast(all.front().points, std::max(kForecastWindow, 2 * span_.step_s))});
    return all;
  }
  Result<std::vector<ChartSeries>> delay() {
    std::array<Series, kDelayBuckets> buckets;
    for (std::size_t i = 0; i < kDelayBuckets; ++i) {
      TS_ASSIGN_OR_RETURN(buckets[i], read_series(connection_, span_.base_s, delay_figure(i), span_.from, span_.to));
    }
    return delays_of(buckets);
  }
  std::vector<ChartSeries> delays_of(const std::array<Series, kDelayBuckets>& buckets) const {
    return {{"p50", "half", "g", quantile_points(span_, buckets, 0.5)}, {"p95", "95 %", "a", quantile_points(span_, buckets, 0.95)}};
  }
  Result<std::vector<ChartSeries>> postings() {
    std::vector<ChartSeries> all{{"posted", "posted", "g", {}}, {"retrying", "retrying", "a", {}}, {"unknown", "unknown", "i", {}}, {"refused", "refused", "f", {}}};
    for (ChartSeries& one : all) {
      TS_ASSIGN_OR_RETURN(one.points, rate("erp_" + one.name, 0));
    }
    return all;
  }
  Result<std::vector<ChartSeries>> exceptions() {
    std::vector<ChartSeries> all{{"open_under_1d", "under 1 d", "g", {}}, {"open_1d_3d", "1 to 3 d", "p", {}}, {"open_3d_7d", "3 to 7 d", "a", {}}, {"open_over_7d", "over 7 d", "f", {}}};
    for (ChartSeries& one : all) {
      TS_ASSIGN_OR_RETURN(one.points, highest(one.name));
    }
    return all;
  }
  Result<std::vector<ChartSeries>> balance() {
    TS_ASSIGN_OR_RETURN(Points balanced, share("days_balanced", "days_all", false));
    TS_ASSIGN_OR_RETURN(Points accurate, share("accuracy_differing", "accuracy_items", true));
    return std::vector<ChartSeries>{{"balanced", "balanced first time", "g", std::move(balanced)}, {"accuracy", "inventory accuracy", "p", std::move(accurate)}};
  }
  Points location_rate(const LocationSamples& samples) const {
    Series up;
    for (std::int64_t at = span_.from; at < std::min(span_.to, now_); at += kMinuteStep) up[at] = 1;
    return rate_points(span_, samples.documents, up);
  }

 private:
  /// Of `back_s` seconds before, drawn at its place now.
  Result<Points> rate(std::string_view figure, std::int64_t back_s) {
    ChartSpan before = span_;
    before.from -= back_s;
    before.to -= back_s;
    if (before.from < now_ - kMinutesKept) before.base_s = std::max(before.base_s, before.step_s % kHourStep == 0 ? kHourStep : kMinuteStep);
    TS_ASSIGN_OR_RETURN(const Series values, read_series(connection_, before.base_s, figure, before.from, before.to));
    TS_ASSIGN_OR_RETURN(const Series up, read_series(connection_, before.base_s, "up", before.from, before.to));
    Points points = rate_points(before, values, up);
    for (auto& point : points) point.first += back_s;
    return points;
  }
  Result<Points> highest(std::string_view figure) {
    TS_ASSIGN_OR_RETURN(const Series values, read_series(connection_, span_.base_s, figure, span_.from, span_.to));
    return highest_points(span_, values);
  }
  /// Per cent per business date; a date without the whole is a gap.
  Result<Points> share(std::string_view part, std::string_view whole, bool is_rest) {
    const Date from{static_cast<std::int32_t>(span_.from / kDayStep)}, to{static_cast<std::int32_t>((span_.to - 1) / kDayStep)};
    TS_ASSIGN_OR_RETURN(const Series parts, read_day_series(connection_, part, from, to));
    TS_ASSIGN_OR_RETURN(const Series wholes, read_day_series(connection_, whole, from, to));
    Points points;
    for (std::int64_t day = from.days; day <= to.days; ++day) {
      const auto all = wholes.find(day);
      const auto some = parts.find(day);
      if (all == wholes.end() || all->second <= 0 || some == parts.end()) {
        points.emplace_back(day * kDayStep, std::nullopt);
        continue;
      }
      const double ratio = 100.0 * static_cast<double>(some->second) / static_cast<double>(all->second);
      points.emplace_back(day * kDayStep, is_rest ? 100.0 - ratio : ratio);
    }
    return points;
  }

  sql::Connection& connection_;
  ChartSpan span_;
  std::int64_t now_;
};

}  // namespace

Result<Chart> read_chart(sql::Connection& connection, std::string_view name, std::int64_t from, std::int64_t to, std::string_view location, std::int64_t now) {
  TS_ASSIGN_OR_RETURN(ChartSpan span, chart_span(from, to, now));
  Chart chart;
  chart.name = name;
  ChartMaker maker(connection, span, now);
  if (!location.empty() && name != "arrivals" && name != "delay")
    return fail(ErrorCode::kUnsupported, "read chart", "only arrivals and delay can be told of one location", "see /v1/agents/{id}/samples for its backlog");
  if (!location.empty()) {
    span.base_s = kMinuteStep;
    TS_ASSIGN_OR_RETURN(const LocationSamples samples, samples_of(connection, location, span.from, span.to));
    if (name == "arrivals") chart.series = {{"now", "documents", "g", maker.location_rate(samples)}};
    else chart.series = maker.delays_of(samples.delays);
  }
  const auto take = [&chart](Result<std::vector<ChartSeries>> series) -> Result<void> {
    TS_ASSIGN_OR_RETURN(chart.series, std::move(series));
    return {};
  };
  chart.step_s = span.step_s;
  if (name == "arrivals") {
    chart.unit = "documents/min";
    if (location.empty()) TS_RETURN_IF_ERROR(take(maker.arrivals()));
  } else if (name == "backlog") {
    chart.unit = "documents";
    TS_RETURN_IF_ERROR(take(maker.backlog()));
  } else if (name == "delay") {
    chart.unit = "s";
    if (location.empty()) TS_RETURN_IF_ERROR(take(maker.delay()));
  } else if (name == "postings") {
    chart.unit = "postings/min";
    TS_RETURN_IF_ERROR(take(maker.postings()));
  } else if (name == "exceptions") {
    chart.unit = "exceptions";
    TS_RETURN_IF_ERROR(take(maker.exceptions()));
  } else if (name == "balance") {
    chart.unit = "%";
    chart.step_s = kDayStep;
    TS_RETURN_IF_ERROR(take(maker.balance()));
  } else {
    return fail(ErrorCode::kNotFound, "read chart", "there is no chart " + std::string(name));
  }
  return chart;
}

}  // namespace tillsync::hub
