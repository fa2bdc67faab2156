// What the hub measures about itself over time: names of the figures, the buckets of delays, and how points of a chart are made of samples. A step that was not measured is a
// gap, never a nought. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"

namespace tillsync::hub {

inline constexpr std::int64_t kMinuteStep = 60, kHourStep = 3'600, kDayStep = 86'400;  // seconds
inline constexpr std::int64_t kMinutesKept = 8 * kDayStep;     // seconds: last week's line needs a week and a day
inline constexpr std::int64_t kHoursKept = 400 * kDayStep;     // seconds
inline constexpr std::size_t kChartPointsMax = 1'500;          // of one series

/// Delays from POS to hub in steps of √2 from 10 ms on; the last bucket takes all above (about ten days).
inline constexpr std::size_t kDelayBuckets = 54;
std::size_t delay_bucket(Duration delay);
/// The middle of a bucket, in seconds.
double delay_seconds(std::size_t bucket);
using DelayCounts = std::array<std::int64_t, kDelayBuckets>;
/// The delay under which `share` (0 … 1) of them lie; nullopt when there are none.
std::optional<double> delay_quantile(const DelayCounts& counts, double share);
/// "delay.07": the figure of a bucket.
std::string delay_figure(std::size_t bucket);

/// One measurement: figure → value.
using Figures = std::map<std::string, std::int64_t>;
/// How several samples become one of a longer step.
enum class Combine : std::uint8_t { kSum, kHighest };
Combine combine_of(std::string_view figure);
/// Every figure that is written, "up" and the buckets of delays among them.
const std::vector<std::string>& all_figures();

/// Samples of one figure: begin of the step → value.
using Series = std::map<std::int64_t, std::int64_t>;
using Points = std::vector<std::pair<std::int64_t, std::optional<double>>>;
struct ChartSpan {
  std::int64_t from = 0, to = 0;  // seconds since 1970
  std::int64_t base_s = 60;       // step of the samples
  std::int64_t step_s = 60;       // of the points; a multiple
};
/// The step that gives at most kChartPointsMax points, of minutes where they are kept, else of hours. kInvalid: to not behind from, or longer than kHoursKept.
Result<ChartSpan> chart_span(std::int64_t from, std::int64_t to, std::int64_t now);
/// Per minute that was measured; a step without any is a gap.
Points rate_points(const ChartSpan& span, const Series& values, const Series& up);
/// The highest of each step.
Points highest_points(const ChartSpan& span, const Series& values);
/// of: one series per bucket.
Points quantile_points(const ChartSpan& span, const std::array<Series, kDelayBuckets>& of, double share);
/// A straight line from the newest value to nought, as the last `window_s` seconds went; none when it does not fall.
Points forecast(const Points& points, std::int64_t window_s);

}  // namespace tillsync::hub
