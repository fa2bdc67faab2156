// Turns invoices of the file into the documents of a POS: sale/1, return/1 and stock-movement/1. This is where each oddity of
// the real file gets its meaning. Pure. Source: CONTRACT "Real files, what they mean".
//
//   invoice                                                      becomes
//   "C…", every quantity below 0, no price below 0               return/1, quantities and amounts positive
//   "A…" (A563185–7, bad debt)                                   sale/1, every line `account`, settled by tender `account`
//   one line of goods, price 0, no customer, not "C…"            stock-movement/1 `adjustment` with the quantity's own sign
//   anything else, lines of both signs among them                sale/1 with signed lines
//
// Exact duplicate lines stay: the same SKU was scanned twice. Blanks around descriptions and the case of SKUs stay too.
#pragma once

#include <cstdint>
#include <vector>

#include "common/contract/document.h"
#include "packaging/demo.d/retail_table.h"

namespace tillsync::demo {

inline constexpr std::string_view kDemoCurrency = "GBP";

struct TradeRules {
  std::uint64_t seed = 1;  // of the choice between card and cash
  int gb_tills = 3;
};

enum class InvoiceMeaning : std::uint8_t { kSale, kReturn, kAdjustment, kAccount };
InvoiceMeaning meaning_of(const Invoice& invoice);

/// The documents of one invoice, without `sequence`: one, or several when it has more lines than a document may
/// (kDocumentLinesMax); those behind the first are numbered "536365/2" and on. kLimitExceeded when a sum leaves 64 bits.
Result<std::vector<Document>> documents_of(const Invoice& invoice, const TradeRules& rules);

/// A document's header with what is the same for every kind. location: also written into the document, so that an agent
/// of another location would refuse it.
Header make_header(std::string_view contract, const LocationId& location, const TillId& till, std::string document_no,
                   Date business_date, Instant occurred_at);

}  // namespace tillsync::demo
