// Text identifiers of the trade as types of their own, so that no function can be given two of one type. Raw text
// becomes one of these at the edge (common/contract/text.h checks length, UTF-8 and NFC) and is not checked again. Pure.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace tillsync {

template <class Tag>
struct TextId {
  std::string value;

  TextId() = default;
  explicit TextId(std::string text) : value(std::move(text)) {}
  auto operator<=>(const TextId&) const = default;
  bool empty() const { return value.empty(); }
  std::string_view view() const { return value; }
};

using LocationId = TextId<struct LocationIdTag>;   // store or warehouse, e.g. "GB"
using TillId = TextId<struct TillIdTag>;           // one POS, e.g. "GB-1"
using Series = TextId<struct SeriesTag>;           // number series of a till; "" when it has one only
using DocumentNo = TextId<struct DocumentNoTag>;   // the POS's own number
using Sku = TextId<struct SkuTag>;                 // case matters, leading zeros survive
using AgentId = TextId<struct AgentIdTag>;         // given by the hub at enrolment, "a_" + 26 characters
using CorrelationId = TextId<struct CorrelationIdTag>;
using ExceptionId = TextId<struct ExceptionIdTag>; // "x_" + 26 characters, derived from what it is about

}  // namespace tillsync

template <class Tag>
struct std::hash<tillsync::TextId<Tag>> {
  std::size_t operator()(const tillsync::TextId<Tag>& id) const noexcept { return std::hash<std::string>{}(id.value); }
};
