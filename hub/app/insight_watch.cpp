#include "hub/app/insight_watch.h"

#include "common/base/os.h"
#include "common/log/log.h"
#include "hub/app/hub_database.h"
#include "hub/app/periodic_thread.h"
#include "hub/insight/alert_store.h"
#include "hub/insight/overview_reader.h"
#include "hub/insight/sample_reader.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kMicrosOfSecond = 1'000'000;

Result<void> submit_insight(WriterPort& writer, std::string name, std::function<Result<void>(sql::Connection&, Instant)> apply) {
  Task task;
  task.name = std::move(name);
  task.apply = std::move(apply);
  task.done = [](const Result<void>& done) {
    if (!done) log::write(log::Level::kWarning, "insight was not written", done.error());
  };
  return writer.submit(Priority::kRequest, std::move(task));
}

class InsightWatchThread final : public InsightWatch {
 public:
  InsightWatchThread(std::unique_ptr<sql::Connection> reads, InsightSources sources)
      : reads_(std::move(reads)), sources_(std::move(sources)), started_at_(os::now()), thread_(kAlertsLookedAtEvery, [this] { look(); }) {}

 private:
  void look() {
    const Instant now = os::now();
    const std::int64_t minute = now.micros / kMicrosOfSecond / kMinuteStep;
    if (minute != sampled_minute_) {
      sampled_minute_ = minute;
      const bool with_days = !days_at_ || now - *days_at_ >= kDayFiguresEvery;
      if (with_days) days_at_ = now;
      if (const auto taken = take_sample(*reads_, sources_, now, with_days); !taken) log::write(log::Level::kWarning, "sample of the minute", taken.error());
    }
    if (now - started_at_ < kAlertsQuietAtStart) return;
    if (const auto looked = look_for_alerts(*reads_, sources_, engine_, now); !looked) log::write(log::Level::kWarning, "look for alerts", looked.error());
  }

  std::unique_ptr<sql::Connection> reads_;
  InsightSources sources_;
  AlertEngine engine_;
  Instant started_at_;
  std::int64_t sampled_minute_ = -1;
  std::optional<Instant> days_at_;
  PeriodicThread thread_;
};

}  // namespace

Result<void> take_sample(sql::Connection& reads, const InsightSources& sources, Instant now, bool with_days) {
  TS_ASSIGN_OR_RETURN(const Marks marks, read_marks(reads));
  TS_ASSIGN_OR_RETURN(TableSample sample, read_table_sample(reads, marks, now));
  Figures& figures = sample.figures;
  const Arrivals arrivals = sources.meter.take();
  figures["documents"] = arrivals.documents;
  figures["exceptions_raised"] = arrivals.exceptions;
  for (std::size_t bucket = 0; bucket < kDelayBuckets; ++bucket) figures[delay_figure(bucket)] = arrivals.delays[bucket];
  for (const char* gauge : {"backlog", "oldest_unsent_s", "agents_online", "agents_all"}) figures[gauge] = 0;
  for (const AgentFact& agent : agent_facts(sources.agents.all(), {}, now)) {
    figures["backlog"] += agent.backlog;
    if (agent.backlog > 0) figures["oldest_unsent_s"] = std::max(figures["oldest_unsent_s"], agent.oldest_unsent_s);
    ++figures["agents_all"];
    if (agent.state == AgentState::kOnline || agent.state == AgentState::kDraining) ++figures["agents_online"];
  }
  std::vector<DayFigure> days;
  if (with_days) {
    TS_ASSIGN_OR_RETURN(days, read_day_figures(reads, now));
  }
  const std::int64_t at = now.micros / kMicrosOfSecond / kMinuteStep * kMinuteStep;
  return submit_insight(sources.writer, "sample of the minute", [at, sample = std::move(sample), days = std::move(days)](sql::Connection& connection, Instant) -> Result<void> {
    TS_RETURN_IF_ERROR(write_sample(connection, at, sample.figures, sample.marks));
    for (const DayFigure& day : days) TS_RETURN_IF_ERROR(write_day_figure(connection, day.figure, day.date, day.value));
    return {};
  });
}

Result<void> look_for_alerts(sql::Connection& reads, const InsightSources& sources, AlertEngine& engine, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto names, read_location_names(reads));
  AlertFacts facts;
  facts.now = now;
  facts.agents = agent_facts(sources.agents.all(), names, now);
  for (AgentFact& agent : facts.agents)
    if ((agent.state == AgentState::kDark || agent.state == AgentState::kMissing) && agent.last_seen)
      agent.silence_that_counts = sources.agents.silence_that_counts(LocationId(agent.location), *agent.last_seen, now);
  facts.breakers = sources.breakers();
  TS_ASSIGN_OR_RETURN(facts.unclosed, read_unclosed(reads, sources.days, names, now));
  TS_RETURN_IF_ERROR(read_exception_facts(reads, facts));
  if (const auto free_bytes = os::disk_free_bytes(sources.database.parent_path())) facts.hub_disk_free_bytes = static_cast<std::int64_t>(*free_bytes);
  TS_ASSIGN_OR_RETURN(const auto rules, read_alert_rules(reads));
  TS_ASSIGN_OR_RETURN(const auto firing, read_firing(reads));
  AlertChanges changes = engine.decide(rules, observe(facts), firing, now);
  if (changes.fired.empty() && changes.resolved.empty()) return {};
  return submit_insight(sources.writer, "alerts", [changes = std::move(changes)](sql::Connection& connection, Instant at) { return write_alert_changes(connection, changes, at); });
}

Result<std::unique_ptr<InsightWatch>> InsightWatch::start(InsightSources sources) {
  TS_ASSIGN_OR_RETURN(auto reads, open_for_reading(sources.database));
  return std::make_unique<InsightWatchThread>(std::move(reads), std::move(sources));
}

}  // namespace tillsync::hub
