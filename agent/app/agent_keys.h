// This agent's CURVE key pair on disk: agent.public and agent.secret (0600) in the folder `keys` of the data folder; agent.machine beside them says
// on which machine it was made.
#pragma once

#include <filesystem>

#include "common/transport/curve.h"

namespace tillsync::agent {

/// The pair that is there, or a fresh one: enrolling again keeps the key, and with it the identity.
Result<transport::CurveKeyPair> load_or_create_keys(const std::filesystem::path& data_folder);
/// kNotFound: not enrolled. kCorrupt: the files do not belong together.
Result<transport::CurveKeyPair> load_keys(const std::filesystem::path& data_folder);

/// True where the pair was made on another machine: the disk was copied or moved. False where that cannot be told.
bool are_keys_of_other_machine(const std::filesystem::path& data_folder);
/// Of a pair that is no agent's yet.
Result<void> drop_keys_of_other_machine(const std::filesystem::path& data_folder);

}  // namespace tillsync::agent
