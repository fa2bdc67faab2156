// Plays a trading plan against the agents' doors in the order of time, and cuts one store's line for the middle third of its
// documents. I/O; one thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "common/base/error.h"
#include "common/base/os.h"
#include "packaging/demo.d/post_client.h"
#include "packaging/demo.d/random.h"
#include "packaging/demo.d/trading_plan.h"

namespace tillsync::demo {

struct ReplayOptions {
  std::map<std::string, std::string> doors;  // location id to the URL of its agent
  std::uint64_t seed = 1;                    // of the sizes of requests
  std::int64_t patience_s = 120;             // how long one agent may be away
  std::int64_t spread_s = 0;                 // take at least this long, so that there is something to watch
  std::string dark_location;                 // "" = none
  std::uint16_t relay_control = 0;           // of the relay on its line
};

struct DarkReport {
  std::string location;
  std::int64_t from_document = 0, to_document = 0;  // counted from 1, both inclusive
  std::optional<std::int64_t> waiting;              // at the agent when the line came back, as its status says it
};

struct ReplayReport {
  SumsByLocation sums;  // of what was sent: the POS's side of the balance
  PostOutcome outcome;
  std::int64_t requests = 0;
  std::optional<DarkReport> dark;
};

/// The store that goes dark when none is named: the one with the second most documents, so that it is worth watching and the
/// others go on.
std::string choose_dark_location(const SumsByLocation& totals);

class ReplayLoop {
 public:
  /// totals: of the plan (TradingPlan::total).
  ReplayLoop(TradingPlan& plan, SumsByLocation totals, ReplayOptions options);
  Result<ReplayReport> run();

 private:
  struct Store {
    explicit Store(PostClient door) : client(std::move(door)) {}
    PostClient client;
    std::vector<std::string> batch;
    std::size_t batch_bytes = 0;
    std::size_t batch_target = 1;
    std::int64_t sent = 0;
  };

  Result<void> send(const Document& document);
  Result<void> flush(Store& store);
  Result<void> switch_line(const std::string& location, Store& store);
  void keep_pace();
  void show_progress(bool last);

  TradingPlan& plan_;
  SumsByLocation totals_;
  ReplayOptions options_;
  Random random_;
  std::map<std::string, Store> stores_;
  ReplayReport report_;
  std::int64_t total_ = 0, sent_ = 0;
  std::int64_t down_at_ = -1, up_at_ = -1;
  std::string date_;
  Duration started_, last_shown_;
};

}  // namespace tillsync::demo
