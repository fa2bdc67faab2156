// tillsync-hub init: keys, database, hub.toml, the first administrator and its token. Run once, by hand or by a script.
#pragma once

#include <filesystem>
#include <string>

#include "common/base/error.h"

namespace tillsync::hub {

struct InitOptions {
  std::filesystem::path data;
  std::string admin = "admin";
  std::filesystem::path password_file;  // empty: token only
};
struct InitResult {
  std::string public_key, config, admin_token;
};

/// kAlreadyExists, and nothing changed, where hub.toml or keys are there already. The token is shown here and never again.
Result<InitResult> init_hub(const InitOptions& options);

}  // namespace tillsync::hub
