#include "packaging/demo.d/balance.h"

#include <fmt/format.h>

#include <cstdlib>
#include <set>

namespace tillsync::demo {
namespace {

constexpr int kCountWidth = 11, kGrossWidth = 20, kUnitsWidth = 12;

void drop_zero_gross(SumsByLocation& sums) {
  for (auto& [location, row] : sums) std::erase_if(row.gross_minor, [](const auto& entry) { return entry.second == 0; });
}

std::string gross_text(const LocationSums& sums) {
  std::string text;
  for (const auto& [currency, minor] : sums.gross_minor) {
    if (!text.empty()) text += " + ";
    text += format_amount({minor}, currency) + " " + currency;
  }
  return text.empty() ? "0.00" : text;
}

/// One figure where all agree, else each side's.
std::string cell(const std::vector<std::string>& sides, int width) {
  bool equal = true;
  std::string all;
  for (const auto& side : sides) {
    equal = equal && side == sides.front();
    all += (all.empty() ? "" : " / ") + side;
  }
  return fmt::format("{:>{}}", equal ? sides.front() : all, width);
}

std::string table_line(const BalanceRow& row) {
  const auto text = [](std::int64_t n) { return std::to_string(n); };
  return fmt::format("{:<14}", row.location) + cell({text(row.pos.documents), text(row.hub.documents), text(row.erp.documents)}, kCountWidth) +
         cell({text(row.pos.closes), text(row.hub.closes)}, kCountWidth) +
         cell({gross_text(row.pos), gross_text(row.hub), gross_text(row.erp)}, kGrossWidth) +
         cell({format_quantity({row.pos.units_milli}), format_quantity({row.hub.units_milli}), format_quantity({row.erp.units_milli})},
              kUnitsWidth) +
         (row.balances() ? "  POS = hub = ERP" : "  DIFFERS (POS / hub / ERP)") + "\n";
}

}  // namespace

bool BalanceRow::balances() const {
  LocationSums erp_and_closes = erp;
  erp_and_closes.closes = hub.closes;
  return pos == hub && hub == erp_and_closes;
}

std::vector<BalanceRow> compare(SumsByLocation pos, SumsByLocation hub, SumsByLocation erp) {
  drop_zero_gross(pos);
  drop_zero_gross(hub);
  drop_zero_gross(erp);
  std::set<std::string> locations;
  for (const auto* sums : {&pos, &hub, &erp})
    for (const auto& [location, row] : *sums) locations.insert(location);
  std::vector<BalanceRow> rows;
  for (const auto& location : locations) rows.push_back({location, pos[location], hub[location], erp[location]});
  return rows;
}

std::string balance_table(const std::vector<BalanceRow>& rows) {
  std::string table = fmt::format("{:<14}{:>{}}{:>{}}{:>{}}{:>{}}\n", "location", "documents", kCountWidth, "closes", kCountWidth, "gross",
                                  kGrossWidth, "units", kUnitsWidth);
  BalanceRow all;
  all.location = "all";
  std::size_t balanced = 0;
  for (const auto& row : rows) {
    table += table_line(row);
    all.pos.add(row.pos);
    all.hub.add(row.hub);
    all.erp.add(row.erp);
    if (row.balances()) ++balanced;
  }
  table += table_line(all);
  table += balanced == rows.size() ? fmt::format("All {} locations balance: POS = hub = ERP.\n", rows.size())
                                   : fmt::format("{} of {} locations do not balance.\n", rows.size() - balanced, rows.size());
  return table;
}

Distance distance(const std::vector<BalanceRow>& rows) {
  Distance sum;
  for (const auto& row : rows) {
    sum.hub += std::abs(row.pos.documents - row.hub.documents) + std::abs(row.pos.closes - row.hub.closes);
    sum.erp += std::abs(row.pos.documents - row.erp.documents);
  }
  return sum;
}

}  // namespace tillsync::demo
