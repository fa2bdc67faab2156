#include "agent/app/recover_command.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "agent/app/agent_app.h"
#include "agent/ingest/ingest.h"
#include "common/base/os.h"
#include "tests/agent/app/app_fixture.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {
namespace {

const LocationId kRecoverLocation("GB");

struct RecoverFixture : AppFixture {
  std::filesystem::path database = folder.file("agent.db");

  /// A database with so many sales, closed.
  void fill(int sales) {
    const auto connection = open_database(folder);
    const auto outbox = std::move(*Outbox::open(*connection));
    for (int i = 1; i <= sales; ++i) {
      auto request = ingest(sale(std::to_string(i)), Syntax::kJson, {kRecoverLocation, Instant{i}, ""});
      REQUIRE(in_transaction(*connection, [&] { return outbox->append(std::span<const NewRow>(request->rows)); }));
    }
  }
  /// Overwrites a part of the file.
  void damage(std::size_t from, std::size_t bytes) {
    std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(from));
    file << std::string(bytes, '\xa5');
  }
  Result<Recovery> recover() { return recover_database(folder.path(), kRecoverLocation, os::now()); }
  std::vector<OutboxRow> rows() {
    const auto connection = open_database(folder);
    REQUIRE(connection->verify());
    return *OutboxReader(*connection).rows(1, 100'000, 1'000'000'000);
  }
};

}  // namespace

TEST_CASE("recover: of a whole database it changes nothing", "[agent][app]") {
  RecoverFixture f;
  f.fill(3);
  const auto recovery = f.recover();
  REQUIRE_FALSE(recovery);
  CHECK(recovery.error().code == ErrorCode::kInvalid);
  CHECK(f.rows().size() == 3);
}

TEST_CASE("recover: what can be read of a damaged database is saved, in order, and the damaged files are kept", "[agent][app]") {
  RecoverFixture f;
  constexpr int kSales = 400;
  f.fill(kSales);
  const auto size = std::filesystem::file_size(f.database);
  // A few pages in the middle, where rows are.
  f.damage(size / 2 / 4'096 * 4'096, 3 * 4'096);
  const auto recovery = f.recover();
  REQUIRE(recovery);
  CHECK(recovery->saved > kSales / 2);
  CHECK(recovery->saved + recovery->unreadable >= kSales - 40);
  CHECK(std::filesystem::file_size(recovery->quarantine / "agent.db") == size);
  const auto rows = f.rows();
  REQUIRE(rows.size() == recovery->saved);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].seq == i + 1);
    if (i > 0) CHECK(rows[i].event.received_at > rows[i - 1].event.received_at);
  }
  CHECK_FALSE(std::filesystem::exists(recovery->quarantine / "copy"));
}

TEST_CASE("recover: a document whose bytes have changed is not saved as if it were whole", "[agent][app]") {
  RecoverFixture f;
  f.fill(400);
  // A few bytes in many places: most fall into documents, which hold no check of their own but their hash.
  const auto size = std::filesystem::file_size(f.database);
  for (std::size_t at = 100'000; at + 100 < size; at += 8'192 + 1'234) f.damage(at, 8);
  const auto recovery = f.recover();
  REQUIRE(recovery);
  CHECK(recovery->unreadable > 0);
  for (const OutboxRow& row : f.rows()) {
    const auto document = decode_document(row.event.payload);
    REQUIRE(document);
    CHECK(content_hash(*document) == row.event.content_hash);
  }
}

TEST_CASE("recover: a database that was cut short gives back what is left of it", "[agent][app]") {
  RecoverFixture f;
  f.fill(400);
  std::filesystem::resize_file(f.database, std::filesystem::file_size(f.database) * 2 / 3 / 4'096 * 4'096);
  const auto recovery = f.recover();
  REQUIRE(recovery);
  CHECK(recovery->saved > 0);
  CHECK(f.rows().size() == recovery->saved);
}

TEST_CASE("recover: of a file that is no database nothing is saved, and it is kept", "[agent][app]") {
  RecoverFixture f;
  std::ofstream(f.database) << std::string(8'192, 'x');
  const auto recovery = f.recover();
  REQUIRE(recovery);
  CHECK(recovery->saved == 0);
  CHECK(std::filesystem::file_size(recovery->quarantine / "agent.db") == 8'192);
  CHECK(f.rows().empty());
}

TEST_CASE("recover: while the agent runs it is refused", "[agent][app]") {
  RecoverFixture f;
  f.enrol();
  const auto app = AgentApp::start(f.config);
  REQUIRE(app);
  CHECK_FALSE(f.recover());
}

TEST_CASE("recover: an agent whose database has gone does not start anew by itself", "[agent][app]") {
  RecoverFixture f;
  f.enrol();
  { REQUIRE(AgentApp::start(f.config)); }
  std::filesystem::remove(f.database);
  std::filesystem::remove(f.folder.file("agent.db-wal"));
  const auto refused = AgentApp::start(f.config);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kNotFound);
  CHECK(refused.error().hint.find("doctor --recover") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(f.database));
  REQUIRE(f.recover());
  CHECK(AgentApp::start(f.config));
}

TEST_CASE("recover: cut off between its last two steps it is finished by the next try", "[agent][app]") {
  RecoverFixture f;
  f.enrol();
  f.fill(5);
  REQUIRE(note_database_made(f.folder.path()));
  std::filesystem::rename(f.database, f.folder.file("agent.db.new"));  // the damaged one is put aside, the new one not in place
  CHECK_FALSE(AgentApp::start(f.config));
  REQUIRE(f.recover());
  CHECK(f.rows().size() == 5);
}

}  // namespace tillsync::agent
