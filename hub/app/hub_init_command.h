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
  std::filesystem::path config;         // hub.toml to write; empty: in data
};

/// Where a package puts things: what init takes when no folder is given.
inline constexpr std::string_view kPackagedHubData = "/var/lib/tillsync/hub", kPackagedHubConfig = "/etc/tillsync/hub.toml";
InitOptions completed(InitOptions options);
struct InitResult {
  std::string public_key, config, admin_token;
};

/// A process of root first becomes the user that owns the data folder, where there is one already. kAlreadyExists, and nothing changed, where hub.toml or keys are there already. The token is shown here and never again.
Result<InitResult> init_hub(const InitOptions& options);

}  // namespace tillsync::hub
