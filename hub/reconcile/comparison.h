// Three sides of a location's day: what the tills closed with (POS), the documents (hub), the acknowledged postings (ERP). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/contract/masterdata.h"
#include "hub/reconcile/close_sheet.h"
#include "hub/reconcile/completeness.h"
#include "hub/reconcile/till_day.h"

namespace tillsync::hub {

/// Of one currency, exact; minor units. Sales positive, returns negative, after voids.
struct SideFigures {
  std::int64_t net = 0, tax = 0, gross = 0, rounding = 0;
  std::map<std::string, std::int64_t> taxes, tenders;  // by tax code, tender type; parts of 0 are left out
  bool operator==(const SideFigures&) const = default;
};
struct Side {
  std::int64_t documents = 0;  // sales, returns, voids: of all currencies, as a close counts them
  std::map<std::string, SideFigures> money;
};
struct DaySides {
  std::optional<Side> pos;  // nullopt: no close came
  Side hub, erp;
};

Side pos_side(const std::map<TillId, TillFacts>& tills);
Side hub_side(const std::map<TillId, TillFacts>& tills);
/// Adds the acknowledged posting of a sale, return or void; others (stock, closes, cash movements, sums of these) add nothing. The journal says tenders and tax by their labels, whatever
/// the accounts are; rounding is what tenders have more than gross; the rest is net.
void add_posting(Side& erp, const Posting& posting);

/// The figures in which the sides of a currency are not all equal: "net", "tax", "gross", "rounding", "tax:S", "tender:card". Where a close says
/// its tax as one sum, or no tenders, that is no difference.
struct SaidByCloses {
  bool taxes = true, tenders = true;
};
SaidByCloses said_by_closes(const std::map<TillId, TillFacts>& tills);
std::vector<std::string> differing_figures(const std::optional<SideFigures>& pos, const SideFigures& hub, const SideFigures& erp, SaidByCloses said);

}  // namespace tillsync::hub
