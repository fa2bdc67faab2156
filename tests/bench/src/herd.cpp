#include "tests/bench/src/herd.h"

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

#include "common/base/os.h"
#include "common/transport/socket.h"
#include "tests/bench/src/light_agent.h"
#include "tests/support/stand.h"

namespace tillsync::bench {
using namespace tillsync::test;  // NOLINT: a file of one program
namespace {

constexpr int kHerd = 500;
constexpr std::uint64_t kHerdDocuments = 200;
constexpr std::uint64_t kWeeksDocuments = 1'000'000;
constexpr int kLatencySamples = 200;
constexpr double kPatienceS = 300;

/// From one document sold to its acknowledgement, again and again, in milliseconds.
std::vector<double> latencies(LightAgent& agent, int samples, const std::function<bool()>& goes_on) {
  std::vector<double> all;
  while (static_cast<int>(all.size()) < samples && goes_on()) {
    const double start = seconds_now();
    agent.sell(1);
    while (agent.acked() < agent.last()) {
      if (seconds_now() - start > kPatienceS) throw std::runtime_error("a document is not acknowledged");
      if (!agent.step()) transport::wait_readable(agent.descriptors(), milliseconds(2));
    }
    all.push_back((seconds_now() - start) * 1'000);
    const double rest = start + 0.02 - seconds_now();
    if (rest > 0) transport::wait_readable({}, milliseconds(static_cast<std::int64_t>(rest * 1'000)));
  }
  return all;
}

}  // namespace

void thundering_herd(Report& report) {
  HerdWorld world;
  const auto keys = world.enrol(kHerd);
  std::vector<std::unique_ptr<LightAgent>> agents;
  std::vector<std::vector<agent::OutboxRow>> sales(kHerd);
  for (int i = 0; i < kHerd; ++i) {
    for (std::uint64_t number = 1; number <= kHerdDocuments; ++number) sales[static_cast<std::size_t>(i)].push_back(row_of_sale("T-" + std::to_string(i), number));
    agents.push_back(std::make_unique<LightAgent>(keys[static_cast<std::size_t>(i)], [rows = &sales[static_cast<std::size_t>(i)]](std::uint64_t seq) { return (*rows)[seq - 1]; }));
    agents.back()->sell(kHerdDocuments);
  }
  world.stand.kill(world.stand.hub);
  std::vector<std::shared_ptr<transport::Context>> contexts;
  for (int i = 0; i < kHerd; ++i) {
    if (i % kAgentsPerContext == 0) contexts.push_back(transport::make_context());
    agents[static_cast<std::size_t>(i)]->connect(contexts.back(), world.endpoint(), world.stand.hub_key);
  }
  world.stand.start_hub();
  const double start = seconds_now();
  const std::int64_t idle_kib = world.stand.hub->resident_kib();
  std::atomic<bool> over = false;
  std::atomic<std::int64_t> highest_kib = 0;
  std::vector<double> answers;
  std::thread asker([&] {
    while (!over) {
      const double asked = seconds_now();
      if (world.stand.hub_call("GET", "/v1/stock?limit=1").status == 200) answers.push_back(seconds_now() - asked);
      highest_kib = std::max<std::int64_t>(highest_kib, world.stand.hub->resident_kib());
      transport::wait_readable({}, milliseconds(20));
    }
  });
  std::vector<double> drained(kHerd, 0), linked(kHerd, 0);
  int left = kHerd;
  while (left > 0 && seconds_now() - start < kPatienceS) {
    bool moved = false;
    for (std::size_t i = 0; i < agents.size(); ++i) {
      moved = agents[i]->step() || moved;
      if (linked[i] == 0 && agents[i]->is_linked()) linked[i] = seconds_now() - start;
      if (drained[i] > 0 || agents[i]->acked() < kHerdDocuments) continue;
      drained[i] = seconds_now() - start;
      --left;
    }
    if (!moved) transport::wait_readable({}, milliseconds(1));
  }
  over = true;
  asker.join();
  if (left > 0) throw std::runtime_error(std::to_string(left) + " agents did not drain");
  const double slowest = percentile(drained, 1), fastest = *std::ranges::min_element(drained);
  int reconnects = 0;
  for (const auto& agent : agents) reconnects += agent->reconnects;
  report.row("500 agents with 200 documents each, back at once: all drained in", Report::number(slowest) + " s, the first in " + Report::number(fastest) + " s, " +
                                                                                    std::to_string(reconnects) + " reconnects");
  std::vector<double> own;
  for (std::size_t i = 0; i < drained.size(); ++i) own.push_back(drained[i] - linked[i]);
  report.row("  linked (two handshakes each): first, last; then drained within", Report::number(*std::ranges::min_element(linked)) + ", " +
                                                                                   Report::number(percentile(linked, 1)) + " s; p50 " + Report::number(percentile(own, 0.5)) +
                                                                                   ", worst " + Report::number(percentile(own, 1)) + " s");
  report.row("  the hub's memory, before and at its highest", Report::number(static_cast<double>(idle_kib) / 1'024) + ", " +
                                                                Report::number(static_cast<double>(highest_kib.load()) / 1'024) + " MiB");
  report.row("  a request to the API meanwhile", "p50 " + Report::number(percentile(answers, 0.5)) + " s, worst " + Report::number(percentile(answers, 1)) + " s, " +
                                                     std::to_string(answers.size()) + " asked");
  report.row("  documents at the hub", Report::number(world.committed()));
  report.figure("herd_drain", slowest, "s", "reported");
  report.ratio("herd_slowest_vs_fastest", slowest / fastest, "<= 3; the fastest is who is linked first, to an idle hub");
  report.ratio("herd_slowest_vs_last_linked", slowest / percentile(linked, 1), "<= 3: nobody waits long once linked");
  report.figure("herd_hub_memory", static_cast<double>(highest_kib.load()) / 1'024, "MiB", "bounded: 256 MB of waiting documents and what it has idle");
  report.figure("herd_request_worst", percentile(answers, 1), "s", "answered");
  report.figure("herd_documents", world.committed(), "documents", "100000: each once");
}

void dark_for_weeks(Report& report) {
  HerdWorld world;
  const auto keys = world.enrol(2);
  const auto context = transport::make_context();
  LightAgent seller(keys[0], [](std::uint64_t seq) { return row_of_sale("T-1", seq); });
  seller.connect(context, world.endpoint(), world.stand.hub_key);
  const auto idle = latencies(seller, kLatencySamples, [] { return true; });

  // A million sales are one sale with another number each, so that making them costs the machine little.
  const agent::OutboxRow first = row_of_sale("T-2", 1'000'000);
  const std::size_t place = first.event.payload.find("1000000");
  if (place == Bytes::npos) throw std::runtime_error("the number is not in the payload");
  LightAgent dark(keys[1], [&first, place](std::uint64_t seq) {
    agent::OutboxRow row = first;
    const std::string number = std::to_string(1'000'000 + seq);
    row.event.payload.replace(place, number.size(), number);
    std::memcpy(row.event.content_hash.data.data(), &seq, sizeof seq);
    return row;
  });
  dark.sell(kWeeksDocuments);
  const auto other_context = transport::make_context();
  dark.connect(other_context, world.endpoint(), world.stand.hub_key);
  const double start = seconds_now();
  std::atomic<bool> drained = false;
  double took = 0;
  std::thread drain([&] {
    while (dark.acked() < kWeeksDocuments && seconds_now() - start < kPatienceS)
      if (!dark.step()) transport::wait_readable(dark.descriptors(), milliseconds(2));
    took = seconds_now() - start;
    drained = true;
  });
  while (dark.acked() == 0 && !drained) transport::wait_readable({}, milliseconds(1));
  const auto busy = latencies(seller, 100'000, [&] { return !drained.load(); });
  drain.join();
  if (dark.acked() < kWeeksDocuments) throw std::runtime_error("the million did not drain");
  report.row("1,000,000 documents of a store that was dark for weeks, drained in", Report::number(took) + " s");
  report.row("  another store's acknowledgement, alone / meanwhile", "p50 " + Report::number(percentile(idle, 0.5)) + " / " + Report::number(percentile(busy, 0.5)) + " ms, p99 " +
                                                                      Report::number(percentile(idle, 0.99)) + " / " + Report::number(percentile(busy, 0.99)) + " ms");
  report.figure("weeks_drain", took, "s", "reported");
  report.ratio("weeks_ack_p50_vs_alone", percentile(busy, 0.5) / percentile(idle, 0.5), "<= 2");
  report.ratio("weeks_ack_p99_vs_alone", percentile(busy, 0.99) / percentile(idle, 0.99), "reported");
}

}  // namespace tillsync::bench
