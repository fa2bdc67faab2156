#include "common/contract/vocabulary.h"

#include <catch2/catch.hpp>

using namespace tillsync;

TEST_CASE("vocabulary: each word has its meaning, and others have none", "[contract][vocabulary]") {
  CHECK(line_kind("goods") == LineKind::kGoods);
  CHECK(line_kind("service") == LineKind::kService);
  CHECK(line_kind("shipping") == LineKind::kShipping);
  CHECK(line_kind("fee") == LineKind::kFee);
  CHECK(line_kind("discount") == LineKind::kDiscount);
  CHECK(line_kind("gift_card") == LineKind::kGiftCard);
  CHECK(line_kind("deposit") == LineKind::kDeposit);
  CHECK(line_kind("tip") == LineKind::kTip);
  CHECK(line_kind("donation") == LineKind::kDonation);
  CHECK(line_kind("account") == LineKind::kAccount);
  CHECK(movement_type("receipt") == MovementType::kReceipt);
  CHECK(movement_type("transfer_out") == MovementType::kTransferOut);
  CHECK(movement_type("transfer_in") == MovementType::kTransferIn);
  CHECK(movement_type("adjustment") == MovementType::kAdjustment);
  CHECK(movement_type("count") == MovementType::kCount);
  CHECK(movement_type("status_change") == MovementType::kStatusChange);
  CHECK(movement_type("opening") == MovementType::kOpening);
  CHECK(goods_state("sellable") == GoodsState::kSellable);
  CHECK(goods_state("damaged") == GoodsState::kDamaged);
  CHECK(goods_state("quarantine") == GoodsState::kQuarantine);
  CHECK(goods_state("destroyed") == GoodsState::kDestroyed);
  CHECK(goods_state("no_goods") == GoodsState::kNoGoods);
  CHECK(till_event_type("no_sale") == TillEventType::kNoSale);
  CHECK(till_event_type("cancelled") == TillEventType::kCancelled);
  CHECK(till_event_type("cash_in") == TillEventType::kCashIn);
  CHECK(till_event_type("cash_out") == TillEventType::kCashOut);
  CHECK(till_event_type("drop") == TillEventType::kDrop);
  CHECK(till_event_type("float") == TillEventType::kFloat);
}

TEST_CASE("vocabulary: unknown and empty words are unknown, an empty state is sellable", "[contract][vocabulary]") {
  CHECK(line_kind("") == LineKind::kUnknown);
  CHECK(line_kind("Goods") == LineKind::kUnknown);
  CHECK(movement_type("theft") == MovementType::kUnknown);
  CHECK(goods_state("") == GoodsState::kSellable);
  CHECK(goods_state("lost") == GoodsState::kUnknown);
  CHECK(reservation_purpose("layaway") == ReservationPurpose::kLayaway);
  CHECK(reservation_purpose("ship_from_store") == ReservationPurpose::kShipFromStore);
  CHECK(reservation_purpose("") == ReservationPurpose::kWeb);
  CHECK(reservation_purpose("lottery") == ReservationPurpose::kUnknown);
  CHECK(till_event_type("") == TillEventType::kUnknown);
}
