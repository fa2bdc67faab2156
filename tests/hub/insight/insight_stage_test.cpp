#include "hub/insight/insight_stage.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

MicroBatch batch_of(std::vector<Verdict> verdicts) {
  MicroBatch batch;
  for (const Verdict verdict : verdicts) {
    batch.documents.emplace_back();
    batch.documents.back().verdict = verdict;
  }
  return batch;
}

bool has_line(Metrics& metrics, const std::string& line) { return metrics.text().find("\n" + line + "\n") != std::string::npos; }

}  // namespace

TEST_CASE("insight stage: counts what is committed", "[insight]") {
  Metrics metrics;
  InsightStage stage(metrics);
  MicroBatch batch = batch_of({Verdict::kNew, Verdict::kNew, Verdict::kDuplicate});
  batch.exceptions.emplace_back();
  batch.exceptions.back().code = "unknown_sku";
  stage.decide(batch);
  CHECK(has_line(metrics, R"(tillsync_documents_total{result="accepted"} 0)"));
  stage.committed();
  CHECK(has_line(metrics, R"(tillsync_documents_total{result="accepted"} 2)"));
  CHECK(has_line(metrics, R"(tillsync_documents_total{result="duplicate"} 1)"));
  CHECK(has_line(metrics, R"(tillsync_exceptions_raised_total{code="unknown_sku"} 1)"));
  CHECK(has_line(metrics, "tillsync_group_documents_count 1"));
}

TEST_CASE("insight stage: a group that was rolled back counts for nothing", "[insight]") {
  Metrics metrics;
  InsightStage stage(metrics);
  MicroBatch batch = batch_of({Verdict::kNew});
  stage.decide(batch);
  stage.rolled_back();
  stage.committed();
  CHECK(has_line(metrics, R"(tillsync_documents_total{result="accepted"} 0)"));
}
