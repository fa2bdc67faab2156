#include "packaging/demo.d/retail_table.h"

#include <algorithm>

namespace tillsync::demo {

std::uint32_t RetailTable::intern(const std::string& text) {
  const auto [entry, is_new] = text_ids_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(&entry->first);
  return entry->second;
}

Result<void> RetailTable::add(const RetailRow& row) {
  if (rows_.size() >= kNone) return fail(ErrorCode::kLimitExceeded, "read rows", "the file has too many rows");
  const auto row_id = static_cast<std::uint32_t>(rows_.size());
  const std::uint32_t number = intern(row.invoice);
  const std::uint32_t country = intern(row.country);
  const std::uint32_t customer = intern(row.customer);
  const auto [entry, is_new] =
      head_ids_.try_emplace((std::uint64_t{number} << 32) | country, static_cast<std::uint32_t>(heads_.size()));
  if (is_new) heads_.push_back({number, country, customer, row_id, row_id, row.at});
  Head& head = heads_[entry->second];
  if (!is_new) rows_[head.last_row].next = row_id;
  head.last_row = row_id;
  head.at = std::min(head.at, row.at);
  if (texts_[head.customer]->empty()) head.customer = customer;
  rows_.push_back({row.quantity.milli, row.price.micro, row.at, intern(row.stock_code), intern(row.description), kNone});
  return {};
}

void RetailTable::finish() {
  order_.resize(heads_.size());
  for (std::uint32_t i = 0; i < order_.size(); ++i) order_[i] = i;
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(heads_[a].at, heads_[a].first_row) < std::pair(heads_[b].at, heads_[b].first_row);
  });
}

Invoice RetailTable::invoice(std::size_t n) const {
  const Head& head = heads_[order_[n]];
  Invoice invoice{*texts_[head.number], *texts_[head.country], *texts_[head.customer], head.at, {}};
  for (std::uint32_t id = head.first_row; id != kNone; id = rows_[id].next) {
    const Row& row = rows_[id];
    invoice.lines.push_back(
        {*texts_[row.stock_code], *texts_[row.description], {row.quantity_milli}, {row.price_micro}, row.at});
  }
  return invoice;
}

}  // namespace tillsync::demo
