#include "hub/app/erp_stock.h"

#include <future>

#include "hub/reconcile/stock_comparison_store.h"

namespace tillsync::hub {
namespace {

constexpr const char* kAskStock = "ask for the ERP's stock";

Result<std::vector<OnHandAtErp>> ask_and_wait(const AskOnHand& ask, const std::string& location, std::vector<std::string> skus) {
  auto promise = std::make_shared<std::promise<Result<std::vector<OnHandAtErp>>>>();
  auto answer = promise->get_future();
  ask({location}, std::move(skus), [promise = std::move(promise)](const Result<std::vector<OnHandAtErp>>& rows) { promise->set_value(rows); });
  try {
    return answer.get();
  } catch (const std::future_error&) {  // the question was dropped: the hub stops
    return fail(ErrorCode::kUnavailable, kAskStock, "the connection to the ERP has ended");
  }
}

}  // namespace

Result<ErpStock> ErpStockQuestions::on_hand(const LocationId& location) {
  TS_ASSIGN_OR_RETURN(const OnHand known, read_on_hand(*reads_, location));
  ErpStock stock;
  stock.as_of = now_();
  auto next = known.begin();
  while (next != known.end()) {
    std::vector<std::string> skus;
    for (; next != known.end() && skus.size() < kAskedSkusMax; ++next) skus.push_back(next->first.value);
    TS_ASSIGN_OR_RETURN(const auto rows, ask_and_wait(ask_, location.value, std::move(skus)));
    for (const OnHandAtErp& row : rows) {
      TS_ASSIGN_OR_RETURN(const std::int64_t milli, parse_decimal(row.qty, Quantity::kScale));
      stock.on_hand[Sku(row.sku)].milli += milli;
    }
  }
  return stock;
}

}  // namespace tillsync::hub
