#include "hub/fleet/sample_store.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kSlotMicros = kSampleSeconds * 1'000'000;
constexpr std::string_view kPutSample =
    "INSERT INTO agent_sample (slot, agent_id, backlog, oldest_unsent_s, clock_skew_us, disk_free_bytes) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (slot, agent_id) DO UPDATE SET backlog = excluded.backlog, oldest_unsent_s = excluded.oldest_unsent_s,"
    " clock_skew_us = excluded.clock_skew_us, disk_free_bytes = excluded.disk_free_bytes";
constexpr std::string_view kOldestSlot = "SELECT min(slot) FROM agent_sample";
constexpr std::string_view kDropSlot = "DELETE FROM agent_sample WHERE slot = $1";
// The slots one by one: a look-up in the key for each, where a range would read the rows of all agents.
constexpr std::string_view kSamplesOfAgent =
    "WITH RECURSIVE slots (slot) AS (SELECT $2 UNION ALL SELECT slot + 1 FROM slots WHERE slot < $3)"
    " SELECT sample.slot, backlog, oldest_unsent_s, clock_skew_us, disk_free_bytes FROM slots CROSS JOIN agent_sample AS sample"
    " ON sample.slot = slots.slot AND sample.agent_id = $1";

}  // namespace

std::int64_t sample_slot(Instant at) { return at.micros / kSlotMicros; }
Instant slot_start(std::int64_t slot) { return Instant{slot * kSlotMicros}; }

Result<void> SampleStore::write(std::int64_t slot, std::span<const AgentSample> samples) {
  for (const AgentSample& sample : samples) {
    TS_RETURN_IF_ERROR(connection_.run(kPutSample, {slot, sample.agent_id.view(), sample.backlog, sample.oldest_unsent_s,
                                                    sample.clock_skew.micros, sample.disk_free_bytes}));
  }
  return {};
}

Result<bool> SampleStore::prune(std::int64_t now_slot) {
  std::int64_t oldest = now_slot;
  TS_RETURN_IF_ERROR(connection_.query(kOldestSlot, {}, [&](const sql::Row& row) {
    if (!row.is_null(0)) oldest = row.integer(0);
  }));
  if (oldest > now_slot - kSampleSlots) return false;
  TS_RETURN_IF_ERROR(connection_.run(kDropSlot, {oldest}));
  return true;
}

Result<std::vector<SlotSample>> SampleStore::read(const AgentId& agent_id, std::int64_t first, std::int64_t last) {
  std::vector<SlotSample> samples;
  TS_RETURN_IF_ERROR(connection_.query(kSamplesOfAgent, {agent_id.view(), first, last}, [&](const sql::Row& row) {
    samples.push_back({row.integer(0), {agent_id, row.integer(1), row.integer(2), Duration{row.integer(3)}, row.integer(4)}});
  }));
  return samples;
}

}  // namespace tillsync::hub
