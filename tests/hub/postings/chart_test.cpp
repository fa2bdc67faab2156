#include "hub/postings/chart.h"

#include <catch2/catch.hpp>

#include <set>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("chart: tenders go to their accounts, unknown ones to the account for others", "[postings]") {
  CHECK(tender_account("cash") == kCashAccount);
  CHECK(tender_account("card") == kCardAccount);
  CHECK(tender_account("gift_card") == kGiftCardAccount);
  CHECK(tender_account("account") == kReceivableAccount);
  CHECK(tender_account("sea shells") == kOtherTenderAccount);
  CHECK(tender_account("") == kOtherTenderAccount);
}

TEST_CASE("chart: what is owed to someone is a liability, never revenue", "[postings]") {
  for (const LineKind kind : {LineKind::kGiftCard, LineKind::kDeposit, LineKind::kTip, LineKind::kDonation})
    CHECK(line_account(kind).front() == '2');
  for (const LineKind kind : {LineKind::kGoods, LineKind::kService, LineKind::kShipping, LineKind::kFee, LineKind::kDiscount, LineKind::kUnknown})
    CHECK(line_account(kind).front() == '4');
  CHECK(line_account(LineKind::kAccount) == kReceivableAccount);
}

TEST_CASE("chart: every kind of line has an account of its own", "[postings]") {
  std::set<std::string_view> accounts;
  for (const LineKind kind : {LineKind::kGoods, LineKind::kService, LineKind::kShipping, LineKind::kFee, LineKind::kDiscount,
                              LineKind::kGiftCard, LineKind::kDeposit, LineKind::kTip, LineKind::kDonation, LineKind::kAccount, LineKind::kUnknown})
    CHECK(accounts.insert(line_account(kind)).second);
}
