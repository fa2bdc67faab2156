#include "hub/insight/sample.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tillsync::hub {
namespace {

constexpr std::int64_t kFirstBucketMicros = 10'000;
constexpr std::array<std::int64_t, 8> kStepsOfCharts = {60, 300, 600, 1'800, 3'600, 4 * 3'600, 12 * 3'600, 86'400};
constexpr std::size_t kBucketDigits = 2;

std::int64_t floor_to(std::int64_t at, std::int64_t step) { return at - at % step; }

}  // namespace

std::size_t delay_bucket(Duration delay) {
  const std::int64_t units = delay.micros / kFirstBucketMicros;
  if (units < 1) return 0;
  const auto value = static_cast<std::uint64_t>(units);
  const auto octave = static_cast<std::size_t>(std::bit_width(value)) - 1;
  // Above √2 of the octave: value² ≥ 2 · 4^octave; in floating point, as the squares may not fit.
  const bool is_upper = static_cast<double>(value) >= std::sqrt(2.0) * std::ldexp(1.0, static_cast<int>(octave));
  return std::min(kDelayBuckets - 1, 1 + 2 * octave + (is_upper ? 1 : 0));
}

double delay_seconds(std::size_t bucket) {
  constexpr double kFirst = static_cast<double>(kFirstBucketMicros) / 1e6;
  if (bucket == 0) return kFirst / 2;
  // Between 10 ms · √2^(b−1) and 10 ms · √2^b.
  return kFirst * std::pow(2.0, (static_cast<double>(bucket) - 0.5) / 2.0);
}

std::optional<double> delay_quantile(const DelayCounts& counts, double share) {
  std::int64_t all = 0;
  for (const std::int64_t count : counts) all += count;
  if (all == 0) return std::nullopt;
  const auto wanted = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(all)));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    seen += counts[i];
    if (seen >= std::max<std::int64_t>(1, wanted)) return delay_seconds(i);
  }
  return delay_seconds(kDelayBuckets - 1);
}

std::string delay_figure(std::size_t bucket) {
  std::string digits = std::to_string(bucket);
  digits.insert(0, kBucketDigits - std::min(kBucketDigits, digits.size()), '0');
  return "delay." + digits;
}

Combine combine_of(std::string_view figure) {
  constexpr std::array<std::string_view, 9> kGauges = {"backlog", "oldest_unsent_s", "agents_online", "agents_all", "open_under_1d", "open_1d_3d", "open_3d_7d", "open_over_7d", "open_oldest_s"};
  return std::ranges::find(kGauges, figure) != kGauges.end() ? Combine::kHighest : Combine::kSum;
}

const std::vector<std::string>& all_figures() {
  static const std::vector<std::string> kAll = [] {
    std::vector<std::string> all = {"up",           "documents",    "exceptions_raised", "erp_posted",    "erp_refused",   "erp_retrying",   "erp_unknown",
                                    "refunds",      "refund_s",     "recoveries",        "recovery_s",    "orders_done",   "orders_lost",    "backlog",
                                    "oldest_unsent_s", "agents_online", "agents_all",    "open_under_1d", "open_1d_3d",    "open_3d_7d",     "open_over_7d",
                                    "open_oldest_s"};
    for (std::size_t bucket = 0; bucket < kDelayBuckets; ++bucket) all.push_back(delay_figure(bucket));
    return all;
  }();
  return kAll;
}

Result<ChartSpan> chart_span(std::int64_t from, std::int64_t to, std::int64_t now) {
  if (from < 0 || to <= from || to - from > kHoursKept)
    return fail(ErrorCode::kInvalid, "read chart", "`to` must lie behind `from`, and at most 400 days");
  ChartSpan span;
  span.base_s = from >= now - kMinutesKept ? kMinuteStep : kHourStep;
  span.step_s = kStepsOfCharts.back();
  for (const std::int64_t step : kStepsOfCharts)
    if (step >= span.base_s && (to - from) / step < static_cast<std::int64_t>(kChartPointsMax)) {
      span.step_s = step;
      break;
    }
  span.from = floor_to(from, span.step_s);
  span.to = to;
  return span;
}

Points rate_points(const ChartSpan& span, const Series& values, const Series& up) {
  Points points;
  for (std::int64_t at = span.from; at < span.to; at += span.step_s) {
    std::int64_t minutes = 0, sum = 0;
    for (auto it = up.lower_bound(at); it != up.end() && it->first < at + span.step_s; ++it) minutes += it->second;
    for (auto it = values.lower_bound(at); it != values.end() && it->first < at + span.step_s; ++it) sum += it->second;
    points.emplace_back(at, minutes > 0 ? std::optional(static_cast<double>(sum) / static_cast<double>(minutes)) : std::nullopt);
  }
  return points;
}

Points highest_points(const ChartSpan& span, const Series& values) {
  Points points;
  for (std::int64_t at = span.from; at < span.to; at += span.step_s) {
    std::optional<double> highest;
    for (auto it = values.lower_bound(at); it != values.end() && it->first < at + span.step_s; ++it) highest = std::max(highest.value_or(static_cast<double>(it->second)), static_cast<double>(it->second));
    points.emplace_back(at, highest);
  }
  return points;
}

Points quantile_points(const ChartSpan& span, const std::array<Series, kDelayBuckets>& of, double share) {
  std::map<std::int64_t, DelayCounts> steps;
  for (std::size_t bucket = 0; bucket < of.size(); ++bucket)
    for (const auto& [at, count] : of[bucket])
      if (at >= span.from && at < span.to) steps.try_emplace(floor_to(at, span.step_s), DelayCounts{}).first->second[bucket] += count;
  Points points;
  for (std::int64_t at = span.from; at < span.to; at += span.step_s) {
    const auto found = steps.find(at);
    points.emplace_back(at, found == steps.end() ? std::nullopt : delay_quantile(found->second, share));
  }
  return points;
}

Points forecast(const Points& points, std::int64_t window_s) {
  std::optional<std::pair<std::int64_t, double>> newest, oldest;
  for (auto it = points.rbegin(); it != points.rend(); ++it) {
    if (!it->second) continue;
    if (!newest) newest = {it->first, *it->second};
    if (newest->first - it->first > window_s) break;
    oldest = {it->first, *it->second};
  }
  if (!newest || newest->second <= 0 || oldest->first == newest->first || oldest->second <= newest->second) return {};
  const double per_second = (oldest->second - newest->second) / static_cast<double>(newest->first - oldest->first);
  const auto left = static_cast<std::int64_t>(std::ceil(newest->second / per_second));
  return {{newest->first, newest->second}, {newest->first + left, 0.0}};
}

}  // namespace tillsync::hub
