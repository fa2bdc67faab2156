// What a fleet of 5,000 agents costs the hub: pages and summary out of memory, five minutes' samples, a day of one agent.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <vector>

#include "common/crypto/crypto.h"
#include "common/sql/sqlite.h"
#include "hub/fleet/agent_registry.h"
#include "hub/fleet/fleet_store.h"
#include "hub/fleet/sample_store.h"

namespace {

using namespace tillsync;
using namespace tillsync::hub;

constexpr int kAgents = 5'000;
constexpr int kRepeats = 200;
const Instant kNow{1'800'000'000'000'000};

/// Milliseconds; p95 of many.
double p95_ms(int repeats, const std::function<void()>& work) {
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::ranges::sort(times);
  return times[times.size() * 95 / 100];
}

void figure(const char* name, double value, const char* unit) { std::printf("FIGURE %s %.2f %s\n", name, value, unit); }

void fill(AgentRegistry& registry) {
  for (int i = 0; i < kAgents; ++i) {
    AgentRecord agent;
    agent.public_key = random_secret("key_");
    agent.agent_id = agent_id_of(agent.public_key);
    agent.location = LocationId("S" + std::to_string(i));
    agent.name = "till-pc-" + std::to_string(i);
    agent.enrolled_at = kNow;
    registry.put(agent);
    registry.put_location(agent.location, {"Store " + std::to_string(i), "group-" + std::to_string(i % 20), "Europe/London", OpeningHours::parse("Mo-Sa 09:00-18:00")});
    AgentStatus status;
    status.backlog = i * 7'919 % 1'000;
    status.host = "till-pc-" + std::to_string(i);
    registry.set_status(agent.public_key, status, i % 3 == 0 ? "0.1.0" : "0.2.0", kNow);
  }
}

Result<void> measure_samples(const AgentRegistry& registry) {
  const auto path = std::filesystem::temp_directory_path() / random_secret("tillsync-bench-fleet-");
  sql::SqliteOptions options;
  options.path = path;
  TS_ASSIGN_OR_RETURN(const auto connection, sql::open_sqlite(options));
  TS_RETURN_IF_ERROR(FleetStore::migrate(*connection));
  const auto samples = registry.samples(kNow - seconds(1));
  SampleStore store(*connection);
  std::int64_t slot = sample_slot(kNow) - kSampleSlots;
  double longest = 0, whole = 0;
  for (std::int64_t written = 0; written < kSampleSlots; ++written, ++slot) {
    whole = 0;
    for (std::size_t first = 0; first < samples.size(); first += kSamplesPerTask) {
      const auto begin = std::chrono::steady_clock::now();
      TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(*connection));
      TS_RETURN_IF_ERROR(store.write(slot, std::span(samples).subspan(first, kSamplesPerTask)));
      TS_RETURN_IF_ERROR(transaction.commit());
      const double took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
      longest = std::max(longest, took);
      whole += took;
    }
  }
  const double read = p95_ms(kRepeats, [&] { static_cast<void>(store.read(samples[0].agent_id, slot - kSampleSlots, slot)); });
  const double prune = p95_ms(1, [&] { static_cast<void>(store.prune(slot)); });
  std::printf("%-60s %8.2f ms\n%-60s %8.2f ms\n%-60s %8.2f ms\n%-60s %8.2f ms\n", "samples of 5,000 agents, five minutes", whole, "  of that the longest transaction (500 rows)", longest,
              "a day of one agent, p95", read, "dropping the oldest five minutes", prune);
  const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
  std::printf("%-60s %8.2f MB\n", "a day of 5,000 agents on disk", megabytes);
  figure("fleet_samples_task", longest, "ms");
  figure("fleet_samples_read_p95", read, "ms");
  figure("fleet_samples_size", megabytes, "MB");
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + end);
  return {};
}

}  // namespace

int main() {
  AgentRegistry registry;
  fill(registry);
  AgentQuery query;
  query.order = {AgentSort::kBacklog, true};
  const double page = p95_ms(kRepeats, [&] { static_cast<void>(registry.list(query, kNow)); });
  query.filter.q = "store 49";
  const double searched = p95_ms(kRepeats, [&] { static_cast<void>(registry.list(query, kNow)); });
  const double summary = p95_ms(kRepeats, [&] { static_cast<void>(registry.summary({}, kNow)); });
  std::printf("%-60s %8.2f ms\n%-60s %8.2f ms\n%-60s %8.2f ms\n", "a page of 50 of 5,000 agents by backlog, p95", page, "the same with a search, p95", searched, "summary, p95", summary);
  if (const auto measured = measure_samples(registry); !measured) {
    std::fprintf(stderr, "%s\n", to_string(measured.error()).c_str());
    return 1;
  }
  figure("fleet_page_p95", page, "ms");
  figure("fleet_search_p95", searched, "ms");
  figure("fleet_summary_p95", summary, "ms");
  return 0;
}
