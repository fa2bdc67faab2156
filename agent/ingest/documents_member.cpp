#include "agent/ingest/documents_member.h"

namespace tillsync::agent {

Result<void> DocumentsMember::write(Outbox& outbox, Inbox& /*inbox*/) {
  const bool is_watched = quota_ != nullptr && quota_->is_watching() && request_.sold.size() == request_.rows.size();
  if (!is_watched) {
    TS_ASSIGN_OR_RETURN(appended_, outbox.append(request_.rows));
    return {};
  }
  TS_ASSIGN_OR_RETURN(const std::vector<NewRow> rows, warned_rows());
  TS_ASSIGN_OR_RETURN(appended_, outbox.append(rows));
  for (std::size_t i = 0; i < appended_.size(); ++i) {
    if (appended_[i].status == AppendStatus::kAccepted) TS_RETURN_IF_ERROR(quota_->note_sold(request_.sold[i], appended_[i].seq));
  }
  return {};
}

/// The till is told, with the first answer and so with every repeat, that somebody else counts on what it has sold.
Result<std::vector<NewRow>> DocumentsMember::warned_rows() {
  std::vector<NewRow> rows = request_.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    TS_ASSIGN_OR_RETURN(const auto promised, quota_->promised_elsewhere(request_.sold[i]));
    for (const SoldUnits& units : promised)
      rows[i].warnings = with_warning(std::move(rows[i].warnings), {"promised_elsewhere", "/lines/" + std::to_string(units.line) + "/sku",
                                                                   format_quantity(Quantity{units.qty_milli}) + " of " + units.sku.value +
                                                                       " are reserved for somebody else"});
  }
  return rows;
}

void DocumentsMember::finish(const Result<void>& outcome) {
  if (!outcome) {
    ++counters_.failed;
    reply(answer_of(problem_of(outcome.error())));
    return;
  }
  for (const Appended& appended : appended_) {
    switch (appended.status) {
      case AppendStatus::kAccepted: ++counters_.accepted; break;
      case AppendStatus::kDuplicate: ++counters_.duplicates; break;
      case AppendStatus::kConflict: ++counters_.conflicts; break;
    }
  }
  reply(answer_of(request_, appended_, location_));
}

}  // namespace tillsync::agent
