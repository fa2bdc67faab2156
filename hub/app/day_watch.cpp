#include "hub/app/day_watch.h"

#include "common/base/os.h"
#include "common/log/log.h"
#include "hub/app/hub_database.h"
#include "hub/app/periodic_thread.h"
#include "hub/exceptions/exception_store.h"
#include "hub/ledger/stock_reader.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/reconcile/close_checks_stage.h"
#include "hub/reconcile/stock_comparison_store.h"
#include "hub/reconcile/watch_store.h"

namespace tillsync::hub {
namespace {

constexpr Duration kLookEvery = seconds(600);
constexpr Duration kCompareStockEvery = seconds(86'400);

class DayWatchThread final : public DayWatch {
 public:
  DayWatchThread(std::unique_ptr<sql::Connection> reads, WriterPort& writer, const AgentRegistry& agents, const DayPolicy& policy, ErpStockSource* stock,
                 std::shared_ptr<DayStatesReader> states)
      : reads_(std::move(reads)), writer_(writer), agents_(agents), policy_(policy), stock_(stock), states_(std::move(states)), thread_(kLookEvery, [this] { look(); }) {}

 private:
  void look() {
    const Instant now = os::now();
    if (const auto until = check_days(*reads_, writer_, agents_, policy_, judged_until_, now)) judged_until_ = *until;
    else log::write(log::Level::kWarning, "check of days", until.error());
    look_up_states(now);
    if (stock_ == nullptr || (compared_at_ && now - *compared_at_ < kCompareStockEvery)) return;
    compared_at_ = now;
    if (const auto compared = compare_stock_with_erp(*reads_, writer_, *stock_); !compared)
      log::write(log::Level::kWarning, "comparison of stock with the ERP", compared.error());
  }

  void look_up_states(Instant now) {
    if (!states_) return;
    const auto snapshot = sql::Transaction::begin(*reads_);
    const auto found = snapshot ? states_->read(*reads_, Date{date_of(now).days - 1}, agent_backlogs(agents_, now), policy_, now) : std::unexpected(snapshot.error());
    if (!found) log::write(log::Level::kWarning, "states of days", found.error());
  }

  std::unique_ptr<sql::Connection> reads_;
  WriterPort& writer_;
  const AgentRegistry& agents_;
  DayPolicy policy_;
  ErpStockSource* stock_;
  std::shared_ptr<DayStatesReader> states_;
  Date judged_until_;
  std::optional<Instant> compared_at_;
  PeriodicThread thread_;
};

SendingSince sending_since(const AgentRegistry& agents) {
  SendingSince since;
  for (const AgentWithStatus& row : agents.all()) {
    const Date date = date_of(row.agent.enrolled_at);
    const auto entry = since.try_emplace(row.agent.location, date).first;
    entry->second = std::min(entry->second, date);
  }
  return since;
}

/// The newest date whose time has passed.
Date last_due(const DayPolicy& policy, Instant now) {
  Date date = date_of(now);
  while (date.days > 0 && closes_expected_at(date, policy) > now) --date.days;
  return date;
}

Result<void> submit_task(WriterPort& writer, std::string name, std::function<Result<void>(sql::Connection&, Instant)> apply) {
  Task task;
  task.name = std::move(name);
  task.apply = std::move(apply);
  return writer.submit(Priority::kRequest, std::move(task));
}

}  // namespace

Result<Date> check_days(sql::Connection& reads, WriterPort& writer, const AgentRegistry& agents, const DayPolicy& policy, Date judged_until, Instant now) {
  const Date last = last_due(policy, now);
  TS_ASSIGN_OR_RETURN(const auto locations, MasterdataReader(reads).locations());
  const SendingSince since = sending_since(agents);
  std::vector<TillDayKey> missing;
  for (Date date{std::max(1, last.days - kWatchedDays + 1)}; date <= last; ++date.days) {
    TS_ASSIGN_OR_RETURN(const auto tills, tills_on_day(reads, date));
    const auto of_date = missing_closes(locations, since, tills, date);
    missing.insert(missing.end(), of_date.begin(), of_date.end());
    if (date <= judged_until) continue;
    TS_ASSIGN_OR_RETURN(const auto checks, checks_of_day(reads, date));
    CheckResult result = check_tills(checks, policy);
    if (result.raised.empty()) continue;
    auto tell = [result = std::move(result)](sql::Connection& connection, Instant at) -> Result<void> {
      TS_RETURN_IF_ERROR(raise_exceptions(connection, result.raised, at));
      return write_findings(connection, result);
    };
    TS_RETURN_IF_ERROR(submit_task(writer, "check of closes", std::move(tell)));
  }
  TS_ASSIGN_OR_RETURN(auto unsaid, not_said_yet(reads, missing));
  if (unsaid.empty()) return last;
  auto tell = [unsaid = std::move(unsaid)](sql::Connection& connection, Instant at) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const std::size_t said, say_missing(connection, unsaid, at));
    if (said > 0) log::warning("tills sent no close by the expected time", {{"tills", static_cast<std::int64_t>(said)}});
    return {};
  };
  TS_RETURN_IF_ERROR(submit_task(writer, "missing closes", std::move(tell)));
  return last;
}

Result<void> compare_stock_with_erp(sql::Connection& reads, WriterPort& writer, ErpStockSource& source) {
  TS_ASSIGN_OR_RETURN(const auto locations, StockReader(reads).units_by_location());
  Result<void> first_failure;
  for (const LocationUnits& row : locations) {
    const auto erp = source.on_hand(row.location);
    if (!erp) {
      if (first_failure) first_failure = std::unexpected(erp.error());
      continue;
    }
    TS_ASSIGN_OR_RETURN(const OnHand hub, read_on_hand(reads, row.location));
    TS_RETURN_IF_ERROR(submit_task(writer, "comparison of stock", [location = row.location, comparison = compare_stock(hub, *erp)](sql::Connection& connection, Instant at) {
      return record_stock_comparison(connection, location, comparison, at);
    }));
  }
  return first_failure;
}

Result<std::unique_ptr<DayWatch>> DayWatch::start(const std::filesystem::path& database, WriterPort& writer, const AgentRegistry& agents, const DayPolicy& policy,
                                                  ErpStockSource* stock, std::shared_ptr<DayStatesReader> states) {
  TS_ASSIGN_OR_RETURN(auto reads, open_for_reading(database));
  return std::make_unique<DayWatchThread>(std::move(reads), writer, agents, policy, stock, std::move(states));
}

}  // namespace tillsync::hub
