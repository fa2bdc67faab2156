#include "hub/exceptions/catalogue.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace tillsync::hub;

namespace {

std::filesystem::path source_folder() {
  const char* folder = std::getenv("TILLSYNC_SOURCE_DIR");
  return folder == nullptr ? std::filesystem::current_path() : std::filesystem::path(folder);
}

/// The first group of every match in the sources of a folder whose file name starts so.
std::set<std::string> found_in(const std::filesystem::path& folder, const std::string& file_prefix, const std::regex& pattern) {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(source_folder() / folder)) {
    const std::string extension = file.path().extension().string();
    if ((extension != ".cpp" && extension != ".h") || !file.path().filename().string().starts_with(file_prefix)) continue;
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const std::string content = text.str();
    for (std::sregex_iterator match(content.begin(), content.end(), pattern), end; match != end; ++match) found.insert((*match)[1]);
  }
  return found;
}

}  // namespace

TEST_CASE("catalogue: every warning code of the contract has an entry", "[exceptions]") {
  const auto codes = found_in("common/contract", "check", std::regex(R"re(\badd\("([a-z_.]+)")re"));
  CHECK(codes.size() >= 10);
  CHECK(codes.contains("sum_mismatch"));
  for (const std::string& code : codes) {
    INFO(code);
    CHECK(is_in_catalogue(code));
  }
}

TEST_CASE("catalogue: every code that a stage raises has an entry", "[exceptions]") {
  std::set<std::string> codes;
  for (const char* folder : {"hub/intake", "hub/ledger", "hub/reservations", "hub/postings", "hub/reconcile"})
    codes.merge(found_in(folder, "", std::regex(R"re((?:\.code = |\braise\()"([a-z_.]+)")re")));
  CHECK(codes.contains("conflict"));
  for (const std::string& code : codes) {
    INFO(code);
    CHECK(is_in_catalogue(code));
  }
}

TEST_CASE("catalogue: every entry is raised somewhere", "[exceptions]") {
  std::set<std::string> named;
  for (const char* folder : {"common/contract", "hub/intake", "hub/ledger", "hub/reservations", "hub/postings", "hub/reconcile", "hub/erp", "hub/fleet", "hub/app"})
    named.merge(found_in(folder, "", std::regex(R"re("([a-z_.]+)")re")));
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.code);
    CHECK(named.contains(std::string(entry.code)));
  }
}

TEST_CASE("catalogue: codes are unique and every entry is complete", "[exceptions]") {
  std::set<std::string_view> codes;
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.code);
    CHECK(codes.insert(entry.code).second);
    CHECK_FALSE(entry.title.empty());
    CHECK_FALSE(entry.meaning.empty());
    CHECK_FALSE(entry.remedy.empty());
    CHECK(entry.due_hours > 0);
    CHECK(&catalogue_entry(entry.code) == &entry);
  }
}

TEST_CASE("catalogue: an unknown code gets the general entry", "[exceptions]") {
  CHECK_FALSE(is_in_catalogue("no_such_code"));
  CHECK(catalogue_entry("no_such_code").due_hours > 0);
  CHECK(to_string(catalogue_entry("no_such_code").owner) == "finance");
}
