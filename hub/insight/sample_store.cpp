#include "hub/insight/sample_store.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::string_view kUpsert =
    "INSERT INTO insight_sample (step_s, figure, at, value) VALUES ($1, $2, $3, $4) ON CONFLICT (step_s, figure, at) DO UPDATE SET value = excluded.value";
constexpr std::string_view kSelectMarks = "SELECT name, value FROM insight_mark";
constexpr std::string_view kUpsertMark = "INSERT INTO insight_mark (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr std::string_view kSelectLastHour = "SELECT max(at) FROM insight_sample WHERE step_s = 3600 AND figure = 'up'";
constexpr std::string_view kSelectFirstMinute = "SELECT min(at) FROM insight_sample WHERE step_s = 60 AND figure = 'up' AND at >= $1";
constexpr std::string_view kSumOf = "SELECT sum(value), max(value) FROM insight_sample WHERE step_s = $1 AND figure = $2 AND at >= $3 AND at < $4";
constexpr std::string_view kDelete = "DELETE FROM insight_sample WHERE step_s = $1 AND figure = $2 AND at < $3";
constexpr std::string_view kSelectSeries = "SELECT at, value FROM insight_sample WHERE step_s = $1 AND figure = $2 AND at >= $3 AND at < $4";
constexpr std::string_view kUpsertDay =
    "INSERT INTO insight_day (business_date, figure, value) VALUES ($1, $2, $3) ON CONFLICT (figure, business_date) DO UPDATE SET value = excluded.value";
constexpr std::string_view kSelectDays = "SELECT business_date, value FROM insight_day WHERE figure = $1 AND business_date >= $2 AND business_date <= $3";

struct SumAndHighest {
  std::optional<std::int64_t> sum, highest;
};
Result<SumAndHighest> combined(sql::Connection& connection, std::int64_t step_s, std::string_view figure, std::int64_t from, std::int64_t to) {
  SumAndHighest both;
  TS_RETURN_IF_ERROR(connection.query(kSumOf, {step_s, figure, from, to}, [&both](const Row& row) {
    if (row.is_null(0)) return;
    both.sum = row.integer(0);
    both.highest = row.integer(1);
  }));
  return both;
}

/// The hours that are over and have none yet; after a long stop, those since the last one.
Result<void> roll_up(sql::Connection& connection, std::int64_t at) {
  const std::int64_t this_hour = at - at % kHourStep;
  std::int64_t next = at - kMinutesKept;
  TS_RETURN_IF_ERROR(connection.query(kSelectLastHour, {}, [&next](const Row& row) {
    if (!row.is_null(0)) next = std::max(next, row.integer(0) + kHourStep);
  }));
  while (true) {
    std::optional<std::int64_t> minute;
    TS_RETURN_IF_ERROR(connection.query(kSelectFirstMinute, {next}, [&minute](const Row& row) {
      if (!row.is_null(0)) minute = row.integer(0);
    }));
    if (!minute || *minute >= this_hour) return {};
    const std::int64_t hour = *minute - *minute % kHourStep;
    for (const std::string& figure : all_figures()) {
      TS_ASSIGN_OR_RETURN(const SumAndHighest both, combined(connection, kMinuteStep, figure, hour, hour + kHourStep));
      const auto value = combine_of(figure) == Combine::kSum ? both.sum : both.highest;
      if (value) TS_RETURN_IF_ERROR(connection.run(kUpsert, {kHourStep, std::string_view(figure), hour, *value}));
    }
    next = hour + kHourStep;
  }
}

}  // namespace

Result<Marks> read_marks(sql::Connection& connection) {
  Marks marks;
  TS_RETURN_IF_ERROR(connection.query(kSelectMarks, {}, [&marks](const Row& row) { marks[std::string(row.text(0))] = row.integer(1); }));
  return marks;
}

Result<void> write_sample(sql::Connection& connection, std::int64_t at, const Figures& figures, const Marks& marks) {
  for (const auto& [figure, value] : figures)
    if (value != 0 || combine_of(figure) == Combine::kHighest)
      TS_RETURN_IF_ERROR(connection.run(kUpsert, {kMinuteStep, std::string_view(figure), at, value}));
  TS_RETURN_IF_ERROR(connection.run(kUpsert, {kMinuteStep, std::string_view("up"), at, std::int64_t{1}}));
  for (const auto& [name, value] : marks) TS_RETURN_IF_ERROR(connection.run(kUpsertMark, {std::string_view(name), value}));
  TS_RETURN_IF_ERROR(roll_up(connection, at));
  if (at % kHourStep != 0) return {};
  for (const std::string& figure : all_figures()) {
    TS_RETURN_IF_ERROR(connection.run(kDelete, {kMinuteStep, std::string_view(figure), at - kMinutesKept}));
    TS_RETURN_IF_ERROR(connection.run(kDelete, {kHourStep, std::string_view(figure), at - kHoursKept}));
  }
  return {};
}

Result<void> write_day_figure(sql::Connection& connection, std::string_view figure, Date date, std::int64_t value) {
  TS_RETURN_IF_ERROR(connection.run(kUpsertDay, {std::int64_t{date.days}, figure, value}));
  return {};
}

Result<Series> read_series(sql::Connection& connection, std::int64_t step_s, std::string_view figure, std::int64_t from, std::int64_t to) {
  Series series;
  TS_RETURN_IF_ERROR(connection.query(kSelectSeries, {step_s, figure, from, to}, [&series](const Row& row) { series[row.integer(0)] = row.integer(1); }));
  return series;
}

Result<std::optional<std::int64_t>> read_sum(sql::Connection& connection, std::string_view figure, std::int64_t from, std::int64_t to, std::int64_t now) {
  const std::int64_t step = from >= now - kMinutesKept ? kMinuteStep : kHourStep;
  TS_ASSIGN_OR_RETURN(const SumAndHighest up, combined(connection, step, "up", from, to));
  if (!up.sum) return std::nullopt;
  TS_ASSIGN_OR_RETURN(const SumAndHighest both, combined(connection, step, figure, from, to));
  const auto value = combine_of(figure) == Combine::kSum ? both.sum : both.highest;
  return std::optional(value.value_or(0));
}

Result<Series> read_day_series(sql::Connection& connection, std::string_view figure, Date from, Date to) {
  Series series;
  TS_RETURN_IF_ERROR(connection.query(kSelectDays, {figure, std::int64_t{from.days}, std::int64_t{to.days}}, [&series](const Row& row) { series[row.integer(0)] = row.integer(1); }));
  return series;
}

}  // namespace tillsync::hub
