// The default chart of accounts: which account a tender, a kind of line and a difference go to. Pure.
#pragma once

#include <string_view>

#include "common/contract/vocabulary.h"

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

std::string_view tender_account(std::string_view tender_type);
std::string_view line_account(LineKind kind);

}  // namespace tillsync::hub
