// Bugs that are built in on purpose, so that a test can see a checker catch them.
#pragma once

#include <memory>
#include <vector>

#include "hub/sync/registry_port.h"
#include "hub/writer/commands.h"
#include "hub/writer/stage.h"
#include "tests/sim/plan.h"

namespace tillsync::sim {

/// Puts the bug's stage where it belongs among the stages; nothing for a bug of another place.
void plant(PlantedBug bug, std::vector<std::unique_ptr<hub::Stage>>& stages);
/// Spoils a command on its way to the writer.
void plant(PlantedBug bug, hub::CommitDocuments& command);

}  // namespace tillsync::sim
