#include "agent/ingest/spool_door.h"

#include <algorithm>
#include <future>
#include <nlohmann/json.hpp>

#include "agent/ingest/documents_member.h"
#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/log/log.h"

namespace tillsync::agent {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// A part of a file in a group commit; its reader waits for the answer.
class SpoolPart final : public DocumentsMember {
 public:
  SpoolPart(IngestedRequest request, IngestLoop& loop, std::promise<Answer>& answer)
      : DocumentsMember(std::move(request), loop.location(), loop.counters(), &loop.quota()), answer_(answer) {}

 private:
  void reply(const Answer& answer) override { answer_.set_value(answer); }
  std::promise<Answer>& answer_;
};

/// What became of a file: whether it has to be tried again, and what a person should see.
struct Outcome {
  bool try_again = false;
  std::size_t documents = 0, taken = 0;
  ordered_json problems = ordered_json::array();
};

void add_problem(Outcome& outcome, std::size_t line, const std::string& problem_json) {
  ordered_json problem = ordered_json::parse(problem_json);
  problem["line"] = line;
  outcome.problems.push_back(std::move(problem));
}

Outcome write_documents(std::vector<SpoolDocument> documents, IngestLoop& loop) {
  Outcome outcome;
  outcome.documents = documents.size();
  for (std::size_t begin = 0; begin < documents.size(); begin += kSpoolDocumentsPerGroup) {
    const std::size_t end = std::min(begin + kSpoolDocumentsPerGroup, documents.size());
    IngestedRequest part;
    part.is_array = true;
    std::vector<std::size_t> lines;
    for (std::size_t i = begin; i < end; ++i) {
      if (!documents[i].row) {
        add_problem(outcome, documents[i].line, to_problem_json(documents[i].row.error()));
        continue;
      }
      lines.push_back(documents[i].line);
      part.refusals.emplace_back();
      part.rows.push_back(std::move(*documents[i].row));
    }
    if (part.rows.empty()) continue;
    std::promise<Answer> answered;
    loop.submit(std::make_unique<SpoolPart>(std::move(part), loop, answered));
    const Answer answer = answered.get_future().get();
    if (answer.is_problem()) {
      outcome.try_again = true;
      return outcome;
    }
    const ordered_json results = ordered_json::parse(answer.json).at("results");
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (results[i].at("code") < 400)
        ++outcome.taken;
      else
        add_problem(outcome, lines[i], results[i].dump());
    }
  }
  return outcome;
}

/// A name that is free: a second sales.json becomes sales-2.json.
fs::path free_name(const fs::path& folder, const fs::path& name) {
  fs::path candidate = folder / name;
  std::error_code error;
  for (int i = 2; fs::exists(candidate, error); ++i)
    candidate = folder / (name.stem().string() + "-" + std::to_string(i) + name.extension().string());
  return candidate;
}

}  // namespace

Result<std::unique_ptr<SpoolDoor>> SpoolDoor::open(const fs::path& folder, IngestLoop& loop) {
  for (const fs::path& each : {folder, folder / "done", folder / "rejected"}) TS_RETURN_IF_ERROR(os::make_private_folder(each));
  std::unique_ptr<SpoolDoor> door(new SpoolDoor(folder, loop));
  TS_ASSIGN_OR_RETURN(door->watch_, os::FolderWatch::open(folder));
  TS_ASSIGN_OR_RETURN(door->wakeup_, transport::Wakeup::create());
  door->thread_ = std::thread([raw = door.get()] { raw->run(); });
  return door;
}

SpoolDoor::~SpoolDoor() {
  stopping_ = true;
  if (wakeup_) wakeup_->set();
  if (thread_.joinable()) thread_.join();
}

void SpoolDoor::run() {
  Duration next_clean{};
  while (!stopping_) {
    watch_->clear();
    const bool all_taken = scan();
    if (stopping_) return;
    if (os::monotonic() >= next_clean) {
      forget_old_files();
      next_clean = os::monotonic() + seconds(86'400);
    }
    const std::vector<int> descriptors = all_taken ? std::vector{wakeup_->descriptor(), watch_->descriptor()} : std::vector{wakeup_->descriptor()};
    transport::wait_readable(descriptors, seconds(all_taken ? kSpoolScanSeconds : kSpoolRetrySeconds));
  }
}

bool SpoolDoor::scan() {
  std::vector<std::pair<fs::path, SpoolFormat>> files;
  std::error_code error;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    const auto format = spool_format(it->path().filename().string());
    if (format && fs::is_regular_file(it->symlink_status(gone))) files.emplace_back(it->path(), *format);
  }
  std::ranges::sort(files);
  for (const auto& [file, format] : files) {
    if (stopping_) return true;
    if (!take(file, format)) return false;
  }
  return true;
}

bool SpoolDoor::take(const fs::path& file, SpoolFormat format) {
  const auto content = os::read_file(file, kRequestBytesMax);
  Outcome outcome;
  if (!content && content.error().code != ErrorCode::kLimitExceeded) {
    log::write(log::Level::kWarning, "spool file cannot be read", content.error());
    return content.error().code == ErrorCode::kNotFound;
  }
  auto documents = content ? documents_in_file(*content, format, {loop_.location(), os::now(), ""})
                           : std::unexpected(make_problem("too_large", "a file may have " + std::to_string(kRequestBytesMax) + " bytes"));
  if (documents)
    outcome = write_documents(std::move(*documents), loop_);
  else
    add_problem(outcome, 0, to_problem_json(documents.error()));
  if (outcome.try_again) return false;

  const bool is_good = outcome.problems.empty();
  const fs::path target = free_name(folder_ / (is_good ? "done" : "rejected"), file.filename());
  if (!is_good) {
    loop_.refused().count();
    const ordered_json report{{"file", file.filename().string()},
                              {"documents", outcome.documents},
                              {"taken", outcome.taken},
                              {"problems", outcome.problems}};
    const std::string text = report.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    if (const auto written = os::write_file_durably(target.string() + ".problem.json", text, false); !written) {
      log::write(log::Level::kWarning, "spool problem cannot be written", written.error());
      return false;
    }
    log::warning("spool file rejected", {{"file", file.filename().string()}, {"problems", static_cast<std::int64_t>(outcome.problems.size())}});
  }
  std::error_code error;
  fs::rename(file, target, error);
  if (error) log::warning("spool file cannot be moved", {{"file", file.string()}, {"detail", error.message()}});
  return !error;
}

void SpoolDoor::forget_old_files() {
  const auto limit = fs::file_time_type::clock::now() - std::chrono::days(kPayloadRetentionDays);
  std::error_code error;
  for (fs::directory_iterator it(folder_ / "done", error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (it->last_write_time(gone) < limit && !gone) fs::remove(it->path(), gone);
  }
}

}  // namespace tillsync::agent
