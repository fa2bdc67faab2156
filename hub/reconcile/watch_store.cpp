#include "hub/reconcile/watch_store.h"

#include "hub/exceptions/exception_store.h"
#include "hub/reconcile/day_reader.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelectTills =
    "SELECT location, till, traded, closes FROM till_day WHERE business_date = $1 ORDER BY location, till";
constexpr std::string_view kSelectSaid = "SELECT 1 FROM close_missing WHERE business_date = $1 AND location = $2 AND till = $3";
constexpr std::string_view kSelectCloses = "SELECT closes FROM till_day WHERE business_date = $1 AND location = $2 AND till = $3";
constexpr std::string_view kInsertSaid = "INSERT INTO close_missing (business_date, location, till, said_at) VALUES ($1, $2, $3, $4)";
constexpr std::string_view kSelectClosed = "SELECT location, till FROM till_day WHERE business_date = $1 AND closes > 0 AND findings = 0 ORDER BY location, till";

}  // namespace

Result<std::vector<TillOnDay>> tills_on_day(sql::Connection& connection, Date business_date) {
  std::vector<TillOnDay> tills;
  TS_RETURN_IF_ERROR(connection.query(kSelectTills, {std::int64_t{business_date.days}}, [&tills](const Row& row) {
    tills.push_back({LocationId(std::string(row.text(0))), TillId(std::string(row.text(1))), row.integer(2) > 0, row.integer(3) > 0});
  }));
  return tills;
}

Result<std::vector<TillDayKey>> not_said_yet(sql::Connection& connection, const std::vector<TillDayKey>& missing) {
  std::vector<TillDayKey> unsaid;
  for (const TillDayKey& key : missing) {
    bool is_said = false;
    TS_RETURN_IF_ERROR(connection.query(kSelectSaid, {std::int64_t{key.business_date.days}, key.location.view(), key.till.view()}, [&is_said](const Row&) { is_said = true; }));
    if (!is_said) unsaid.push_back(key);
  }
  return unsaid;
}

Result<std::size_t> say_missing(sql::Connection& connection, const std::vector<TillDayKey>& missing, Instant now) {
  // Between the look and this task the close may have come, or another check have said it.
  TS_ASSIGN_OR_RETURN(const auto unsaid, not_said_yet(connection, missing));
  std::vector<ExceptionRaised> raised;
  for (const TillDayKey& key : unsaid) {
    const std::int64_t date = key.business_date.days;
    std::int64_t closes = 0;
    TS_RETURN_IF_ERROR(connection.query(kSelectCloses, {date, key.location.view(), key.till.view()}, [&closes](const Row& row) { closes = row.integer(0); }));
    if (closes > 0) continue;
    TS_RETURN_IF_ERROR(connection.run(kInsertSaid, {date, key.location.view(), key.till.view(), now.micros}));
    ExceptionRaised& one = raised.emplace_back();
    one.code = "close.missing";
    one.subject = till_day_subject(key);
    one.cause_key = "till:" + key.location.value + "/" + key.till.value;
    one.location = key.location;
    one.detail = "till " + key.till.value + " has sent no close of " + format_date(key.business_date);
  }
  TS_RETURN_IF_ERROR(raise_exceptions(connection, raised, now));
  return raised.size();
}

Result<std::vector<TillCheck>> checks_of_day(sql::Connection& connection, Date business_date) {
  std::vector<TillDayKey> keys;
  TS_RETURN_IF_ERROR(connection.query(kSelectClosed, {std::int64_t{business_date.days}}, [&](const Row& row) {
    keys.push_back({LocationId(std::string(row.text(0))), business_date, TillId(std::string(row.text(1)))});
  }));
  std::vector<TillCheck> checks;
  DayReader reader(connection);
  for (const TillDayKey& key : keys) {
    TS_ASSIGN_OR_RETURN(auto tills, reader.tills(key.day(), key.till));
    TillCheck& check = checks.emplace_back();
    check.key = key;
    check.facts = std::move(tills[key.till]);
  }
  return checks;
}

}  // namespace tillsync::hub
