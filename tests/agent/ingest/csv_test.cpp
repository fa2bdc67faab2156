#include "agent/ingest/csv.h"

#include <catch2/catch.hpp>

namespace tillsync::agent {
namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> cells(std::string_view text) {
  std::vector<Cells> result;
  const auto rows = parse_csv(text, 100);
  REQUIRE(rows);
  for (const CsvRow& row : *rows) result.push_back(row.cells);
  return result;
}

}  // namespace

TEST_CASE("csv: cells, quotes, line ends, byte-order mark", "[agent][ingest]") {
  CHECK(cells("a,b\n1,2\n") == std::vector<Cells>{{"a", "b"}, {"1", "2"}});
  CHECK(cells("\xef\xbb\xbf" "a,b\r\n1,\r\n") == std::vector<Cells>{{"a", "b"}, {"1", ""}});
  CHECK(cells("\"a,\"\"b\"\"\",\"x\ny\"") == std::vector<Cells>{{"a,\"b\"", "x\ny"}});
  CHECK(cells("a\n\n\nb") == std::vector<Cells>{{"a"}, {"b"}});
  CHECK(cells("").empty());
  CHECK(cells(",") == std::vector<Cells>{{"", ""}});
}

TEST_CASE("csv: rows know their line, also behind a line break in quotes", "[agent][ingest]") {
  const auto rows = parse_csv("a\n\"x\ny\"\nb\n", 100);
  REQUIRE(rows);
  CHECK((*rows)[1].line == 2);
  CHECK((*rows)[2].line == 4);
}

TEST_CASE("csv: broken quotes name their line", "[agent][ingest]") {
  const auto open = parse_csv("a\n\"b\nc", 100);
  REQUIRE_FALSE(open);
  CHECK(open.error().line == 2);
  const auto behind = parse_csv("\"a\"b", 100);
  REQUIRE_FALSE(behind);
  CHECK(behind.error().line == 1);
}

TEST_CASE("csv: the number of rows is limited", "[agent][ingest]") {
  CHECK(parse_csv("1\n2\n3\n", 3));
  CHECK_FALSE(parse_csv("1\n2\n3\n4\n", 3));
}

}  // namespace tillsync::agent
