// The hub's side of the jq child: starts it when first needed, and another when one had to be stopped. One thread at a time; a run blocks
// it, for at most kJqPatience.
#pragma once

#include <filesystem>
#include <memory>

#include "common/base/time.h"
#include "hub/jq/program_runner.h"

namespace tillsync::hub {

/// Processor time that one run may take.
inline constexpr Duration kJqTimeMax = seconds(2);
/// And how long it may take by the clock, on a machine that is busy.
inline constexpr Duration kJqPatience = seconds(30);

struct JqLimits {
  Duration processor_time = kJqTimeMax, patience = kJqPatience;
};

/// executable: one that understands `jq-worker`; empty: this one.
std::unique_ptr<ProgramRunner> make_jq_client(std::filesystem::path executable = {}, JqLimits limits = {});

}  // namespace tillsync::hub
