#include "agent/ingest/till_tokens_store.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {

TEST_CASE("till tokens: a file that is not there holds none; what is added and taken back is in it at once", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto file = folder.file("pos-tokens");
  TillTokensStore store(file);
  CHECK(store.current()->empty());
  REQUIRE(add_till_token(file, "GB-1", "secret-1"));
  REQUIRE(add_till_token(file, "GB-2", "secret-2"));
  REQUIRE(store.current()->size() == 2);
  CHECK(store.current()->at(0).till == "GB-1");
  REQUIRE(add_till_token(file, "GB-1", "secret-3"));
  CHECK(store.current()->size() == 3);
  CHECK(*revoke_till_tokens(file, "GB-1") == 2);
  CHECK(store.current()->size() == 1);
  CHECK(*revoke_till_tokens(file, "GB-1") == 0);
  CHECK(os::read_file(file, 10'000)->find("secret") == std::string::npos);
  std::filesystem::remove(file);
  CHECK(store.current()->empty());
  CHECK(TillTokensStore("").current()->empty());
}

TEST_CASE("till tokens: a file with a line that is none lets nobody in and is not written over", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto file = folder.file("pos-tokens");
  REQUIRE(add_till_token(file, "GB-1", "secret-1"));
  TillTokensStore store(file);
  REQUIRE(store.current()->size() == 1);
  REQUIRE(os::write_file_durably(file, *os::read_file(file, 10'000) + "# a word\n\nGB-2:secret\n", true));
  CHECK(store.current()->empty());
  CHECK(read_till_tokens(file).error().code == ErrorCode::kInvalid);
  CHECK_FALSE(add_till_token(file, "GB-3", "secret-3"));
  CHECK_FALSE(revoke_till_tokens(file, "GB-1"));
}

TEST_CASE("till tokens: at the limit one goes in, beyond it none", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto file = folder.file("pos-tokens");
  std::string text;
  for (std::size_t i = 1; i < kTillTokensMax; ++i) text += format_till_token("T" + std::to_string(i), "s") + "\n";
  REQUIRE(os::write_file_durably(file, text, true));
  REQUIRE(add_till_token(file, "last", "s"));
  const auto beyond = add_till_token(file, "beyond", "s");
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == ErrorCode::kLimitExceeded);
  CHECK(read_till_tokens(file)->size() == kTillTokensMax);
}

TEST_CASE("till tokens: the name of a till may hold colons, but no line end", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto file = folder.file("pos-tokens");
  REQUIRE(add_till_token(file, "GB:1", "s"));
  CHECK(read_till_tokens(file)->at(0).till == "GB:1");
  CHECK_FALSE(add_till_token(file, "", "s"));
  CHECK_FALSE(add_till_token(file, "GB\n1", "s"));
  CHECK_FALSE(add_till_token(file, "# GB", "s"));
  CHECK(read_till_tokens(file)->size() == 1);
}

}  // namespace tillsync::agent
