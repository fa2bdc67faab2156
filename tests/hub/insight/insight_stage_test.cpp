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

TEST_CASE("insight stage: what arrived and how long it was on its way is metered, repeats are not", "[insight]") {
  Metrics metrics;
  ArrivalMeter meter;
  InsightStage stage(metrics, &meter);
  MicroBatch batch = batch_of({Verdict::kNew, Verdict::kNew, Verdict::kDuplicate});
  batch.now = Instant{1'000'000'000};
  batch.documents[0].agent_id = AgentId("a_1");
  batch.documents[0].agent_received_at = batch.now - seconds(90);
  batch.documents[0].clock_skew = seconds(30);
  batch.exceptions.emplace_back();
  stage.decide(batch);
  CHECK(meter.take().documents == 0);
  stage.decide(batch);
  stage.committed();
  const Arrivals arrivals = meter.take();
  CHECK(arrivals.documents == 2);
  CHECK(arrivals.exceptions == 1);
  CHECK(arrivals.delays[delay_bucket(seconds(60))] == 1);  // the other one was put in at the hub
  stage.decide(batch);
  stage.rolled_back();
  stage.committed();
  CHECK(meter.take().documents == 0);
}
