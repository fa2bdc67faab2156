#include "common/contract/vocabulary.h"

#include <array>
#include <utility>

namespace tillsync {
namespace {

template <class Enum>
using Word = std::pair<std::string_view, Enum>;

template <class Enum, std::size_t N>
Enum meaning(const std::array<Word<Enum>, N>& words, std::string_view text) {
  for (const auto& [word, value] : words)
    if (word == text) return value;
  return Enum::kUnknown;
}

constexpr std::array<Word<LineKind>, 10> kLineKinds = {{{"goods", LineKind::kGoods},
                                                        {"service", LineKind::kService},
                                                        {"shipping", LineKind::kShipping},
                                                        {"fee", LineKind::kFee},
                                                        {"discount", LineKind::kDiscount},
                                                        {"gift_card", LineKind::kGiftCard},
                                                        {"deposit", LineKind::kDeposit},
                                                        {"tip", LineKind::kTip},
                                                        {"donation", LineKind::kDonation},
                                                        {"account", LineKind::kAccount}}};
constexpr std::array<Word<MovementType>, 7> kMovementTypes = {{{"receipt", MovementType::kReceipt},
                                                               {"transfer_out", MovementType::kTransferOut},
                                                               {"transfer_in", MovementType::kTransferIn},
                                                               {"adjustment", MovementType::kAdjustment},
                                                               {"count", MovementType::kCount},
                                                               {"status_change", MovementType::kStatusChange},
                                                               {"opening", MovementType::kOpening}}};
constexpr std::array<Word<GoodsState>, 6> kGoodsStates = {{{"", GoodsState::kSellable},
                                                           {"sellable", GoodsState::kSellable},
                                                           {"damaged", GoodsState::kDamaged},
                                                           {"quarantine", GoodsState::kQuarantine},
                                                           {"destroyed", GoodsState::kDestroyed},
                                                           {"no_goods", GoodsState::kNoGoods}}};
constexpr std::array<Word<ReservationPurpose>, 6> kPurposes = {{{"", ReservationPurpose::kWeb},
                                                                {"web", ReservationPurpose::kWeb},
                                                                {"collect", ReservationPurpose::kCollect},
                                                                {"ship_from_store", ReservationPurpose::kShipFromStore},
                                                                {"phone_hold", ReservationPurpose::kPhoneHold},
                                                                {"layaway", ReservationPurpose::kLayaway}}};
constexpr std::array<Word<TillEventType>, 6> kTillEventTypes = {{{"no_sale", TillEventType::kNoSale},
                                                                 {"cancelled", TillEventType::kCancelled},
                                                                 {"cash_in", TillEventType::kCashIn},
                                                                 {"cash_out", TillEventType::kCashOut},
                                                                 {"drop", TillEventType::kDrop},
                                                                 {"float", TillEventType::kFloat}}};

}  // namespace

LineKind line_kind(std::string_view text) {
  return meaning(kLineKinds, text);
}
MovementType movement_type(std::string_view text) {
  return meaning(kMovementTypes, text);
}
GoodsState goods_state(std::string_view text) {
  return meaning(kGoodsStates, text);
}
TillEventType till_event_type(std::string_view text) {
  return meaning(kTillEventTypes, text);
}

ReservationPurpose reservation_purpose(std::string_view text) {
  return meaning(kPurposes, text);
}

}  // namespace tillsync
