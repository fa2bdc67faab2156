#include "agent/ingest/data_reader.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/ingest/ingest_loop.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {

TEST_CASE("data reader: a folder without a database is an error", "[agent][ingest]") {
  TemporaryFolder folder;
  CHECK_FALSE(DataReader::open(folder.path()));
}

TEST_CASE("data reader: the status counts what happened and asks the link", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto loop = std::move(*IngestLoop::open({folder.path(), LocationId("GB"), "", nullptr}));
  const auto data = std::move(*DataReader::open(folder.path()));
  loop->counters().accepted = 5;
  loop->refused().count();
  const auto body = nlohmann::json::parse(
      status_json(*data, loop->location(), loop->counters(), loop->refused(), [] { return LinkStatus{true, false, "", std::nullopt}; }));
  CHECK(body.at("location") == "GB");
  CHECK(body.at("since_start").at("accepted") == 5);
  CHECK(body.at("since_start").at("refused") == 1);
  CHECK(body.at("link").at("state") == "up");
  CHECK(body.at("disk_free_bytes") > 0);
  CHECK(body.at("database_bytes") > 0);
}

}  // namespace tillsync::agent
