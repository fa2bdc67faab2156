// The writer's last stage: counts what a micro-batch brought, once it is committed. Writer thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "hub/insight/arrival_meter.h"
#include "hub/insight/metrics.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

class InsightStage : public Stage {
 public:
  /// meter: may be nullptr.
  explicit InsightStage(Metrics& metrics, ArrivalMeter* meter = nullptr) : metrics_(metrics), meter_(meter) {}
  std::string_view name() const override { return "insight"; }
  Result<void> load(sql::Connection&, const MicroBatch&) override { return {}; }
  void decide(MicroBatch& batch) override;
  Result<void> write(sql::Connection&, const MicroBatch&) override { return {}; }
  void committed() override;
  void rolled_back() override { counted_ = {}; }

 private:
  struct Counted {
    std::map<std::string, std::uint64_t> documents, exceptions;
    std::uint64_t gaps = 0, all = 0;
    Arrivals arrivals;
  };
  Metrics& metrics_;
  ArrivalMeter* meter_;
  Counted counted_;
};

}  // namespace tillsync::hub
