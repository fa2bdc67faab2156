#include "agent/ingest/spool_file.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/agent/sales.h"

namespace tillsync::agent {
namespace {

const IngestContext kSpoolContext{LocationId("GB"), Instant{1}, ""};

}  // namespace

TEST_CASE("spool file: half-written and foreign names are left alone", "[agent][ingest]") {
  CHECK(spool_format("a.json") == SpoolFormat::kJson);
  CHECK(spool_format("a.jsonl") == SpoolFormat::kJsonLines);
  CHECK(spool_format("a.csv") == SpoolFormat::kCsv);
  CHECK(spool_format("a.msgpack") == SpoolFormat::kMessagePack);
  for (const auto* name : {".a.json", "a.json.tmp", "a.json.part", "a.txt", "a", "", "a.problem.json.bak"}) CHECK_FALSE(spool_format(name));
}

TEST_CASE("spool file: one document, an array, lines, MessagePack", "[agent][ingest]") {
  CHECK(documents_in_file(sale("1"), SpoolFormat::kJson, kSpoolContext)->size() == 1);
  CHECK(documents_in_file(array_of_sales(1, 3), SpoolFormat::kJson, kSpoolContext)->size() == 3);
  const auto packed = nlohmann::json::to_msgpack(nlohmann::json::parse(array_of_sales(1, 2)));
  CHECK(documents_in_file({reinterpret_cast<const char*>(packed.data()), packed.size()}, SpoolFormat::kMessagePack, kSpoolContext)->size() == 2);
  const auto lines = documents_in_file(sale("1") + "\n\n" + "nonsense\r\n" + sale("2"), SpoolFormat::kJsonLines, kSpoolContext);
  REQUIRE(lines);
  REQUIRE(lines->size() == 3);
  CHECK((*lines)[0].row);
  CHECK((*lines)[1].line == 3);
  CHECK((*lines)[1].row.error().code == "not_json");
  CHECK((*lines)[2].row);
}

TEST_CASE("spool file: an array keeps the order of good and bad documents", "[agent][ingest]") {
  const auto documents = documents_in_file("[" + sale("1") + ",7," + sale("3") + "]", SpoolFormat::kJson, kSpoolContext);
  REQUIRE(documents);
  CHECK((*documents)[0].row);
  CHECK_FALSE((*documents)[1].row);
  CHECK((*documents)[1].line == 1);
  CHECK((*documents)[2].row);
}

TEST_CASE("spool file: nothing in it is a problem of the whole file", "[agent][ingest]") {
  for (const auto format : {SpoolFormat::kJson, SpoolFormat::kJsonLines, SpoolFormat::kCsv, SpoolFormat::kMessagePack})
    CHECK_FALSE(documents_in_file("", format, kSpoolContext));
}

}  // namespace tillsync::agent
