// tillsync-sim: plays whole chains under faults, seed by seed, and prints the shortest plan it can find for what breaks.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

#include "common/log/log.h"
#include "tests/sim/chain_world.h"
#include "tests/sim/shrink.h"
#include "tests/sim/sim_random.h"

namespace {

using namespace tillsync;
using namespace tillsync::sim;

struct Options {
  std::uint64_t seeds = 100, from = 1;
  PlanOptions plan;
  std::uint64_t jobs = 1;
  bool tells = false, shrinks = true;
  std::string plant = "none";
};

struct Sums {
  std::uint64_t runs = 0, failures = 0, events = 0, documents = 0, conflicts = 0, kills = 0, rebases = 0, identity_conflicts = 0, reconnects = 0;
  std::uint64_t held = 0, promises = 0, broken = 0, leases_closed = 0;
  std::int64_t simulated_s = 0;
};

void tell_failure(const Plan& plan, const Failure& failure, bool shrinks) {
  std::cout << "seed " << plan.seed << " breaks \"" << failure.check << "\" at " << failure.at.micros / 1'000 << " ms: " << failure.text << "\n";
  Plan shortest = plan;
  if (shrinks) shortest = shrink(plan, failure);
  const RunResult again = run_plan(shortest);
  std::cout << "  shortest plan found: " << shortest.stores << " stores, " << shortest.tills << " tills each, " << shortest.documents << " documents each\n";
  for (const Action& action : shortest.actions) std::cout << "    " << to_text(action) << "\n";
  if (again.failure) std::cout << "  there: " << again.failure->text << "\n";
  std::cout << std::flush;
}

PlantedBug planted_bug(const std::string& name) {
  const auto found = std::ranges::find(kPlantedBugNames, name);
  return static_cast<PlantedBug>(found - std::begin(kPlantedBugNames));
}

/// One process of `jobs`: every jobs-th seed from the offset on. playing: told of each.
Sums play(const Options& options, std::uint64_t offset, std::uint64_t& playing) {
  Sums sums;
  for (std::uint64_t i = offset; i < options.seeds; i += options.jobs) {
    playing = options.from + i;
    Plan plan = draw_plan(options.from + i, options.plan);
    plan.bug = planted_bug(options.plant);
    const auto log = options.tells ? std::function<void(const std::string&)>([](const std::string& line) { std::cout << line << "\n"; })
                                   : std::function<void(const std::string&)>();
    const RunResult result = run_plan(plan, log);
    ++sums.runs;
    sums.events += result.statistics.events;
    sums.documents += result.statistics.documents;
    sums.conflicts += result.statistics.conflicts;
    sums.kills += result.statistics.kills;
    sums.rebases += result.statistics.rebases;
    sums.reconnects += result.statistics.reconnects;
    sums.identity_conflicts += result.statistics.identity_conflicts;
    sums.held += result.statistics.held;
    sums.promises += result.statistics.promises;
    sums.broken += result.statistics.broken;
    sums.leases_closed += result.statistics.leases_closed;
    sums.simulated_s += result.statistics.simulated.micros / 1'000'000;
    if (!result.failure) continue;
    ++sums.failures;
    tell_failure(plan, *result.failure, options.shrinks);
  }
  return sums;
}

Sums play_all(const Options& options) {
  std::uint64_t alone = 0;
  if (options.jobs == 1) return play(options, 0, alone);
  Sums all;
  // What each process plays, so that one that dies leaves its seed.
  void* const shared = mmap(nullptr, options.jobs * sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) throw std::runtime_error("no memory");
  auto* playing = static_cast<std::uint64_t*>(shared);
  std::vector<std::pair<pid_t, int>> children;
  std::cout << std::flush;
  for (std::uint64_t job = 0; job < options.jobs; ++job) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe");
    const pid_t child = fork();
    if (child == 0) {
      const Sums sums = play(options, job, playing[job]);
      const bool written = write(ends[1], &sums, sizeof sums) == static_cast<ssize_t>(sizeof sums);
      std::cout << std::flush;
      _exit(written ? 0 : 1);
    }
    close(ends[1]);
    children.emplace_back(child, ends[0]);
  }
  for (std::size_t job = 0; job < children.size(); ++job) {
    const auto& [child, end] = children[job];
    Sums sums;
    if (read(end, &sums, sizeof sums) != static_cast<ssize_t>(sizeof sums)) {
      ++all.failures;
      std::cout << "seed " << playing[job] << " breaks \"no crash\": its process died, and plays no more seeds\n";
    }
    close(end);
    waitpid(child, nullptr, 0);
    all.runs += sums.runs;
    all.failures += sums.failures;
    all.events += sums.events;
    all.documents += sums.documents;
    all.conflicts += sums.conflicts;
    all.kills += sums.kills;
    all.rebases += sums.rebases;
    all.reconnects += sums.reconnects;
    all.identity_conflicts += sums.identity_conflicts;
    all.held += sums.held;
    all.promises += sums.promises;
    all.broken += sums.broken;
    all.leases_closed += sums.leases_closed;
    all.simulated_s += sums.simulated_s;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Plays whole chains (store PCs, hub, ERP, tills) in virtual time under drawn faults, and checks every promise. The same seed is the same run."};
  Options options;
  app.add_option("--seeds", options.seeds, "How many")->capture_default_str();
  app.add_option("--from", options.from, "The first one")->capture_default_str();
  app.add_option("--agents", options.plan.stores, "Store PCs in each (default: drawn, 1 to 50)")->check(CLI::Range(1, 50));
  app.add_option("--hours", options.plan.hours, "Of trade in each (default: drawn, 5 minutes to 1.5 hours)");
  app.add_option("--jobs", options.jobs, "Processes")->capture_default_str()->check(CLI::Range(1, 64));
  app.add_option("--plant", options.plant, "Build a bug in, to see it caught")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kPlantedBugNames), std::end(kPlantedBugNames))));
  app.add_flag("--tell", options.tells, "Print what happens");
  app.add_flag("!--no-shrink", options.shrinks, "Print a failing plan as it was drawn");
  CLI11_PARSE(app, argc, argv);
  install_random();
  (void)log::start({options.tells ? log::Level::kInfo : log::Level::kError, log::Format::kText, options.tells ? "" : "/dev/null"});

  const auto started = std::chrono::steady_clock::now();
  const Sums sums = play_all(options);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  std::cout << sums.runs << " seeds from " << options.from << ", " << sums.failures << " failures; " << sums.simulated_s / 3'600 << " hours in " << took << " s: "
            << sums.events << " events, " << sums.documents << " documents, " << sums.conflicts << " conflicts, " << sums.kills << " kills, " << sums.rebases
            << " new epochs, " << sums.reconnects << " reconnects, " << sums.identity_conflicts << " identity conflicts, "
            << sums.held << " holds, " << sums.promises << " dark promises, " << sums.leases_closed << " leases closed, " << sums.broken << " rulings\n";
  return sums.failures == 0 ? 0 : 1;
}
