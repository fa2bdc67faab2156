#include "hub/app/hub_backup_command.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "hub/app/hub_database.h"
#include "hub/app/hub_init_command.h"
#include "hub/app/hub_keys.h"
#include "hub/app/hub_restored_command.h"
#include "hub/outbound/outbound_store.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

struct HubWithBackups {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("tillsync-backup-" + to_hex(random_bytes(8)));
  std::filesystem::path backups = folder / "backups";
  HubWithBackups() {
    InitOptions options;
    options.data = folder;
    REQUIRE(init_hub(options));
  }
  ~HubWithBackups() { std::filesystem::remove_all(folder); }
  std::filesystem::path config() const { return folder / "hub.toml"; }
  void queue(const std::string& key) const {
    auto connection = open_database(folder / "hub.db", 4);
    REQUIRE(connection);
    const std::vector<OutboundItem> items = {{"*", "product/1", key, "x"}};
    REQUIRE(OutboundStore(**connection).queue(items, os::now()));
  }
};

std::size_t items_in(const std::filesystem::path& database) {
  const auto connection = open_database(database, 4);
  REQUIRE(connection);
  const auto items = OutboundStore(**connection).items(AgentId("a_1"), LocationId("GB"), 0);
  REQUIRE(items);
  return items->size();
}

constexpr Instant kNoon{1'795'867'200'000'000};

}  // namespace

TEST_CASE("backup: the copy has database, keys and configuration, and a hub can start on it", "[app]") {
  HubWithBackups hub;
  hub.queue("A");
  const auto made = backup_hub(hub.config(), hub.backups, kNoon);
  REQUIRE(made);
  hub.queue("B");  // after it, so not in it
  CHECK(made->folder.filename().string().starts_with("hub-2026"));
  CHECK(items_in(made->folder / "hub.db") == 1);
  CHECK(load_hub_keys(made->folder / "keys")->public_key == load_hub_keys(hub.folder / "keys")->public_key);
  CHECK(std::filesystem::exists(made->folder / "hub.toml"));
  using std::filesystem::perms;
  CHECK((std::filesystem::status(made->folder).permissions() & (perms::group_all | perms::others_all)) == perms::none);
  CHECK((std::filesystem::status(made->folder / "keys" / "hub.secret").permissions() & (perms::group_all | perms::others_all)) == perms::none);
}

TEST_CASE("backup: put back after a loss, the hub stands where the backup was", "[app]") {
  HubWithBackups hub;
  hub.queue("A");
  const auto made = backup_hub(hub.config(), hub.backups, kNoon);
  REQUIRE(made);
  hub.queue("B");
  for (const char* file : {"hub.db", "hub.db-wal", "hub.db-shm"}) std::filesystem::remove(hub.folder / file);
  std::filesystem::copy_file(made->folder / "hub.db", hub.folder / "hub.db");
  REQUIRE(mark_restored(hub.config()));
  CHECK(items_in(hub.folder / "hub.db") == 1);
}

TEST_CASE("backup: taken while the hub writes, it is one state of the database", "[app]") {
  HubWithBackups hub;
  std::atomic<bool> stops{false};
  std::thread writer([&] {
    const auto connection = open_database(hub.folder / "hub.db", 4);
    for (int i = 0; !stops; ++i) {  // two rows in each transaction
      const std::vector<OutboundItem> pair = {{"*", "product/1", "left" + std::to_string(i), "x"}, {"*", "product/1", "right" + std::to_string(i), "x"}};
      auto transaction = sql::Transaction::begin(**connection);
      if (transaction && OutboundStore(**connection).queue(pair, os::now())) static_cast<void>(transaction->commit());
    }
  });
  const auto made = backup_hub(hub.config(), hub.backups, kNoon);
  stops = true;
  writer.join();
  REQUIRE(made);
  CHECK(items_in(made->folder / "hub.db") % 2 == 0);
}

TEST_CASE("backup: a name that is taken, a missing database and a place that cannot be written leave nothing behind", "[app]") {
  HubWithBackups hub;
  REQUIRE(backup_hub(hub.config(), hub.backups, kNoon));
  CHECK(backup_hub(hub.config(), hub.backups, kNoon).error().code == ErrorCode::kAlreadyExists);
  CHECK_FALSE(backup_hub(hub.config(), "/proc/backups", kNoon));
  std::filesystem::rename(hub.folder / "hub.db", hub.folder / "elsewhere.db");
  CHECK(backup_hub(hub.config(), hub.backups, Instant{kNoon.micros + 1'000'000}).error().code == ErrorCode::kNotFound);
  CHECK(std::distance(std::filesystem::directory_iterator(hub.backups), std::filesystem::directory_iterator{}) == 1);
}

TEST_CASE("backup: the oldest go, the newest and what is no backup stay", "[app]") {
  HubWithBackups hub;
  constexpr std::int64_t kDay = 86'400'000'000;
  for (int day = 0; day < 4; ++day) REQUIRE(backup_hub(hub.config(), hub.backups, Instant{kNoon.micros + day * kDay}));
  std::filesystem::create_directory(hub.backups / "hub-mine");
  std::filesystem::create_directory(hub.backups / "hub-20200101T000000Z.unfinished");
  CHECK(prune_backups(hub.backups, 4) == 0U);
  CHECK(prune_backups(hub.backups, 1) == 3U);
  CHECK(std::distance(std::filesystem::directory_iterator(hub.backups), std::filesystem::directory_iterator{}) == 3);
  const auto again = backup_hub(hub.config(), hub.backups, Instant{kNoon.micros + 3 * kDay});
  CHECK(again.error().code == ErrorCode::kAlreadyExists);  // the newest is the one that stayed
  CHECK_FALSE(prune_backups(hub.folder / "none", 1));
}

TEST_CASE("backup: a damaged database is told, not copied", "[app]") {
  HubWithBackups hub;
  for (int i = 0; i < 500; ++i) hub.queue("K" + std::to_string(i));
  std::error_code error;
  const auto size = std::filesystem::file_size(hub.folder / "hub.db");
  std::filesystem::resize_file(hub.folder / "hub.db", size / 2);
  CHECK_FALSE(backup_hub(hub.config(), hub.backups, kNoon));
  CHECK(std::filesystem::is_empty(hub.backups, error));
}
