#include "hub/app/hub_metrics.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "hub/app/hub_database.h"
#include "hub/postings/posting_store.h"
#include "tests/hub/app/temp_folder.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::TempFolder;

TEST_CASE("posting metrics: every status is there, and the age is that of the oldest that waits", "[app]") {
  TempFolder folder;
  const auto path = folder.path / "hub.db";
  auto connection = open_database(path, 4);
  REQUIRE(connection);
  auto reads = ReadPool::open(1, [&path] { return open_for_reading(path); });
  REQUIRE(reads);
  Metrics metrics;
  register_posting_metrics(metrics, **reads);
  CHECK(metrics.text().find("\ntillsync_postings{status=\"refused\"} 0\n") != std::string::npos);
  CHECK(metrics.text().find("\ntillsync_posting_oldest_seconds 0\n") != std::string::npos);

  std::vector<PostingQueued> postings(2);
  for (std::size_t i = 0; i < postings.size(); ++i) {
    postings[i].event_no = static_cast<std::int64_t>(i + 1);
    postings[i].posting.posting_id = "p_" + std::to_string(i);
    postings[i].posting.ordering_key = "GB/1";
  }
  REQUIRE(insert_postings(**connection, postings, os::now() - seconds(3'600)));
  const std::string text = metrics.text();
  CHECK(text.find("\ntillsync_postings{status=\"queued\"} 2\n") != std::string::npos);
  const auto at = text.find("\ntillsync_posting_oldest_seconds ");
  REQUIRE(at != std::string::npos);
  CHECK(std::stod(text.substr(at + 33)) >= 3'600);
}
