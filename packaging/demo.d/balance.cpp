#include "packaging/demo.d/balance.h"

#include <fmt/format.h>

#include <cstdlib>
#include <set>

namespace tillsync::demo {
namespace {

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

struct Cells {
  std::string pos, hub, erp;
};

std::string cell(const Cells& cells, int width) {
  const bool equal = cells.pos == cells.hub && cells.hub == cells.erp;
  return fmt::format("{:>{}} {:<1}", equal ? cells.pos : fmt::format("{} / {} / {}", cells.pos, cells.hub, cells.erp), width,
                     equal ? "" : "!");
}

std::string table_line(const std::string& name, const LocationSums& pos, const LocationSums& hub, const LocationSums& erp) {
  return fmt::format("{:<14}", name) +
         cell({std::to_string(pos.documents), std::to_string(hub.documents), std::to_string(erp.documents)}, 14) +
         cell({gross_text(pos), gross_text(hub), gross_text(erp)}, 22) +
         cell({format_quantity({pos.units_milli}), format_quantity({hub.units_milli}), format_quantity({erp.units_milli})}, 14) +
         (pos == hub && hub == erp ? "  POS = hub = ERP" : "  DIFFERS (POS / hub / ERP)") + "\n";
}

}  // namespace

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
  std::string table = fmt::format("{:<14}{:>14}  {:>22}  {:>14}\n", "location", "documents", "gross", "units");
  BalanceRow all;
  std::size_t balanced = 0;
  for (const auto& row : rows) {
    table += table_line(row.location, row.pos, row.hub, row.erp);
    all.pos.add(row.pos);
    all.hub.add(row.hub);
    all.erp.add(row.erp);
    if (row.balances()) ++balanced;
  }
  table += table_line("all", all.pos, all.hub, all.erp);
  table += balanced == rows.size() ? fmt::format("All {} locations balance: POS = hub = ERP.\n", rows.size())
                                   : fmt::format("{} of {} locations do not balance.\n", rows.size() - balanced, rows.size());
  return table;
}

Distance distance(const std::vector<BalanceRow>& rows) {
  Distance sum;
  for (const auto& row : rows) {
    sum.hub += std::abs(row.pos.documents - row.hub.documents);
    sum.erp += std::abs(row.pos.documents - row.erp.documents);
  }
  return sum;
}

}  // namespace tillsync::demo
