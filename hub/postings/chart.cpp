#include "hub/postings/chart.h"

#include <array>
#include <utility>

namespace tillsync::hub {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kTenders = {{
    {"cash", kCashAccount},
    {"card", kCardAccount},
    {"credit_card", kCardAccount},
    {"debit_card", kCardAccount},
    {"cheque", kChequeAccount},
    {"check", kChequeAccount},
    {"bank_transfer", kTransferAccount},
    {"transfer", kTransferAccount},
    {"wallet", kWalletAccount},
    {"mobile", kWalletAccount},
    {"account", kReceivableAccount},
    {"invoice", kReceivableAccount},
    {"gift_card", kGiftCardAccount},
    {"voucher", kGiftCardAccount},
    {"deposit", kDepositAccount},
    {"loyalty", kLoyaltyAccount},
    {"points", kLoyaltyAccount},
}};

}  // namespace

std::string_view tender_account(std::string_view tender_type) {
  for (const auto& [type, account] : kTenders) {
    if (type == tender_type) return account;
  }
  return kOtherTenderAccount;
}

std::string_view line_account(LineKind kind) {
  switch (kind) {
    case LineKind::kGoods: return kGoodsAccount;
    case LineKind::kService: return kServiceAccount;
    case LineKind::kShipping: return kShippingAccount;
    case LineKind::kFee: return kFeeAccount;
    case LineKind::kDiscount: return kDiscountAccount;
    case LineKind::kGiftCard: return kGiftCardAccount;
    case LineKind::kDeposit: return kDepositAccount;
    case LineKind::kTip: return kTipAccount;
    case LineKind::kDonation: return kDonationAccount;
    case LineKind::kAccount: return kReceivableAccount;
    case LineKind::kUnknown: return kOtherRevenueAccount;
  }
  return kOtherRevenueAccount;
}

}  // namespace tillsync::hub
