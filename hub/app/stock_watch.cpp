#include "hub/app/stock_watch.h"

#include "common/log/log.h"
#include "hub/app/hub_database.h"
#include "hub/app/periodic_thread.h"
#include "hub/exceptions/exception_store.h"
#include "hub/ledger/stock_reader.h"
#include "hub/reservations/reservation_reader.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kCode = "stock_differs";
constexpr std::string_view kSubject = "stock";
constexpr Duration kEvery = seconds(86'400);

class Watch final : public StockWatch {
 public:
  Watch(std::unique_ptr<sql::Connection> reads, WriterPort& writer) : reads_(std::move(reads)), writer_(writer), thread_(kEvery, [this] { look(); }) {}

 private:
  void look() {
    if (const auto found = check_stock(*reads_, writer_); !found) log::write(log::Level::kWarning, "self-check of stock", found.error());
  }

  std::unique_ptr<sql::Connection> reads_;
  WriterPort& writer_;
  PeriodicThread thread_;
};

}  // namespace

Result<std::size_t> check_stock(sql::Connection& reads, WriterPort& writer) {
  TS_ASSIGN_OR_RETURN(const auto balances, StockReader(reads).verify());
  TS_ASSIGN_OR_RETURN(const auto sums, ReservationReader(reads).verify());
  const std::size_t count = balances.size() + sums.size();
  std::string first;
  if (!balances.empty()) first = "on hand of " + balances[0].stock.sku.value + " at " + balances[0].stock.location.value;
  else if (!sums.empty()) first = sums[0].what + " of " + sums[0].sku.value + " at " + sums[0].location.value;
  Task task;
  task.name = "self-check of stock";
  task.apply = [count, first](sql::Connection& connection, Instant now) -> Result<void> {
    if (count == 0) return settle_exceptions(connection, {{std::string(kCode), std::string(kSubject), "a later check found nothing"}}, now);
    ExceptionRaised raised;
    raised.code = kCode;
    raised.subject = kSubject;
    raised.cause_key = kCode;
    raised.detail = std::to_string(count) + " differences, the first: " + first;
    return raise_exceptions(connection, {raised}, now);
  };
  TS_RETURN_IF_ERROR(writer.submit(Priority::kRequest, std::move(task)));
  if (count > 0) log::error("self-check of stock: sums are not what their records say", {{"differences", static_cast<std::int64_t>(count)}, {"first", first}});
  return count;
}

Result<std::unique_ptr<StockWatch>> StockWatch::start(const std::filesystem::path& database, WriterPort& writer) {
  TS_ASSIGN_OR_RETURN(auto reads, open_for_reading(database));
  return std::make_unique<Watch>(std::move(reads), writer);
}

}  // namespace tillsync::hub
