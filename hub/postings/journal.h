// Balanced journals from a document's own figures. Pure.
//
// Debit the tenders (change and money given back are negative: credit), credit each kind of line with its net amount per tax code,
// credit tax per code and rate, credit rounding; debit discounts where the chart has an account for them. Signs are those of a
// sale; a return turns them all around. A close books what its tills' counts differ by, an event what cash went where, a movement
// what its goods cost where the chart asks for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/contract/masterdata.h"
#include "hub/postings/chart.h"

namespace tillsync::hub {

struct Journal {
  std::vector<JournalLine> lines;
  std::string problem;  // "" = debit and credit are equal; else the figures
};

Journal journal_of(const Sale& sale, bool is_return, const Chart& chart);
/// In `currency` alone: differences in other currencies are left out. is_foreign: it is not the close's own, and only tenders for which the chart
/// names an account in that currency are posted.
Journal journal_of(const TillClose& close, const Chart& chart, const Currency& currency, bool is_foreign = false);
Journal journal_of(const TillEvent& event, const Chart& chart);
Journal journal_of(const StockMovement& movement, const Chart& chart);

/// Debit and credit exchanged.
std::vector<JournalLine> reversed(const std::vector<JournalLine>& lines);

/// "" when the sums are equal (in 128 bits), else both sums as text.
std::string check_balance(const std::vector<JournalLine>& lines, std::string_view currency);

}  // namespace tillsync::hub
