#include "packaging/demo.d/replay_loop.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/contract/codec.h"
#include "packaging/demo.d/relay_loop.h"
#include "packaging/demo.d/stores.h"

namespace tillsync::demo {
namespace {

// A till sends as it sells; a store's box that gathers several tills sends some together.
constexpr std::int64_t kBatchDocumentsMax = 100;
constexpr std::int64_t kSingleOneIn = 4;
constexpr std::size_t kBatchBytesMax = 3'000'000;
constexpr std::int64_t kSettleS = 20;          // for the store that will go dark to be in step with the hub
constexpr std::int64_t kAskEveryMs = 20;
constexpr std::int64_t kLineEveryS = 10;       // progress where nobody watches
constexpr std::int64_t kLineEveryTtyMs = 200;  // on a terminal, where the line is written over

std::size_t next_target(Random& random) {
  return random.one_in(kSingleOneIn) ? 1 : static_cast<std::size_t>(1 + random.below(kBatchDocumentsMax));
}

/// Documents that the hub has not confirmed; nullopt when the agent does not say.
std::optional<std::int64_t> waiting_at(PostClient& client) {
  const auto status = client.status();
  if (!status) return std::nullopt;
  const auto parsed = nlohmann::json::parse(*status, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("waiting") || !parsed["waiting"].is_number_integer()) return std::nullopt;
  return parsed["waiting"].get<std::int64_t>();
}

}  // namespace

std::string choose_dark_location(const SumsByLocation& totals) {
  std::string first, second;
  const auto count = [&](const std::string& id) { return id.empty() ? 0 : totals.at(id).sent(); };
  for (const auto& [id, sums] : totals) {
    if (id == warehouse().value) continue;
    if (sums.sent() > count(first)) {
      second = first;
      first = id;
    } else if (sums.sent() > count(second)) {
      second = id;
    }
  }
  return second.empty() ? first : second;
}

ReplayLoop::ReplayLoop(TradingPlan& plan, SumsByLocation totals, ReplayOptions options)
    : plan_(plan), totals_(std::move(totals)), options_(std::move(options)), random_(options_.seed) {
  for (const auto& [id, sums] : totals_) total_ += sums.sent();
}

Result<ReplayReport> ReplayLoop::run() {
  for (const auto& [id, sums] : totals_) {
    const auto door = options_.doors.find(id);
    if (door == options_.doors.end()) return fail(ErrorCode::kInvalid, "start the replay", "no agent is named for location " + id);
    stores_.emplace(id, Store(PostClient(door->second, options_.patience_s)));
  }
  if (!options_.dark_location.empty()) {
    const auto dark = totals_.find(options_.dark_location);
    if (dark == totals_.end())
      return fail(ErrorCode::kInvalid, "start the replay", "location " + options_.dark_location + ", which should go dark, is not in the file");
    down_at_ = dark->second.sent() / 3;
    up_at_ = down_at_ + (dark->second.sent() + 2) / 3;
    report_.dark = DarkReport{options_.dark_location, down_at_ + 1, up_at_, {}};
  }
  started_ = last_shown_ = os::monotonic();
  plan_.rewind();
  for (;;) {
    TS_ASSIGN_OR_RETURN(const auto day, plan_.next_day());
    if (day.empty()) break;
    date_ = format_date(*day.front().header.business_date);
    for (const auto& document : day) TS_RETURN_IF_ERROR(send(document));
    for (auto& [id, store] : stores_) TS_RETURN_IF_ERROR(flush(store));
  }
  if (report_.dark) TS_RETURN_IF_ERROR(switch_line(options_.dark_location, stores_.at(options_.dark_location)));
  show_progress(true);
  return std::move(report_);
}

Result<void> ReplayLoop::send(const Document& document) {
  const std::string& id = document.header.location.value;
  Store& store = stores_.at(id);
  if (id == options_.dark_location) TS_RETURN_IF_ERROR(switch_line(id, store));
  report_.sums[id].add(sums_of(document));
  store.batch.push_back(document_to_json(document));
  store.batch_bytes += store.batch.back().size();
  ++store.sent;
  if (store.batch.size() >= store.batch_target || store.batch_bytes >= kBatchBytesMax) return flush(store);
  return {};
}

Result<void> ReplayLoop::flush(Store& store) {
  if (store.batch.empty()) return {};
  keep_pace();
  TS_ASSIGN_OR_RETURN(const PostOutcome outcome, store.client.post(store.batch));
  report_.outcome.add(outcome);
  ++report_.requests;
  sent_ += static_cast<std::int64_t>(store.batch.size());
  store.batch.clear();
  store.batch_bytes = 0;
  store.batch_target = next_target(random_);
  show_progress(false);
  return {};
}

Result<void> ReplayLoop::switch_line(const std::string& location, Store& store) {
  if (store.sent != down_at_ && store.sent != up_at_) return {};
  TS_RETURN_IF_ERROR(flush(store));
  if (store.sent == down_at_) {
    // What was sent before the cut is at the hub, so that what waits later was sold in the dark.
    const Duration give_up = os::monotonic() + seconds(kSettleS);
    while (waiting_at(store.client) != 0 && os::monotonic() < give_up)
      std::this_thread::sleep_for(std::chrono::milliseconds(kAskEveryMs));
    TS_ASSIGN_OR_RETURN(const std::string answer, order_relay(options_.relay_control, "down"));
    fmt::print(stderr, "{}: the line to the hub is cut after document {} ({})\n", location, down_at_, answer);
    down_at_ = -1;
    return {};
  }
  report_.dark->waiting = waiting_at(store.client);
  TS_ASSIGN_OR_RETURN(const std::string answer, order_relay(options_.relay_control, "up"));
  fmt::print(stderr, "{}: the line is back before document {}; {} documents waited at the agent ({})\n", location, up_at_ + 1,
             report_.dark->waiting ? std::to_string(*report_.dark->waiting) : "?", answer);
  up_at_ = -1;
  return {};
}

void ReplayLoop::keep_pace() {
  if (options_.spread_s <= 0 || total_ == 0) return;
  const Duration due = started_ + Duration{options_.spread_s * 1'000'000 * sent_ / total_};
  const Duration now = os::monotonic();
  if (now < due) std::this_thread::sleep_for(std::chrono::microseconds((due - now).micros));
}

void ReplayLoop::show_progress(bool last) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const Duration now = os::monotonic();
  if (!last && now - last_shown_ < (terminal ? milliseconds(kLineEveryTtyMs) : seconds(kLineEveryS))) return;
  last_shown_ = now;
  fmt::print(stderr, "{}{}  {} of {} documents at the agents, {} s{}", terminal ? "\r" : "", date_, sent_, total_,
             (now - started_).micros / 1'000'000, terminal && !last ? "  " : "\n");
}

}  // namespace tillsync::demo
