#include "common/sql/placeholder.h"

#include <catch2/catch.hpp>

using tillsync::sql::rewrite_placeholders;

TEST_CASE("placeholder: $n becomes ?n, with its number", "[sql]") {
  CHECK(rewrite_placeholders("SELECT $2, $1, $10") == "SELECT ?2, ?1, ?10");
  CHECK(rewrite_placeholders("$1") == "?1");
  CHECK(rewrite_placeholders("VALUES($1,$2)") == "VALUES(?1,?2)");
}

TEST_CASE("placeholder: texts, quoted names and comments stay as they are", "[sql]") {
  for (const char* text : {"SELECT '$1'", "SELECT 'it''s $1'", "SELECT \"a $1\"", "SELECT `$1`", "SELECT [$1]",
                           "SELECT 1 -- costs $1", "SELECT /* $1 */ 2"})
    CHECK(rewrite_placeholders(text) == text);
  CHECK(rewrite_placeholders("SELECT '$1', $1 -- $1\n, $2 /* $2 */, $3") == "SELECT '$1', ?1 -- $1\n, ?2 /* $2 */, ?3");
}

TEST_CASE("placeholder: names that hold a dollar are no placeholders", "[sql]") {
  CHECK(rewrite_placeholders("SELECT price$1, $name, $1x, $") == "SELECT price$1, $name, $1x, $");
}

TEST_CASE("placeholder: an unfinished quote or comment reaches to the end", "[sql]") {
  CHECK(rewrite_placeholders("SELECT $1, '$2") == "SELECT ?1, '$2");
  CHECK(rewrite_placeholders("SELECT $1 /* $2") == "SELECT ?1 /* $2");
  CHECK(rewrite_placeholders("").empty());
}
