// The hub's CURVE key pair on disk: hub.public and hub.secret (0600) in the keys folder.
#pragma once

#include <filesystem>

#include "common/transport/curve.h"

namespace tillsync::hub {

/// Writes a fresh pair; kAlreadyExists when there is one.
Result<transport::CurveKeyPair> create_hub_keys(const std::filesystem::path& folder);
/// kNotFound with what to do; kCorrupt when the two files do not belong together.
Result<transport::CurveKeyPair> load_hub_keys(const std::filesystem::path& folder);

}  // namespace tillsync::hub
