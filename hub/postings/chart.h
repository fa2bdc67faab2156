// The chart of accounts: which account a tender, a kind of line, a tax and a difference go to, per company. A file says it
// (README.md); what it leaves out is as below. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"


namespace tillsync::hub {

// Assets: what tenders turn into.
inline constexpr std::string_view kCashAccount = "1000";
inline constexpr std::string_view kCardAccount = "1010";           // card clearing, until the acquirer pays
inline constexpr std::string_view kChequeAccount = "1020";
inline constexpr std::string_view kTransferAccount = "1030";       // bank transfers and direct debit
inline constexpr std::string_view kWalletAccount = "1040";         // mobile payments
inline constexpr std::string_view kOtherTenderAccount = "1090";    // tenders that the chart does not know
inline constexpr std::string_view kReceivableAccount = "1100";     // customers on account
// Liabilities.
inline constexpr std::string_view kGiftCardAccount = "2100";       // gift cards and vouchers not yet redeemed
inline constexpr std::string_view kDepositAccount = "2110";        // bottle and order deposits
inline constexpr std::string_view kLoyaltyAccount = "2120";
inline constexpr std::string_view kTipAccount = "2130";            // tips to be paid out
inline constexpr std::string_view kDonationAccount = "2140";       // donations to be passed on
inline constexpr std::string_view kTaxAccount = "2200";            // with the tax code on the line
// Income and expense.
inline constexpr std::string_view kGoodsAccount = "4000";
inline constexpr std::string_view kServiceAccount = "4100";
inline constexpr std::string_view kShippingAccount = "4200";
inline constexpr std::string_view kFeeAccount = "4300";
inline constexpr std::string_view kDiscountAccount = "4800";
inline constexpr std::string_view kOtherRevenueAccount = "4900";   // kinds that the chart does not know
inline constexpr std::string_view kRoundingAccount = "6900";       // cash rounding
inline constexpr std::string_view kOverShortAccount = "6910";      // what a till's count differs by
inline constexpr std::string_view kPettyCashAccount = "6920";      // cash paid in and out at the till
inline constexpr std::string_view kSafeAccount = "1005";           // cash that was dropped into the safe; floats come from there

/// Accounts of goods at cost, for ERPs that do not value stock themselves.
struct CostAccounts {
  std::string inventory, received, adjusted, transit, opening;
  std::string cost_of_goods;  // "" = sales book no cost
};

struct Chart {
  std::string company;                 // for people
  std::vector<LocationId> locations;   // of the company; empty: all that no other company has
  std::string currency;                // of costs, which have none of their own
  std::map<std::string, std::string, std::less<>> tenders;  // by type, "cash/EUR" by type and foreign currency; "*" = others
  std::map<std::string, std::string, std::less<>> lines;    // by kind; "*" = others
  std::map<std::string, std::string, std::less<>> taxes;    // by code; "*" = others
  std::string discounts;               // "" = discounts lower the revenue of their lines
  std::string rounding, over_short, petty_cash, safe;
  std::optional<CostAccounts> costs;   // none: movements make no journal

  /// foreign: the currency that was handed over, where it is not the document's.
  std::string_view tender_account(std::string_view type, std::string_view foreign = {}) const;
  /// The account that the chart names for this type in this currency and no other; "" = none.
  std::string_view own_tender_account(std::string_view type, std::string_view foreign) const;
  std::string_view line_account(std::string_view kind) const;
  std::string_view tax_account(std::string_view code) const;
  bool books_cost_of_goods() const { return costs && !costs->cost_of_goods.empty(); }
};

/// What stands above, for all locations.
Chart default_chart();

class ChartBook {
 public:
  ChartBook() : charts_{default_chart()} {}
  explicit ChartBook(std::vector<Chart> charts) : charts_(std::move(charts)) {}
  /// A location that no company has gets the default chart.
  const Chart& of(const LocationId& location) const;
  const std::vector<Chart>& all() const { return charts_; }

 private:
  std::vector<Chart> charts_;
};

inline constexpr std::size_t kChartBytesMax = 1'000'000;  // of the file
/// kInvalid names the field that is unknown, of the wrong type, or the location that two companies have.
Result<ChartBook> parse_charts(std::string_view json_text);

}  // namespace tillsync::hub
