#include "hub/erp/connector_reader.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "common/crypto/crypto.h"

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("connector reader: finds its own before those of the house, and refuses paths", "[erp]") {
  const auto folder = std::filesystem::temp_directory_path() / random_secret("tillsync-connector-");
  std::filesystem::create_directories(folder / "generic");
  CHECK(load_connector("generic", {}));
  CHECK(load_connector("generic", folder));  // nothing there yet
  std::ofstream(folder / "generic" / "connector.json") << "{}";
  CHECK(load_connector("generic", folder).error().code == ErrorCode::kInvalid);
  std::filesystem::remove_all(folder);
  CHECK(load_connector("../generic", {}).error().code == ErrorCode::kInvalid);
  CHECK(load_connector("", {}).error().code == ErrorCode::kInvalid);
  const auto missing = load_connector("nosuch", {});
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(missing.error().hint.find("generic") != std::string::npos);
}
