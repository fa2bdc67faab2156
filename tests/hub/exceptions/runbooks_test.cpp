// Every code has its runbook, every runbook its code.
#include "hub/exceptions/runbooks.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "hub/exceptions/catalogue.h"

using namespace tillsync::hub;

namespace {

std::set<std::string> files_of_runbooks() {
  const char* folder = std::getenv("TILLSYNC_SOURCE_DIR");
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(folder == nullptr ? "." : folder) / "packaging/runbooks"))
    names.insert(file.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("runbooks: each code of the catalogue has one, and none is without a code", "[exceptions]") {
  const auto files = files_of_runbooks();
  std::set<std::string> wanted;
  for (const CatalogueEntry& entry : catalogue()) {
    INFO(entry.code);
    const std::string name = std::string(entry.code) + ".md";
    wanted.insert(name);
    CHECK(files.contains(name));
    CHECK(runbook_path(entry.code) == "runbooks/" + name);
  }
  for (const std::string& file : files) {
    INFO(file);
    CHECK(wanted.contains(file));
  }
  CHECK(runbooks().size() == wanted.size());
}

TEST_CASE("runbooks: each says what happened, how much is affected, what to do, when it is done, what not to do", "[exceptions]") {
  for (const auto& [code, text] : runbooks()) {
    INFO(code);
    const CatalogueEntry& entry = catalogue_entry(code);
    CHECK(text.starts_with("# " + std::string(entry.title) + "\n"));
    CHECK(text.find("Code `" + std::string(code) + "`") != std::string_view::npos);
    std::size_t at = 0;
    for (const char* heading : {"## What happened", "## How much is affected", "## What to do", "## How to know that it is done", "## What not to do"}) {
      const std::size_t found = text.find(heading, at);
      INFO(heading);
      CHECK(found != std::string_view::npos);
      at = found == std::string_view::npos ? at : found;
    }
    CHECK(text.find("tillsyncctl exceptions causes --code " + std::string(code) + "\n") != std::string_view::npos);
  }
}

TEST_CASE("runbooks: an unknown code has none", "[exceptions]") {
  CHECK(runbook_of("nosuch").empty());
  CHECK(runbook_path("nosuch").empty());
  CHECK(runbook_path("").empty());
}
