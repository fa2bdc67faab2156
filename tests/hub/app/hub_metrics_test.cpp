#include "hub/app/hub_metrics.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "hub/app/hub_database.h"
#include "hub/postings/posting_store.h"
#include "tests/hub/app/temp_folder.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::TempFolder;

TEST_CASE("posting metrics: every status is there, and the age is that of the oldest that waits", "[app]") {
  TempFolder folder;
  const auto path = folder.path / "hub.db";
  auto connection = open_database(path, 4);
  REQUIRE(connection);
  auto reads = ReadPool::open(1, [&path] { return open_for_reading(path); });
  REQUIRE(reads);
  Metrics metrics;
  register_posting_metrics(metrics, **reads);
  CHECK(metrics.text().find("\ntillsync_postings{status=\"refused\"} 0\n") != std::string::npos);
  CHECK(metrics.text().find("\ntillsync_posting_oldest_seconds 0\n") != std::string::npos);

  std::vector<PostingQueued> postings(2);
  for (std::size_t i = 0; i < postings.size(); ++i) {
    postings[i].event_no = static_cast<std::int64_t>(i + 1);
    postings[i].posting.posting_id = "p_" + std::to_string(i);
    postings[i].posting.ordering_key = "GB/1";
  }
  REQUIRE(insert_postings(**connection, postings, os::now() - seconds(3'600)));
  const std::string text = metrics.text();
  CHECK(text.find("\ntillsync_postings{status=\"queued\"} 2\n") != std::string::npos);
  const auto at = text.find("\ntillsync_posting_oldest_seconds ");
  REQUIRE(at != std::string::npos);
  CHECK(std::stod(text.substr(at + 33)) >= 3'600);
}

namespace {

class IdleWriter : public WriterLoop {
 public:
  Result<void> submit(Priority, Command) override { return {}; }
  std::size_t bulk_waiting() const override { return 0; }
  void stop() override {}
  WriterCounters counters() const override { return {.groups = 1, .documents = 2, .tasks = 3, .reruns = 4, .failures = 5}; }
  std::optional<Error> trouble() const override { return {}; }
};

class IdleSync : public SyncLoop {
 public:
  void stop() override {}
  SyncCounters counters() const override {
    SyncCounters line;
    line.malformed = 11;
    line.not_enrolled = 12;
    line.revoked = 13;
    line.out_of_step = 14;
    line.handshakes.denied = 15;
    line.handshakes.failed = 16;
    line.handshakes.dropped_messages = 17;
    return line;
  }
  std::string endpoint() const override { return {}; }
  void outbound_advanced() override {}
  void commands_advanced(const AgentId&) override {}
};

}  // namespace

TEST_CASE("metrics: who was turned away stands under its reason, and agents under their state", "[app]") {
  const IdleWriter writer;
  const IdleSync sync;
  AgentRegistry agents;
  AgentRecord agent;
  agent.agent_id = AgentId{"a_1"};
  agent.public_key = std::string(40, 'k');
  agent.location = LocationId("GB");
  agent.standing = Standing::kRevoked;
  agents.put(agent);
  TempFolder folder;
  Metrics metrics;
  register_metrics(metrics, writer, sync, agents, folder.path / "hub.db");
  const std::string text = metrics.text();
  for (const char* line : {"tillsync_frames_refused_total{reason=\"malformed\"} 11", "tillsync_frames_refused_total{reason=\"not_enrolled\"} 12",
                           "tillsync_frames_refused_total{reason=\"revoked\"} 13", "tillsync_frames_refused_total{reason=\"out_of_step\"} 14",
                           "tillsync_frames_refused_total{reason=\"dropped\"} 17", "tillsync_handshakes_denied_total 15",
                           "tillsync_handshakes_failed_total 16", "tillsync_writer_tasks_total 3", "tillsync_writer_reruns_total 4",
                           "tillsync_writer_failures_total 5", "tillsync_agents{state=\"revoked\"} 1", "tillsync_agents{state=\"online\"} 0"}) {
    INFO(line);
    CHECK(text.find(std::string("\n") + line + "\n") != std::string::npos);
  }
  // Dark, and its location is closed: off on each day of the week.
  AgentRecord closed;
  closed.agent_id = AgentId{"a_2"};
  closed.public_key = std::string(40, 'c');
  closed.location = LocationId("LS");
  agents.put(closed);
  Location location;
  location.time_zone = "Europe/London";
  agents.set_status(closed.public_key, {}, "1", os::now() - seconds(3'600));
  for (const auto& [hours, idle] : {std::pair{"Mo-Su off", "1"}, {"24/7", "0"}, {"", "0"}}) {
    location.opening_hours = FreeText(hours);
    agents.put_location(closed.location, location_facts(location));
    const std::string scraped = metrics.text();
    CHECK(scraped.find(std::string("\ntillsync_agents_idle ") + idle + "\n") != std::string::npos);
    CHECK(scraped.find("\ntillsync_agents{state=\"dark\"} 1\n") != std::string::npos);
  }
  // Totals are set, not added up, at each scrape.
  CHECK(metrics.text().find("\ntillsync_frames_refused_total{reason=\"malformed\"} 11\n") != std::string::npos);
}
