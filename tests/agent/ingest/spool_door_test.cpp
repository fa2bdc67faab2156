#include "agent/ingest/spool_door.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "common/base/limits.h"
#include "tests/agent/ingest/loop_fixture.h"
#include "tests/support/bad_documents.h"

namespace tillsync::agent {
namespace {

namespace fs = std::filesystem;

struct SpoolFixture : LoopFixture {
  fs::path spool = folder.file("spool");
  std::unique_ptr<SpoolDoor> door;

  SpoolFixture() { fs::create_directories(spool); }
  ~SpoolFixture() { door.reset(); }
  void open() {
    auto opened = SpoolDoor::open(spool, *loop);
    REQUIRE(opened);
    door = std::move(*opened);
  }
  /// As a till does: written under another name and renamed.
  void put(const std::string& name, const std::string& content) {
    std::ofstream(spool / ("." + name), std::ios::binary) << content;
    fs::rename(spool / ("." + name), spool / name);
  }
  bool arrives(const fs::path& file) {
    const Duration end = os::monotonic() + seconds(kPatienceS);
    while (!fs::exists(file) && os::monotonic() < end) transport::wait_readable({}, milliseconds(2));
    return fs::exists(file);
  }
  nlohmann::json problem_of(const std::string& name) {
    return nlohmann::json::parse(*os::read_file(spool / "rejected" / (name + ".problem.json"), 1'000'000));
  }
};

}  // namespace

TEST_CASE("spool: a file that is renamed in is taken once and moved to done", "[agent][ingest]") {
  SpoolFixture f;
  f.put("before.json", sale("1"));
  f.open();
  CHECK(f.arrives(f.spool / "done" / "before.json"));
  f.put("later.jsonl", sale("2") + "\n" + sale("3") + "\n");
  CHECK(f.arrives(f.spool / "done" / "later.jsonl"));
  CHECK(f.rows() == 3);
  CHECK_FALSE(fs::exists(f.spool / "later.jsonl"));
  f.put("later.jsonl", sale("4"));
  CHECK(f.arrives(f.spool / "done" / "later-2.jsonl"));  // nothing is overwritten
  CHECK(f.rows() == 4);
}

TEST_CASE("spool: a file with a fault goes to rejected with the problem beside it, its good documents are taken", "[agent][ingest]") {
  SpoolFixture f;
  f.open();
  f.put("mixed.jsonl", sale("1") + "\nnonsense\n" + sale("2") + "\n");
  CHECK(f.arrives(f.spool / "rejected" / "mixed.jsonl"));
  const auto problem = f.problem_of("mixed.jsonl");
  CHECK(problem.at("documents") == 3);
  CHECK(problem.at("taken") == 2);
  REQUIRE(problem.at("problems").size() == 1);
  CHECK(problem.at("problems")[0].at("line") == 2);
  CHECK(f.rows() == 2);
  CHECK(f.loop->refused().count_since_start() == 1);

  f.put("bad.csv", "colour\nred\n");
  CHECK(f.arrives(f.spool / "rejected" / "bad.csv"));
  CHECK(f.problem_of("bad.csv").at("problems")[0].at("status") == 422);
}

TEST_CASE("spool: each kind of bad input is rejected with its problem and changes nothing", "[agent][ingest]") {
  SpoolFixture f;
  f.open();
  auto bad = test::bad_documents(sale("1"), "1");
  bad.push_back({"wrong location", replaced(sale("1"), "\"till\"", R"("location":"FR","till")"), 422, "wrong_location"});
  for (std::size_t i = 0; i < bad.size(); ++i) {
    INFO(bad[i].what);
    const std::string name = "bad-" + std::to_string(i) + ".json";
    f.put(name, bad[i].bytes);
    REQUIRE(f.arrives(f.spool / "rejected" / (name + ".problem.json")));
    const auto problems = f.problem_of(name).at("problems");
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].at("status") == bad[i].status);
    CHECK(problems[0].at("type") == "urn:tillsync:problem:" + bad[i].code);
  }
  CHECK(f.rows() == 0);
}

TEST_CASE("spool: strange facts are taken", "[agent][ingest]") {
  SpoolFixture f;
  f.open();
  const auto strange = test::strange_documents(sale("1"), "1");
  for (std::size_t i = 0; i < strange.size(); ++i) f.put("strange-" + std::to_string(i) + ".json", strange[i].bytes);
  for (std::size_t i = 0; i < strange.size(); ++i) CHECK(f.arrives(f.spool / "done" / ("strange-" + std::to_string(i) + ".json")));
  CHECK(f.rows() == strange.size());
}

TEST_CASE("spool: a conflict is kept, and shown to a person", "[agent][ingest]") {
  SpoolFixture f;
  f.open();
  f.till().ask(sale("1"));
  f.put("other.json", sale("1", "GB-1", "OTHER"));
  CHECK(f.arrives(f.spool / "rejected" / "other.json"));
  CHECK(f.problem_of("other.json").at("problems")[0].at("status") == 409);
  CHECK(f.rows() == 2);
}

TEST_CASE("spool: a crash between commit and move is harmless", "[agent][ingest]") {
  SpoolFixture f;
  f.put("a.json", array_of_sales(1, 3));
  f.open();
  CHECK(f.arrives(f.spool / "done" / "a.json"));
  f.door.reset();
  // As it was before the move.
  fs::rename(f.spool / "done" / "a.json", f.spool / "a.json");
  f.open();
  CHECK(f.arrives(f.spool / "done" / "a.json"));
  CHECK(f.rows() == 3);
  CHECK(f.loop->counters().duplicates == 3);
}

TEST_CASE("spool: half-written names and folders are left alone", "[agent][ingest]") {
  SpoolFixture f;
  std::ofstream(f.spool / ".hidden.json") << sale("1");
  std::ofstream(f.spool / "a.json.tmp") << sale("2");
  std::ofstream(f.spool / "b.json.part") << sale("3");
  fs::create_directory(f.spool / "folder.json");
  fs::create_symlink(f.spool / ".hidden.json", f.spool / "link.json");
  f.open();
  f.put("z.json", sale("4"));
  CHECK(f.arrives(f.spool / "done" / "z.json"));
  CHECK(f.rows() == 1);
  CHECK(fs::exists(f.spool / ".hidden.json"));
  CHECK(fs::exists(f.spool / "b.json.part"));
  CHECK(fs::exists(f.spool / "link.json"));
}

TEST_CASE("spool: more documents than one group, and a file beyond the limit", "[agent][ingest]") {
  SpoolFixture f;
  f.open();
  std::string lines;
  const int count = static_cast<int>(kSpoolDocumentsPerGroup) * 2 + 1;
  for (int i = 0; i < count; ++i) lines += sale(std::to_string(i)) + "\n";
  f.put("many.jsonl", lines);
  CHECK(f.arrives(f.spool / "done" / "many.jsonl"));
  CHECK(f.rows() == static_cast<std::size_t>(count));
  f.put("large.jsonl", std::string(kRequestBytesMax + 1, '\n'));
  CHECK(f.arrives(f.spool / "rejected" / "large.jsonl"));
  CHECK(f.problem_of("large.jsonl").at("problems")[0].at("status") == 413);
}

TEST_CASE("spool: while the writer is gone files wait where they are", "[agent][ingest]") {
  SpoolFixture f;
  f.loop->stop();
  f.put("a.json", sale("1"));
  f.open();
  f.door.reset();
  CHECK(fs::exists(f.spool / "a.json"));
  CHECK(fs::is_empty(f.spool / "done"));
}

TEST_CASE("spool: a folder that cannot be made is an error", "[agent][ingest]") {
  SpoolFixture f;
  std::ofstream(f.folder.file("file")) << "no folder";
  CHECK_FALSE(SpoolDoor::open(f.folder.file("file"), *f.loop));
}

}  // namespace tillsync::agent
