#include "agent/control/control_store.h"

#include <catch2/catch.hpp>

#include <fstream>

#include "tests/agent/data_folder.h"

using namespace tillsync;
using namespace tillsync::agent;

TEST_CASE("control store: nothing set and nothing begun in a new folder", "[control]") {
  TemporaryFolder folder;
  ControlStore store(folder.path());
  CHECK(*store.load_config() == RemoteConfig{});
  CHECK_FALSE(*store.load_restart());
}

TEST_CASE("control store: what was saved is there, damage is told", "[control]") {
  TemporaryFolder folder;
  ControlStore store(folder.path());
  RemoteConfig config;
  config.revision = 3;
  config.item = 5;
  config.settings["log.level"] = std::string("debug");
  REQUIRE(store.save_config(config));
  CHECK(*ControlStore(folder.path()).load_config() == config);
  REQUIRE(store.save_restart({"k-1", "b"}));
  CHECK((*store.load_restart())->command_id == "k-1");
  CHECK((*store.load_restart())->boot == "b");
  for (const char* name : {"remote.json", "restart.json"}) std::ofstream(folder.file(name)) << "{";
  CHECK(store.load_config().error().code == ErrorCode::kCorrupt);
  CHECK(store.load_restart().error().code == ErrorCode::kCorrupt);
}

TEST_CASE("control store: a folder that takes no file is an error", "[control]") {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("remote.json") / "in the way");
  CHECK_FALSE(ControlStore(folder.path()).save_config({}));
}
