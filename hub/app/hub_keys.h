// The hub's keys on disk: the CURVE pair by which agents know it (hub.public, hub.secret) and the pair that signs certificates; secrets are 0600.
#pragma once

#include <filesystem>

#include "common/crypto/signature.h"
#include "common/transport/curve.h"

namespace tillsync::hub {

/// Writes a fresh pair; kAlreadyExists when there is one.
Result<transport::CurveKeyPair> create_hub_keys(const std::filesystem::path& folder);
/// The Ed25519 pair that signs close certificates, beside the CURVE keys: certificate.secret (the seed in hex, 0600) and certificate.public. Made where
/// there is none yet (a hub from before there were certificates). kCorrupt: the two do not belong together, or are no keys.
Result<SignatureKeyPair> load_or_create_certificate_keys(const std::filesystem::path& folder);
/// kNotFound with what to do; kCorrupt when the two files do not belong together.
Result<transport::CurveKeyPair> load_hub_keys(const std::filesystem::path& folder);

}  // namespace tillsync::hub
