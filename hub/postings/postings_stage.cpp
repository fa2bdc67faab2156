#include "hub/postings/postings_stage.h"

#include <algorithm>

#include "hub/intake/event_reader.h"
#include "hub/postings/close_store.h"
#include "hub/postings/cost_store.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"
#include "hub/postings/summed.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kCostUnknown = "posting.cost_unknown";

/// Costs are known to a company before they are known to one of its locations.
std::string cost_subject(const Chart& chart, const Sku& sku) { return chart.company + "/" + sku.value; }

bool is_in_batch(const MicroBatch& batch, std::int64_t event_no) {
  for (const IncomingDocument& incoming : batch.documents) {
    if (incoming.event_no == event_no && incoming.verdict == Verdict::kNew) return true;
  }
  return false;
}

class PostingsDecider {
 public:
  PostingsDecider(MicroBatch& batch, const ReversalRows& rows, const ChartBook& charts, CloseBook& closes, CostBook* costs)
      : batch_(batch), rows_(rows), charts_(charts), closes_(closes), costs_(costs) {}

  std::vector<PostingQueued> decide() {
    made_.reserve(batch_.documents.size() + batch_.reversals.size());
    index_stock();
    for (std::size_t i = 0; i < batch_.documents.size(); ++i) {
      const IncomingDocument& incoming = batch_.documents[i];
      if (incoming.verdict != Verdict::kNew || !incoming.effective) continue;
      if (!incoming.document) continue;
      if (std::holds_alternative<TillClose>(incoming.document->body)) {
        for (PostingQueued& queued : closes_.take(incoming, charts_.of(incoming.location), batch_)) keep(std::move(queued), incoming.location, incoming.event_no);
        continue;
      }
      PostingQueued queued = map_document(incoming, stock_of(incoming.event_no), charts_.of(incoming.location));
      if (costs_ != nullptr) book_costs(incoming, i, queued);
      if (!is_empty(queued)) keep(std::move(queued), incoming.location, incoming.event_no);
    }
    // Behind all documents, so that every reversal is behind its original.
    for (const DocumentReversed& reversal : batch_.reversals) reverse(reversal);
    if (costs_ != nullptr) settle_costs();
    return std::move(made_);
  }

 private:
  void settle_costs() {
    for (const auto& [key, row] : costs_->rows())
      if (row.is_new && key.location.value.empty()) batch_.settled.push_back({std::string(kCostUnknown), key.company + "/" + key.sku.value, "goods came in with a unit cost"});
  }

  /// The stock changes of one event stand side by side.
  void index_stock() {
    stock_.reserve(batch_.documents.size());
    const std::vector<StockChanged>& changes = batch_.stock_changes;
    for (std::size_t first = 0; first < changes.size();) {
      std::size_t end = first + 1;
      while (end < changes.size() && changes[end].event_no == changes[first].event_no) ++end;
      stock_.emplace(changes[first].event_no, std::span(changes).subspan(first, end - first));
      first = end;
    }
  }
  std::span<const StockChanged> stock_of(std::int64_t event_no) const {
    const auto found = stock_.find(event_no);
    return found == stock_.end() ? std::span<const StockChanged>() : found->second;
  }

  /// The cost is that of before the document, so that a batch and its documents one by one come to the same.
  void book_costs(const IncomingDocument& incoming, std::size_t document, PostingQueued& queued) {
    const Chart& chart = charts_.of(incoming.location);
    if (chart.books_cost_of_goods() && (queued.posting.kind == "sale" || queued.posting.kind == "return")) add_cost(incoming, chart, queued.posting);
    // Also what a void did that had waited for this document.
    for (; costed_ < batch_.stock_changes.size() && batch_.stock_changes[costed_].document <= document; ++costed_) {
      const StockChanged& change = batch_.stock_changes[costed_];
      costs_->apply(change, charts_.of(change.location));
    }
  }

  void add_cost(const IncomingDocument& incoming, const Chart& chart, Posting& posting) {
    const GoodsCost cost = cost_of_goods(stock_of(incoming.event_no), *costs_, chart);
    for (const Sku& sku : cost.unknown)
      tell_no_cost(incoming, cost_subject(chart, sku), "cost:" + sku.value, "nothing came in with a unit cost yet, so that its sales book no cost of goods");
    if (posting.currency.code == chart.currency) {
      posting.journal.insert(posting.journal.end(), cost.lines.begin(), cost.lines.end());
    } else if (!cost.lines.empty()) {
      tell_no_cost(incoming, chart.company + "/" + posting.currency.code, "currency:" + posting.currency.code,
                   "costs are kept in " + chart.currency + ", so that sales in " + posting.currency.code + " book no cost of goods");
    }
  }

  void tell_no_cost(const IncomingDocument& incoming, std::string subject, std::string cause, std::string detail) {
    ExceptionRaised raised;
    raised.code = kCostUnknown;
    raised.subject = std::move(subject);
    raised.cause_key = std::move(cause);
    raised.location = incoming.location;
    raised.event_no = incoming.event_no;
    raised.detail = std::move(detail);
    batch_.exceptions.push_back(std::move(raised));
  }

  /// arrived: the event that brought it, on which the days stage spoke.
  void keep(PostingQueued&& queued, const LocationId& location, std::int64_t arrived) {
    if (!queued.balanced) {
      ExceptionRaised raised;
      raised.code = "posting.unbalanced";
      raised.subject = queued.posting.posting_id;
      raised.cause_key = "till:" + queued.lane;
      raised.location = location;
      raised.event_no = queued.event_no;
      raised.detail = queued.problem;
      batch_.exceptions.push_back(std::move(raised));
    }
    obey_period(queued, location, arrived);
    made_.push_back(std::move(queued));
  }

  /// What the days stage says of a closed period; almost always nothing.
  void obey_period(PostingQueued& queued, const LocationId& location, std::int64_t arrived) {
    for (const PostingDated& dated : batch_.posting_dates)
      if (dated.event_no == arrived) queued.posting.posting_date = dated.posting_date;
    for (const PostingBlocked& blocked : batch_.posting_blocks) {
      if (blocked.event_no != arrived) continue;
      queued.blocked = blocked.why;
      ExceptionRaised raised;
      raised.code = "period.closed";
      raised.subject = queued.posting.posting_id;
      raised.cause_key = "day:" + location.value + "/" + (queued.posting.business_date ? format_date(*queued.posting.business_date) : "");
      raised.location = location;
      raised.event_no = queued.event_no;
      raised.detail = blocked.why;
      batch_.exceptions.push_back(std::move(raised));
    }
  }

  const Posting* original_of(std::int64_t event_no) const {
    for (const PostingQueued& queued : made_) {
      if (queued.event_no == event_no) return &queued.posting;
    }
    const auto stored = rows_.originals.find(event_no);
    return stored == rows_.originals.end() ? nullptr : &stored->second;
  }

  void reverse(const DocumentReversed& reversal) {
    PostingSource source;
    const auto waited = rows_.voids.find(reversal.event_no);
    if (waited != rows_.voids.end()) {
      source = {reversal.event_no, reversal.event_id, waited->second.location, &waited->second.header, waited->second.correlation_id};
    } else {
      for (const IncomingDocument& incoming : batch_.documents) {
        if (incoming.event_no == reversal.event_no && incoming.verdict == Verdict::kNew) source = source_of(incoming);
      }
    }
    TS_CHECK(source.header != nullptr);
    PostingQueued queued = map_reversal(source, original_of(reversal.original_event_no), stock_of(reversal.event_no));
    if (reversal.event_no < reversal.original_event_no) queued.behind_event_no = reversal.original_event_no;
    if (!is_empty(queued)) keep(std::move(queued), source.location, reversal.event_no);
  }

  MicroBatch& batch_;
  const ReversalRows& rows_;
  const ChartBook& charts_;
  CloseBook& closes_;
  CostBook* costs_;
  std::size_t costed_ = 0;  // stock changes that the costs have taken in
  std::vector<PostingQueued> made_;
  std::unordered_map<std::int64_t, std::span<const StockChanged>> stock_;
};

}  // namespace

std::vector<PostingQueued> decide_postings(MicroBatch& batch, const ReversalRows& rows, const ChartBook& charts, CloseBook& closes, CostBook* costs) {
  return PostingsDecider(batch, rows, charts, closes, costs).decide();
}

PostingsStage::PostingsStage(ChartBook charts, bool is_summed)
    : charts_(std::move(charts)), is_summed_(is_summed), books_costs_(std::ranges::any_of(charts_.all(), &Chart::books_cost_of_goods)) {}

Result<void> PostingsStage::start(sql::Connection& connection) {
  return migrate_postings(connection);
}

Result<void> PostingsStage::load(sql::Connection& connection, const MicroBatch& batch) {
  rows_ = ReversalRows{};
  PostingReader postings(connection);
  EventReader events(connection);
  for (const DocumentReversed& reversal : batch.reversals) {
    if (!is_in_batch(batch, reversal.original_event_no)) {
      TS_ASSIGN_OR_RETURN(auto original, postings.posting_of_event(reversal.original_event_no));
      if (original) rows_.originals.emplace(reversal.original_event_no, std::move(*original));
    }
    if (is_in_batch(batch, reversal.event_no)) continue;
    TS_ASSIGN_OR_RETURN(const auto summary, events.summary(reversal.event_no));
    TS_ASSIGN_OR_RETURN(auto document, events.document(reversal.event_no));
    if (!summary || !document)
      return fail(ErrorCode::kCorrupt, "post void " + event_id_text(reversal.event_id), "its event is not in the log",
                  "verify the database and restore a backup");
    rows_.voids.emplace(reversal.event_no, ReversalRows::VoidDocument{summary->location, std::move(document->header), summary->correlation_id});
  }
  TS_ASSIGN_OR_RETURN(closes_, load_closes(connection, batch));
  if (books_costs_) {
    TS_ASSIGN_OR_RETURN(costs_, load_costs(connection, batch.stock_changes, charts_));
  }
  return {};
}

void PostingsStage::decide(MicroBatch& batch) {
  batch.postings = decide_postings(batch, rows_, charts_, closes_, books_costs_ ? &costs_ : nullptr);
  if (!is_summed_) return;
  for (PostingQueued& queued : batch.postings) queued.is_collected = queued.balanced && queued.blocked.empty() && is_summable(queued.posting);
}

Result<void> PostingsStage::write(sql::Connection& connection, const MicroBatch& batch) {
  TS_RETURN_IF_ERROR(write_closes(connection, closes_));
  if (books_costs_) TS_RETURN_IF_ERROR(write_costs(connection, costs_));
  return insert_postings(connection, batch.postings, batch.now);
}

}  // namespace tillsync::hub
