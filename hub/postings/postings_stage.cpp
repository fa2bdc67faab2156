#include "hub/postings/postings_stage.h"

#include "hub/intake/event_reader.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

bool is_in_batch(const MicroBatch& batch, std::int64_t event_no) {
  for (const IncomingDocument& incoming : batch.documents) {
    if (incoming.event_no == event_no && incoming.verdict == Verdict::kNew) return true;
  }
  return false;
}

class PostingsDecider {
 public:
  PostingsDecider(MicroBatch& batch, const ReversalRows& rows) : batch_(batch), rows_(rows) {}

  std::vector<PostingQueued> decide() {
    made_.reserve(batch_.documents.size() + batch_.reversals.size());
    index_stock();
    for (const IncomingDocument& incoming : batch_.documents) {
      if (incoming.verdict != Verdict::kNew || !incoming.effective) continue;
      if (PostingQueued queued = map_document(incoming, stock_of(incoming.event_no)); !is_empty(queued))
        keep(std::move(queued), incoming.location);
    }
    // Behind all documents, so that every reversal is behind its original.
    for (const DocumentReversed& reversal : batch_.reversals) reverse(reversal);
    return std::move(made_);
  }

 private:
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

  void keep(PostingQueued&& queued, const LocationId& location) {
    if (!queued.balanced) {
      ExceptionRaised raised;
      raised.code = "posting.unbalanced";
      raised.subject = queued.posting.posting_id;
      raised.cause_key = "till:" + queued.posting.ordering_key;
      raised.location = location;
      raised.event_no = queued.event_no;
      raised.detail = queued.problem;
      batch_.exceptions.push_back(std::move(raised));
    }
    obey_period(queued, location);
    made_.push_back(std::move(queued));
  }

  /// What the days stage says of a closed period; almost always nothing.
  void obey_period(PostingQueued& queued, const LocationId& location) {
    for (const PostingDated& dated : batch_.posting_dates)
      if (dated.event_no == queued.event_no) queued.posting.posting_date = dated.posting_date;
    for (const PostingBlocked& blocked : batch_.posting_blocks) {
      if (blocked.event_no != queued.event_no) continue;
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
    if (!is_empty(queued)) keep(std::move(queued), source.location);
  }

  MicroBatch& batch_;
  const ReversalRows& rows_;
  std::vector<PostingQueued> made_;
  std::unordered_map<std::int64_t, std::span<const StockChanged>> stock_;
};

}  // namespace

std::vector<PostingQueued> decide_postings(MicroBatch& batch, const ReversalRows& rows) { return PostingsDecider(batch, rows).decide(); }

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
  return {};
}

void PostingsStage::decide(MicroBatch& batch) { batch.postings = decide_postings(batch, rows_); }

Result<void> PostingsStage::write(sql::Connection& connection, const MicroBatch& batch) {
  return insert_postings(connection, batch.postings, batch.now);
}

}  // namespace tillsync::hub
