#include "hub/writer/writer_core.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <numeric>
#include <utility>

#include "common/contract/document.h"

namespace tillsync::hub {
namespace {

/// How many documents each command brings; 0 for tasks.
std::vector<std::size_t> document_counts(std::span<const Command> group) {
  std::vector<std::size_t> counts;
  counts.reserve(group.size());
  for (const Command& command : group) {
    const auto* commit = std::get_if<CommitDocuments>(&command);
    counts.push_back(commit == nullptr ? 0 : commit->documents.size());
  }
  return counts;
}

/// Takes the documents of all commands into one batch.
MicroBatch gather(std::span<Command> group, const std::vector<std::size_t>& counts, Instant now) {
  MicroBatch batch;
  batch.now = now;
  const std::size_t total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  for (std::size_t index = 0; index < group.size(); ++index) {
    if (auto* asked = std::get_if<DecideRequest>(&group[index])) batch.requests.push_back(std::move(asked->request));
    auto* commit = std::get_if<CommitDocuments>(&group[index]);
    if (commit == nullptr) continue;
    if (commit->gap) batch.gaps.push_back(*commit->gap);
    if (commit->cursor) batch.cursors.push_back(*commit->cursor);
    if (counts[index] == 0) continue;
    if (counts[index] == total) {
      batch.documents = std::exchange(commit->documents, {});  // the only ones: none needs to move
      continue;
    }
    batch.documents.reserve(total);
    std::move(commit->documents.begin(), commit->documents.end(), std::back_inserter(batch.documents));
    commit->documents.clear();
  }
  return batch;
}

/// Undoes gather, for another run.
void give_back(std::span<Command> group, const std::vector<std::size_t>& counts, MicroBatch& batch) {
  auto next = batch.documents.begin();
  auto next_request = batch.requests.begin();
  for (std::size_t index = 0; index < group.size(); ++index) {
    if (auto* asked = std::get_if<DecideRequest>(&group[index])) asked->request = std::move(*next_request++);
    if (counts[index] == 0) continue;
    std::vector<IncomingDocument>& documents = std::get<CommitDocuments>(group[index]).documents;
    for (std::size_t i = 0; i < counts[index]; ++i, ++next) {
      next->verdict = Verdict::kUndecided;
      next->event_no = 0;
      documents.push_back(std::move(*next));
    }
  }
}

DocumentOutcome outcome_of(const IncomingDocument& document) {
  DocumentOutcome outcome{document.verdict, document.event_id, document.event_no, {}};
  if (document.verdict == Verdict::kConflict && document.document)
    outcome.exception_id = conflict_exception_id(identity_of(*document.document, document.location), document.content_hash);
  return outcome;
}

bool has_work(const MicroBatch& batch) {
  return !batch.documents.empty() || !batch.gaps.empty() || !batch.cursors.empty() || !batch.requests.empty();
}

/// What every other command would meet as well.
bool is_of_the_disk(ErrorCode code) {
  return code == ErrorCode::kDiskFull || code == ErrorCode::kIo || code == ErrorCode::kCorrupt || code == ErrorCode::kDenied;
}

}  // namespace

Result<void> WriterCore::start() {
  for (const auto& stage : stages_) TS_RETURN_IF_ERROR(stage->start(connection_));
  return {};
}

Result<void> WriterCore::run_stages(MicroBatch& batch) {
  for (const auto& stage : stages_) {
    TS_RETURN_IF_ERROR(stage->load(connection_, batch));
    stage->decide(batch);
    TS_RETURN_IF_ERROR(stage->write(connection_, batch));
  }
  return {};
}

Result<void> WriterCore::record_answers(std::span<Command> group, const MicroBatch& batch) {
  TS_CHECK(batch.answers.size() == batch.requests.size());
  std::size_t next = 0;
  for (const Command& command : group) {
    const auto* asked = std::get_if<DecideRequest>(&command);
    if (asked == nullptr) continue;
    const StockAnswer& answer = batch.answers[next++];
    if (asked->record) TS_RETURN_IF_ERROR(asked->record(connection_, answer, batch.now));
  }
  return {};
}

Result<void> WriterCore::apply(std::span<Command> group, MicroBatch& batch) {
  try {
    TS_RETURN_IF_ERROR(connection_.begin());
    bool changes_masterdata = false;
    for (const Command& command : group) {
      const auto* task = std::get_if<Task>(&command);
      if (task == nullptr) continue;
      TS_RETURN_IF_ERROR(task->apply(connection_, batch.now));
      changes_masterdata = changes_masterdata || task->changes_masterdata;
    }
    if (changes_masterdata) {
      for (const auto& stage : stages_) stage->masterdata_changed();
    }
    if (group.empty() || has_work(batch)) TS_RETURN_IF_ERROR(run_stages(batch));
    TS_RETURN_IF_ERROR(record_answers(group, batch));
    const Duration before = clock_ ? clock_() : Duration{};
    auto committed = connection_.commit();
    if (clock_) last_commit_ = clock_() - before;
    return committed;
  } catch (const std::exception& exception) {
    // One member's fault must not end the hub: the rerun finds it.
    return fail(ErrorCode::kInternal, "commit a group", exception.what());
  }
}

Result<std::vector<WriterCore::Outcomes>> WriterCore::attempt(std::span<Command> group, Instant now) {
  const std::vector<std::size_t> counts = document_counts(group);
  MicroBatch batch = gather(group, counts, now);
  if (auto applied = apply(group, batch); !applied) {
    // A failed rollback leaves the connection in its transaction; the next begin() reports that.
    (void)connection_.rollback();
    for (const auto& stage : stages_) stage->rolled_back();
    give_back(group, counts, batch);
    return std::unexpected(std::move(applied).error());
  }
  for (const auto& stage : stages_) stage->committed();
  std::vector<Outcomes> outcomes(group.size());
  TS_CHECK(batch.answers.size() == batch.requests.size());
  std::size_t next = 0, next_answer = 0;
  for (std::size_t index = 0; index < group.size(); ++index) {
    if (std::holds_alternative<DecideRequest>(group[index])) outcomes[index].answer = std::move(batch.answers[next_answer++]);
    outcomes[index].documents.reserve(counts[index]);
    for (std::size_t i = 0; i < counts[index]; ++i) outcomes[index].documents.push_back(outcome_of(batch.documents[next++]));
  }
  return outcomes;
}

void WriterCore::succeed(std::span<Command> group, std::vector<Outcomes> outcomes) {
  ++counters_.groups;
  trouble_.reset();
  for (std::size_t index = 0; index < group.size(); ++index) {
    if (auto* commit = std::get_if<CommitDocuments>(&group[index])) {
      counters_.documents += outcomes[index].documents.size();
      if (commit->done) commit->done(std::move(outcomes[index].documents));
    } else if (auto* asked = std::get_if<DecideRequest>(&group[index])) {
      ++counters_.requests;
      if (asked->done) asked->done(std::move(outcomes[index].answer));
    } else {
      const Task& task = std::get<Task>(group[index]);
      ++counters_.tasks;
      if (task.done) task.done({});
    }
  }
}

void WriterCore::fail_all(std::span<Command> group, const Error& error) {
  if (is_of_the_disk(error.code)) trouble_ = error;
  for (Command& command : group) {
    ++counters_.failures;
    if (auto* commit = std::get_if<CommitDocuments>(&command)) {
      if (commit->done) commit->done(std::unexpected(error));
    } else if (auto* asked = std::get_if<DecideRequest>(&command)) {
      if (asked->done) asked->done(std::unexpected(error));
    } else {
      const Task& task = std::get<Task>(command);
      if (task.done) task.done(std::unexpected(error));
    }
  }
}

std::optional<Duration> WriterCore::due_in() {
  std::optional<Duration> due;
  for (const auto& stage : stages_) {
    if (const auto of_stage = stage->due_in(); of_stage && (!due || *of_stage < *due)) due = of_stage;
  }
  return due;
}

Result<void> WriterCore::run_due(Instant now) {
  auto ran = attempt({}, now);
  if (!ran) {
    if (is_of_the_disk(ran.error().code)) trouble_ = ran.error();
    return std::unexpected(std::move(ran).error());
  }
  ++counters_.groups;
  trouble_.reset();
  return {};
}

void WriterCore::run_group(std::vector<Command> group, Instant now) {
  if (group.empty()) return;
  const std::span<Command> all(group);
  auto together = attempt(all, now);
  if (together) return succeed(all, std::move(*together));
  if (group.size() == 1 || together.error().code == ErrorCode::kDiskFull) return fail_all(all, together.error());

  ++counters_.reruns;
  for (std::size_t index = 0; index < group.size(); ++index) {
    const std::span<Command> one = all.subspan(index, 1);
    auto alone = attempt(one, now);
    if (alone) {
      succeed(one, std::move(*alone));
      continue;
    }
    if (alone.error().code == ErrorCode::kDiskFull) return fail_all(all.subspan(index), alone.error());
    fail_all(one, alone.error());
  }
}

}  // namespace tillsync::hub
