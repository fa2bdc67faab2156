#include "hub/app/hub_init_command.h"

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "hub/access/token_store.h"
#include "hub/access/user_store.h"
#include "hub/app/hub_config.h"
#include "hub/app/hub_database.h"
#include "hub/app/hub_keys.h"
#include "hub/intake/hub_meta_store.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kInitCacheMib = 4;

std::string toml_text(std::string_view value) {
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

Result<std::string> read_password(const std::filesystem::path& file) {
  TS_ASSIGN_OR_RETURN(std::string password, os::read_file(file, kPasswordBytesMax + 2));
  password.erase(password.find_last_not_of("\r\n") + 1);
  return password;
}

}  // namespace

InitOptions completed(InitOptions options) {
  if (!options.data.empty()) return options;
  options.data = kPackagedHubData;
  if (options.config.empty()) options.config = kPackagedHubConfig;
  return options;
}

Result<InitResult> init_hub(const InitOptions& options) {
  std::error_code error;
  const std::filesystem::path data = std::filesystem::absolute(options.data, error);
  if (error) return fail(ErrorCode::kInvalid, "init", "'" + options.data.string() + "' is no folder");
  const std::filesystem::path config = options.config.empty() ? data / "hub.toml" : options.config;
  if (std::filesystem::exists(config, error))
    return fail(ErrorCode::kAlreadyExists, "init " + data.string(), "there is a hub already", "start it: tillsync-hub run --config " + config.string());
  std::string password;
  if (!options.password_file.empty()) {
    TS_ASSIGN_OR_RETURN(password, read_password(options.password_file));
  }
  if (std::filesystem::is_directory(data, error)) TS_RETURN_IF_ERROR(os::become_owner_of(data));  // the password file was root's to read
  TS_RETURN_IF_ERROR(os::make_private_folder(data));
  TS_ASSIGN_OR_RETURN(const transport::CurveKeyPair keys, create_hub_keys(data / "keys"));
  TS_RETURN_IF_ERROR(load_or_create_certificate_keys(data / "keys"));
  const std::filesystem::path database = data / "hub.db";
  TS_ASSIGN_OR_RETURN(const auto connection, open_database(database, kInitCacheMib));
  TS_RETURN_IF_ERROR(load_or_draw_incarnation(*connection));
  const std::string token = random_secret("ts_");
  TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(*connection));
  ApiToken row;
  row.token_id = random_secret("k_");
  row.name = options.admin;
  row.role = to_string(Role::kAdministrator);
  row.created_at = os::now();
  row.created_by = "init";
  TS_RETURN_IF_ERROR(add_api_token(*connection, row, token));
  if (!options.password_file.empty()) TS_RETURN_IF_ERROR(add_user(*connection, options.admin, password, Role::kAdministrator, row.created_at));
  TS_RETURN_IF_ERROR(transaction.commit());
  // Last, so that a broken init can be told from a finished one: the file means "done".
  const std::string text = "# The hub's own choices stand here; every other key has its default. All keys: tillsync-hub run --help-config\n\n[data]\nurl = " +
                           toml_text("sqlite://" + database.string()) + "\nkeys = " + toml_text((data / "keys").string()) + "\n";
  TS_RETURN_IF_ERROR(os::write_file_durably(config, text, false));
  return InitResult{keys.public_key, config.string(), token};
}

}  // namespace tillsync::hub
