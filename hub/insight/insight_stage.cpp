#include "hub/insight/insight_stage.h"

namespace tillsync::hub {
namespace {

const char* result_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUndecided: return "undecided";
    case Verdict::kNew: return "accepted";
    case Verdict::kDuplicate: return "duplicate";
    case Verdict::kConflict: return "conflict";
    case Verdict::kOpaque: return "opaque";
  }
  return "undecided";
}

}  // namespace

void InsightStage::decide(MicroBatch& batch) {
  counted_ = {};
  for (const IncomingDocument& document : batch.documents) {
    ++counted_.documents[result_of(document.verdict)];
    if (document.verdict == Verdict::kDuplicate) continue;
    ++counted_.arrivals.documents;
    // What other systems put in at the hub was on no way.
    if (!document.agent_id.empty()) ++counted_.arrivals.delays[delay_bucket(batch.now - (document.agent_received_at + document.clock_skew.value_or(Duration{})))];
  }
  counted_.arrivals.exceptions = static_cast<std::int64_t>(batch.exceptions.size());
  for (const ExceptionRaised& exception : batch.exceptions) ++counted_.exceptions[exception.code];
  counted_.gaps = batch.gaps.size();
  counted_.all = batch.documents.size();
}

void InsightStage::committed() {
  for (const auto& [result, count] : counted_.documents) metrics_.count_documents(result, count);
  for (const auto& [code, count] : counted_.exceptions) metrics_.count_exceptions(code, count);
  if (counted_.gaps > 0) metrics_.count_gaps(counted_.gaps);
  if (counted_.all > 0) metrics_.observe_group(counted_.all);
  if (meter_ != nullptr && counted_.all > 0) meter_->add(counted_.arrivals);
  counted_ = {};
}

}  // namespace tillsync::hub
