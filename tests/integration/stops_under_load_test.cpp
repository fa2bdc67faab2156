// Agent, hub and ERP are ended again and again while tills sell: by SIGTERM, which loses no answer's promise, and by kill -9, which has
// no time for anything.
#include <atomic>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

constexpr int kRounds = 9, kLoadTills = 4, kSalesBetween = 40;

long documents_of(Stand& stand) {
  long count = 0;
  const json page = stand.hub_get("/v1/reconciliation?location=GB");
  for (const auto& row : page.at("items")) count += row.at("hub").at("documents").get<long>();
  return count;
}

/// Tills that sell until the end of the scope; each asks with the same sale until it is told.
class Load {
 public:
  explicit Load(Stand& stand) : stand_(stand) {
    for (int till = 0; till < kLoadTills; ++till) tills_.emplace_back([this, till] { sell(till); });
  }
  ~Load() { stop(); }
  void stop() {
    over_ = true;
    for (auto& till : tills_)
      if (till.joinable()) till.join();
  }
  int acknowledged() const { return acknowledged_; }

 private:
  void sell(int till) {
    for (int number = 1; !over_; ++number) {
      while (!over_) {
        const int status = stand_.post("GB", smallest_sale("GB-" + std::to_string(till), std::to_string(number))).status;
        if (status != 200 && status != 201) continue;
        ++acknowledged_;
        break;
      }
    }
  }
  Stand& stand_;
  std::atomic<bool> over_ = false;
  std::atomic<int> acknowledged_ = 0;
  std::vector<std::thread> tills_;
};

void end_again_and_again(const std::string& name, bool gently) {
  Stand stand(name);
  stand.start_erp();
  stand.start_hub();
  stand.enrol("GB");
  stand.put_products({"85123A"});
  stand.start_agent("GB");
  Load load(stand);
  const auto end = [&](std::unique_ptr<Process>& process) {
    if (gently) CHECK(process->terminate() == 0);
    stand.kill(process);
  };
  for (int round = 0; round < kRounds; ++round) {
    const int before = load.acknowledged();
    wait_until("some sales", [&] { return load.acknowledged() > before + kSalesBetween; });
    if (round % 3 == 0) {
      end(stand.agents.at("GB"));
      stand.start_agent("GB");
    } else if (round % 3 == 1) {
      end(stand.hub);
      stand.start_hub();
    } else {
      end(stand.erp);
      stand.start_erp();
    }
  }
  load.stop();
  const int acknowledged = load.acknowledged();
  wait_until("all at the hub", [&] { return documents_of(stand) >= acknowledged; });
  const auto is_posted = [&] {
    const json page = stand.hub_get("/v1/reconciliation?location=GB");
    for (const auto& row : page.at("items"))
      if (!row.at("balanced").get<bool>()) return false;
    return true;
  };
  wait_until("all at the ERP", is_posted, 120);
  // A sale that was committed may have lost its answer when all was over.
  const long there = documents_of(stand);
  CHECK(there <= acknowledged + kLoadTills);
  const auto stock = stand.hub_get("/v1/stock?location=GB&sku=85123A").at("items").at(0).at("on_hand").get<std::string>();
  CHECK(stock == "-" + std::to_string(6 * there));
  CHECK(stand.hub_get("/v1/exceptions?code=conflict").at("items").empty());
}

}  // namespace

TEST_CASE("SIGTERM under load, nine times: what was acknowledged is there once, and at the ERP", "[integration]") { end_again_and_again("termload", true); }

TEST_CASE("kill -9 under load, nine times: what was acknowledged is there once, and at the ERP", "[integration]") { end_again_and_again("killload", false); }
