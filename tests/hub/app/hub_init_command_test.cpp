#include "hub/app/hub_init_command.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "common/base/os.h"
#include "common/config/config.h"
#include "hub/access/token_store.h"
#include "hub/access/user_store.h"
#include "hub/app/hub_config.h"
#include "hub/app/hub_database.h"
#include "hub/app/hub_keys.h"
#include "tests/hub/app/temp_folder.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::TempFolder;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
  const auto text = os::read_file(file, 10'000'000);
  REQUIRE(text);
  return *text;
}

InitOptions options(const TempFolder& folder) {
  InitOptions init;
  init.data = folder.path / "hub";
  return init;
}

}  // namespace

TEST_CASE("init: without a folder the package's places are taken, and hub.toml stands where it is told to", "[app]") {
  CHECK(completed(InitOptions{}).data == kPackagedHubData);
  CHECK(completed(InitOptions{}).config == kPackagedHubConfig);
  InitOptions given;
  given.data = "/tmp/x";
  CHECK(completed(given).config.empty());
  const auto folder = std::filesystem::temp_directory_path() / ("tillsync-init-" + to_hex(random_bytes(8)));
  given.data = folder / "data";
  given.config = folder / "elsewhere.toml";
  REQUIRE(init_hub(given));
  CHECK(std::filesystem::exists(given.config));
  CHECK_FALSE(std::filesystem::exists(given.data / "hub.toml"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("init: makes keys that only the owner can read, a database, and a config that is understood", "[app]") {
  TempFolder folder;
  const auto made = init_hub(options(folder));
  REQUIRE(made);
  const fs::path data = folder.path / "hub";
  CHECK(fs::status(data / "keys" / "hub.secret").permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(load_hub_keys(data / "keys")->public_key == made->public_key);
  const auto config = config::load(made->config, hub_config_keys(), "TILLSYNC_NO_SUCH_PREFIX");
  REQUIRE(config);
  const auto database = database_path(config->text("data.url"));
  REQUIRE(database);
  const auto connection = open_for_reading(*database);
  REQUIRE(connection);
  const auto token = find_api_token(**connection, made->admin_token);
  REQUIRE(token);
  REQUIRE(token->has_value());
  CHECK((*token)->role == "administrator");
  CHECK((*token)->is_valid(os::now()));
  CHECK(bytes_of(*database).find(made->admin_token) == std::string::npos);
}

TEST_CASE("init: a second one refuses and changes nothing", "[app]") {
  TempFolder folder;
  const auto made = init_hub(options(folder));
  REQUIRE(made);
  const fs::path data = folder.path / "hub";
  const std::string secret = bytes_of(data / "keys" / "hub.secret"), config = bytes_of(made->config), database = bytes_of(data / "hub.db");
  CHECK(init_hub(options(folder)).error().code == ErrorCode::kAlreadyExists);
  CHECK(bytes_of(data / "keys" / "hub.secret") == secret);
  CHECK(bytes_of(made->config) == config);
  CHECK(bytes_of(data / "hub.db") == database);
  // Without its config the keys still stand, and agents know the hub by them.
  fs::remove(made->config);
  CHECK(init_hub(options(folder)).error().code == ErrorCode::kAlreadyExists);
  CHECK(bytes_of(data / "keys" / "hub.secret") == secret);
}

TEST_CASE("init: the administrator's password comes from a file, within its bounds, and is stored as a slow hash", "[app]") {
  TempFolder folder;
  InitOptions init = options(folder);
  init.password_file = folder.path / "password";
  std::ofstream(init.password_file) << std::string(kPasswordBytesMin - 1, 'x') << "\n";
  CHECK(!init_hub(init));
  init.data = folder.path / "hub2";
  std::ofstream(init.password_file) << std::string(kPasswordBytesMin, 'x') << "\n";
  const auto made = init_hub(init);
  REQUIRE(made);
  const auto connection = open_for_reading(init.data / "hub.db");
  std::string hash;
  REQUIRE((*connection)->query("SELECT password_hash FROM user_account WHERE name = 'admin'", {}, [&](const sql::Row& row) { hash = row.text(0); }));
  CHECK(hash.starts_with("$argon2id$"));
}
