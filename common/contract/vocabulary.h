// The known values of the contract's enumerations. A document keeps the text it came with; code asks here what it means.
// Pure. Source: CONTRACT.md.
#pragma once

#include <cstdint>
#include <string_view>

namespace tillsync {

enum class LineKind : std::uint8_t {
  kGoods, kService, kShipping, kFee, kDiscount, kGiftCard, kDeposit, kTip, kDonation, kAccount, kUnknown };
enum class MovementType : std::uint8_t {
  kReceipt, kTransferOut, kTransferIn, kAdjustment, kCount, kStatusChange, kOpening, kUnknown };
enum class GoodsState : std::uint8_t { kSellable, kDamaged, kQuarantine, kDestroyed, kNoGoods, kUnknown };
enum class TillEventType : std::uint8_t { kNoSale, kCancelled, kCashIn, kCashOut, kDrop, kFloat, kUnknown };
enum class ReservationPurpose : std::uint8_t { kWeb, kCollect, kShipFromStore, kPhoneHold, kLayaway, kUnknown };

LineKind line_kind(std::string_view text);
MovementType movement_type(std::string_view text);
GoodsState goods_state(std::string_view text);  // "" is kSellable
TillEventType till_event_type(std::string_view text);
ReservationPurpose reservation_purpose(std::string_view text);  // "" is kWeb

}  // namespace tillsync
