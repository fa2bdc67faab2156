// Balanced journals from a document's own figures. Pure.
//
// Debit the tenders (change and money given back are negative: credit), credit each kind of line with its net amount, credit
// tax per code, credit rounding. Signs are those of a sale; a return turns them all around.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/contract/masterdata.h"

namespace tillsync::hub {

struct Journal {
  std::vector<JournalLine> lines;
  std::string problem;  // "" = debit and credit are equal; else the figures
};

Journal journal_of(const Sale& sale, bool is_return);

/// Debit and credit exchanged.
std::vector<JournalLine> reversed(const std::vector<JournalLine>& lines);

/// "" when the sums are equal (in 128 bits), else both sums as text.
std::string check_balance(const std::vector<JournalLine>& lines, std::string_view currency);

}  // namespace tillsync::hub
