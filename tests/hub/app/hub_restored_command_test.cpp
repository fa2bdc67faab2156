#include "hub/app/hub_restored_command.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "hub/app/hub_database.h"
#include "hub/app/hub_init_command.h"
#include "hub/intake/hub_meta_store.h"
#include "hub/outbound/outbound_store.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

struct RestoredHub {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("tillsync-restored-" + to_hex(random_bytes(8)));
  RestoredHub() {
    InitOptions options;
    options.data = folder;
    REQUIRE(init_hub(options));
  }
  ~RestoredHub() { std::filesystem::remove_all(folder); }
  std::unique_ptr<sql::Connection> open() const {
    auto opened = open_database(folder / "hub.db", 4);
    REQUIRE(opened);
    return std::move(*opened);
  }
};

}  // namespace

TEST_CASE("restored: agents see a new incarnation, and everything for them has numbers that they have not seen", "[app]") {
  RestoredHub hub;
  IncarnationId before;
  {
    const auto connection = hub.open();
    before = *load_or_draw_incarnation(*connection);
    const std::vector<OutboundItem> items = {{"*", "product/1", "A", "x"}};
    REQUIRE(OutboundStore(*connection).queue(items, os::now()));
  }
  const auto seen = static_cast<std::uint64_t>(os::now().micros / 1'000);  // no number given so far lies above
  REQUIRE(mark_restored(hub.folder / "hub.toml"));
  const auto connection = hub.open();
  CHECK(*load_or_draw_incarnation(*connection) != before);
  const auto items = OutboundStore(*connection).items(AgentId("a_1"), LocationId("GB"), seen);
  REQUIRE(items);
  CHECK(items->size() == 1);
}

TEST_CASE("restored: while the hub runs, and without a hub, it is an error and changes nothing", "[app]") {
  RestoredHub hub;
  const IncarnationId before = *load_or_draw_incarnation(*hub.open());
  {
    const auto lock = os::FileLock::acquire((hub.folder / "hub.db.lock").string());
    REQUIRE(lock);
    CHECK_FALSE(mark_restored(hub.folder / "hub.toml"));
  }
  CHECK(*load_or_draw_incarnation(*hub.open()) == before);
  CHECK_FALSE(mark_restored(hub.folder / "nosuch.toml"));
}
