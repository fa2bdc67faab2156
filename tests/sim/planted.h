// Bugs that are built in on purpose, so that a test can see a checker catch them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hub/erp/erp_client.h"
#include "hub/writer/commands.h"
#include "hub/writer/stage.h"
#include "tests/sim/plan.h"

namespace tillsync::sim {

/// Puts the bug's stage where it belongs among the stages; nothing for a bug of another place.
void plant(PlantedBug bug, std::vector<std::unique_ptr<hub::Stage>>& stages);
/// Spoils the hub's tables after a group; the store's after one of its own.
void plant_in_hub(PlantedBug bug, sql::Connection& connection);
void plant_in_agent(PlantedBug bug, sql::Connection& connection);
/// Spoils a command on its way to the writer. first_epochs: by agent, kept by the caller for one world.
void plant(PlantedBug bug, hub::CommitDocuments& command, std::map<std::string, EpochId>& first_epochs);
/// Spoils a request on its way to the ERP. tries: so many were sent before.
void plant(PlantedBug bug, hub::ErpCall& call, std::uint64_t tries);

}  // namespace tillsync::sim
