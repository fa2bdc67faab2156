#include "hub/ctl/table.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync::hub;
using nlohmann::json;

TEST_CASE("table: numbers stand right, text left, headings are as wide as their column", "[ctl]") {
  const json rows = {{{"sku", "85123A"}, {"on_hand", "6"}}, {{"sku", "2"}, {"on_hand", "-1250.5"}}};
  CHECK(format_table(rows, {{"sku", "SKU"}, {"on_hand", "ON HAND"}}, "none") ==
        "SKU     ON HAND\n"
        "85123A        6\n"
        "2       -1250.5\n");
}

TEST_CASE("table: missing, null and empty members are a dash; nested members are reached by a dot", "[ctl]") {
  const json rows = {{{"a", nullptr}, {"hub", {{"gross", "17.98"}}}}, {{"b", ""}}};
  CHECK(format_table(rows, {{"a", "A"}, {"b", "B"}, {"hub.gross", "GROSS"}}, "none") ==
        "A  B  GROSS\n"
        "-  -  17.98\n"
        "-  -      -\n");
}

TEST_CASE("table: accents count as one column", "[ctl]") {
  const json rows = {{{"name", "Österreich"}, {"id", "AT"}}, {{"name", "Spain"}, {"id", "ES"}}};
  CHECK(format_table(rows, {{"name", "NAME"}, {"id", "ID"}}, "") == "NAME        ID\nÖsterreich  AT\nSpain       ES\n");
}

TEST_CASE("table: an empty list says what it means", "[ctl]") {
  CHECK(format_table(json::array(), {{"a", "A"}}, "No agent yet.") == "No agent yet.\n");
}

TEST_CASE("table: a list is its entries with commas", "[ctl]") {
  const json rows = {{{"tills", {"1", "2"}}}, {{"tills", json::array()}}, {{"tills", {{1, 3}}}}};
  CHECK(format_table(rows, {{"tills", "TILLS"}}, "") == "TILLS\n1, 2\n-\n[1,3]\n");
}
