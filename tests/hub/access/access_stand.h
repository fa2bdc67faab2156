// A hub's database of its own, with every migration, for the stores of access.
#pragma once

#include <catch2/catch.hpp>
#include <memory>

#include "hub/app/hub_database.h"
#include "tests/hub/app/temp_folder.h"

namespace tillsync::hub::test {

struct AccessStand {
  TempFolder folder;
  std::unique_ptr<sql::Connection> connection = std::move(*open_database(folder.path / "hub.db", 4));
  sql::Connection& operator*() const { return *connection; }
};

inline constexpr Instant kNoon{1'300'000'000'000'000};

}  // namespace tillsync::hub::test
