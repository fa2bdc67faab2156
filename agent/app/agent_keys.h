// This agent's CURVE key pairs on disk, in the folder `keys` of the data folder: agent.public and agent.secret (0600), the pair that is its
// identity; once its keys were changed also ring.json (0600), which then is what counts: all pairs that may still be needed (agent/sync/key_ring.h).
// agent.machine beside them says on which machine the first pair was made.
#pragma once

#include <filesystem>

#include "agent/sync/key_ring.h"
#include "common/transport/curve.h"

namespace tillsync::agent {

/// The pair that is there, or a fresh one: enrolling again keeps the key, and with it the identity.
Result<transport::CurveKeyPair> load_or_create_keys(const std::filesystem::path& data_folder);
/// The pair that is its identity. kNotFound: not enrolled. kCorrupt: the files do not belong together.
Result<transport::CurveKeyPair> load_keys(const std::filesystem::path& data_folder);
/// All pairs. Errors as load_keys.
Result<KeyRecord> load_key_record(const std::filesystem::path& data_folder);
/// Durable when it returns: ring.json first, then agent.public and agent.secret where they are others; a crash in between does no harm.
Result<void> save_key_record(const std::filesystem::path& data_folder, const KeyRecord& record);

/// True where the pair was made on another machine: the disk was copied or moved. False where that cannot be told.
bool are_keys_of_other_machine(const std::filesystem::path& data_folder);
/// Of a pair that is no agent's yet.
Result<void> drop_keys_of_other_machine(const std::filesystem::path& data_folder);

}  // namespace tillsync::agent
