#include "hub/insight/kpi_reader.h"

#include "hub/insight/sample_store.h"

namespace tillsync::hub {
namespace {

constexpr double kHour = 3'600, kPerThousand = 1'000, kPerCent = 100;

/// What one span is measured by.
class Span {
 public:
  Span(sql::Connection& connection, std::int64_t from, std::int64_t to, std::int64_t now) : connection_(connection), from_(from), to_(to), now_(now) {}

  using Value = Result<std::optional<double>>;
  Value delay_p95() {
    DelayCounts counts{};
    for (std::size_t i = 0; i < kDelayBuckets; ++i) {
      TS_ASSIGN_OR_RETURN(const auto count, sum(delay_figure(i)));
      counts[i] = count.value_or(0);
    }
    return delay_quantile(counts, 0.95);
  }
  Value ratio(std::string_view part, std::string_view whole, double factor) {
    TS_ASSIGN_OR_RETURN(const auto some, sum(part));
    TS_ASSIGN_OR_RETURN(const auto all, sum(whole));
    if (!some || !all || *all == 0) return std::nullopt;
    return factor * static_cast<double>(*some) / static_cast<double>(*all);
  }
  Value order_completion() {
    TS_ASSIGN_OR_RETURN(const auto done, sum("orders_done"));
    TS_ASSIGN_OR_RETURN(const auto lost, sum("orders_lost"));
    if (!done || !lost || *done + *lost == 0) return std::nullopt;
    return kPerCent * static_cast<double>(*done) / static_cast<double>(*done + *lost);
  }
  Value highest(std::string_view figure, double factor) {
    TS_ASSIGN_OR_RETURN(const auto value, sum(figure));  // of a gauge: the highest
    if (!value) return std::nullopt;
    return factor * static_cast<double>(*value);
  }
  /// Per business date: sums over the dates of the span.
  Value share_of_days(std::string_view part, std::string_view whole, bool is_rest) {
    const Date from{static_cast<std::int32_t>(from_ / kDayStep)}, to{static_cast<std::int32_t>((to_ - 1) / kDayStep)};
    TS_ASSIGN_OR_RETURN(const Series parts, read_day_series(connection_, part, from, to));
    TS_ASSIGN_OR_RETURN(const Series wholes, read_day_series(connection_, whole, from, to));
    std::int64_t some = 0, all = 0;
    for (const auto& [day, value] : wholes) {
      all += value;
      if (const auto found = parts.find(day); found != parts.end()) some += found->second;
    }
    if (all == 0) return std::nullopt;
    const double share = kPerCent * static_cast<double>(some) / static_cast<double>(all);
    return is_rest ? kPerCent - share : share;
  }

 private:
  Result<std::optional<std::int64_t>> sum(std::string_view figure) { return read_sum(connection_, figure, from_, to_, now_); }

  sql::Connection& connection_;
  std::int64_t from_, to_, now_;
};

struct Definition {
  const char *name, *title, *unit;
  std::optional<double> goal;
  bool is_lower_better;
  Span::Value (*measure)(Span&);
};

const std::vector<Definition>& definitions() {
  static const std::vector<Definition> kAll = {
      {"sync_latency", "From till to hub, 95 %", "s", 60.0, true, [](Span& span) { return span.delay_p95(); }},
      {"inventory_accuracy", "SKUs on hand as the ERP has them", "%", 99.0, false, [](Span& span) { return span.share_of_days("accuracy_differing", "accuracy_items", true); }},
      {"exception_rate", "Exceptions per 1,000 documents", "per 1,000", 5.0, true, [](Span& span) { return span.ratio("exceptions_raised", "documents", kPerThousand); }},
      {"exception_age", "Oldest open exception", "h", 48.0, true, [](Span& span) { return span.highest("open_oldest_s", 1 / kHour); }},
      {"refund_completion", "From a return's arrival to the ERP, on average", "s", 3'600.0, true, [](Span& span) { return span.ratio("refund_s", "refunds", 1); }},
      {"reconciliation_accuracy", "Days balanced first time", "%", 99.0, false, [](Span& span) { return span.share_of_days("days_balanced", "days_all", false); }},
      {"recovery_time", "From a posting's first failure to the ERP, on average", "s", 900.0, true, [](Span& span) { return span.ratio("recovery_s", "recoveries", 1); }},
      {"order_completion", "Reservations that were handed over", "%", 95.0, false, [](Span& span) { return span.order_completion(); }},
      {"backlog", "Highest backlog of all stores", "documents", std::nullopt, true, [](Span& span) { return span.highest("backlog", 1); }},
      {"oldest_unsent", "Oldest unsent document", "s", 900.0, true, [](Span& span) { return span.highest("oldest_unsent_s", 1); }},
  };
  return kAll;
}

}  // namespace

Result<std::vector<Kpi>> read_kpis(sql::Connection& connection, std::int64_t from, std::int64_t to, std::int64_t now) {
  if (from < 0 || to <= from || to - from > kHoursKept) return fail(ErrorCode::kInvalid, "read KPIs", "`to` must lie behind `from`, and at most 400 days");
  Span span(connection, from, to, now), before(connection, from - (to - from), from, now);
  std::vector<Kpi> kpis;
  for (const Definition& definition : definitions()) {
    Kpi kpi{definition.name, definition.title, definition.unit, {}, {}, definition.goal, definition.is_lower_better};
    TS_ASSIGN_OR_RETURN(kpi.value, definition.measure(span));
    TS_ASSIGN_OR_RETURN(kpi.previous, definition.measure(before));
    kpis.push_back(std::move(kpi));
  }
  return kpis;
}

}  // namespace tillsync::hub
