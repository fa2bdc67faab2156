#include <catch2/catch.hpp>
#include <fstream>

#include "agent/ingest/refused_store.h"
#include "common/base/os.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

const Problem kProblem = make_problem("not_json", "not JSON at byte 0");

std::size_t contents_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.path().extension() == ".bin" ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("refused bytes are kept with their problem, the same ones once", "[agent][ingest]") {
  TemporaryFolder folder;
  auto store = std::move(*RefusedStore::open(folder.file("refused")));
  store->keep("nonsense", kProblem);
  store->keep("nonsense", kProblem);
  store->keep("other nonsense", kProblem);
  CHECK(store->count_since_start() == 3);
  CHECK(contents_in(folder.file("refused")) == 2);
  std::size_t problems = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("refused"))) {
    const auto text = *os::read_file(entry.path(), 10'000);
    if (entry.path().extension() == ".json") {
      ++problems;
      CHECK(text.find("not_json") != std::string::npos);
    }
  }
  CHECK(problems == 2);
}

TEST_CASE("refused bytes hold no card number, not even where they are cut", "[agent][ingest]") {
  TemporaryFolder folder;
  auto store = std::move(*RefusedStore::open(folder.file("refused")));
  const std::string card = "4111111111111111";
  store->keep("x" + card + "y", kProblem);
  store->keep(std::string(kRefusedContentBytesMax - 10, 'x') + card + "tail", kProblem);
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("refused"))) {
    const auto text = *os::read_file(entry.path(), 10'000'000);
    CHECK(text.size() <= kRefusedContentBytesMax);
    CHECK(text.find("41111") == std::string::npos);
  }
}

TEST_CASE("refused bytes never fill the disk: the oldest make room, also after a restart", "[agent][ingest]") {
  TemporaryFolder folder;
  {
    auto store = std::move(*RefusedStore::open(folder.file("refused")));
    for (std::size_t i = 0; i < kRefusedFilesMax; ++i) store->keep("n" + std::to_string(i), kProblem);
    CHECK(contents_in(folder.file("refused")) == kRefusedFilesMax);
  }
  auto store = std::move(*RefusedStore::open(folder.file("refused")));
  store->keep("one more", kProblem);
  CHECK(contents_in(folder.file("refused")) <= kRefusedFilesMax);
  CHECK(store->count_since_start() == 1);

  for (std::int64_t bytes = 0, i = 0; bytes <= kRefusedBytesMax + 10'000'000; bytes += static_cast<std::int64_t>(kRefusedContentBytesMax), ++i)
    store->keep(std::to_string(i) + std::string(kRefusedContentBytesMax, 'x'), kProblem);
  std::uintmax_t total = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.file("refused"))) total += entry.file_size();
  CHECK(total <= static_cast<std::uintmax_t>(kRefusedBytesMax) + 1'000'000);
}

TEST_CASE("a refusal is counted where the folder cannot be written", "[agent][ingest]") {
  TemporaryFolder folder;
  auto store = std::move(*RefusedStore::open(folder.file("refused")));
  std::filesystem::remove_all(folder.file("refused"));
  std::ofstream(folder.file("refused")) << "a file where the folder was";
  store->keep("nonsense", kProblem);
  CHECK(store->count_since_start() == 1);
}

}  // namespace tillsync::agent
