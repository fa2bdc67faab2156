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
  for (const IncomingDocument& document : batch.documents) ++counted_.documents[result_of(document.verdict)];
  for (const ExceptionRaised& exception : batch.exceptions) ++counted_.exceptions[exception.code];
  counted_.gaps = batch.gaps.size();
  counted_.all = batch.documents.size();
}

void InsightStage::committed() {
  for (const auto& [result, count] : counted_.documents) metrics_.count_documents(result, count);
  for (const auto& [code, count] : counted_.exceptions) metrics_.count_exceptions(code, count);
  if (counted_.gaps > 0) metrics_.count_gaps(counted_.gaps);
  if (counted_.all > 0) metrics_.observe_group(counted_.all);
  counted_ = {};
}

}  // namespace tillsync::hub
