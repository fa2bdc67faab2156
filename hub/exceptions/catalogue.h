// Every code that can stand on the exceptions list: what it means, whose work it is, what to do and by when. A code that is
// raised anywhere must be here (a test walks those of the contract). Pure. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tillsync::hub {

enum class ExceptionOwner : std::uint8_t { kStoreIt, kMasterData, kStockControl, kFinance };
std::string_view to_string(ExceptionOwner owner);  // "store_it", …

struct CatalogueEntry {
  std::string_view code;
  std::string_view title;
  std::string_view meaning;
  std::string_view remedy;
  ExceptionOwner owner;
  std::int64_t due_hours;
  /// True: the subject goes on living (a SKU, a till), so that after closing the next occurrence opens a new exception.
  /// False: it is about one thing that happened once.
  bool recurs;
};

std::span<const CatalogueEntry> catalogue();
/// The entry of a code; of an unknown one a general entry (finance, two days), so that nothing is lost.
const CatalogueEntry& catalogue_entry(std::string_view code);
bool is_in_catalogue(std::string_view code);

}  // namespace tillsync::hub
