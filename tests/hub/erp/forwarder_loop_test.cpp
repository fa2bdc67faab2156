#include "hub/erp/forwarder_loop.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/base/os.h"
#include "hub/erp/breaker_store.h"
#include "hub/erp/connector_reader.h"
#include "hub/writer/writer_loop.h"
#include "tests/erp/reference_erp.h"
#include "tests/hub/erp/posting_fixture.h"
#include "tests/support/http.h"
#include "tests/support/process.h"
#include "tests/support/stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;
using tillsync::test::wait_until;

namespace {

struct Fixture {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / random_secret("tillsync-forwarder-");
  std::uint16_t port = tillsync::test::free_port();
  std::unique_ptr<erp::ReferenceErp> erp;
  std::unique_ptr<sql::Connection> reader;
  std::unique_ptr<WriterLoop> writer;
  std::unique_ptr<ForwarderLoop> forwarder;
  Metrics metrics;

  Fixture() {
    std::filesystem::create_directories(folder);
    start_writer(hub::test::open_with_schema(folder / "hub.db"));
    reader = hub::test::open(folder / "hub.db");
  }
  ~Fixture() {
    forwarder.reset();
    writer.reset();
    reader.reset();
    erp.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }

  void start_writer(std::unique_ptr<sql::Connection> connection) {
    auto started = WriterLoop::start(std::move(connection), hub::test::open(folder / "hub.db"), {}, {});
    REQUIRE(started);
    writer = std::move(*started);
  }
  void start_erp(const std::vector<std::string>& items = {}) {
    erp::ReferenceErpOptions options;
    options.port = port;
    options.data = folder / "erp";
    for (const auto& item : items) {
      const auto file = folder / "items";
      REQUIRE(os::write_file_durably(file, item + "\n", false));
      options.strict_items = {file};
    }
    auto started = erp::ReferenceErp::start(options);
    REQUIRE(started);
    erp = std::move(*started);
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(port); }
  void control(const json& plan) const { REQUIRE(tillsync::test::http("POST", base() + "/control", plan.dump()).status == 200); }

  void start_forwarder(Duration timeout = seconds(10)) {
    ForwarderOptions options;
    options.connector = *load_connector("generic", {});
    options.connector.timeout = timeout;
    options.url = base() + "/postings";
    options.retry = {.base = milliseconds(5), .cap = milliseconds(20), .retry_after_max = milliseconds(20)};
    options.breaker = {.failures_max = 3, .pause = milliseconds(5), .pause_max = milliseconds(20)};
    options.idle_poll = milliseconds(20);
    auto started = ForwarderLoop::start(*writer, hub::test::open(folder / "hub.db"), options, &metrics);
    REQUIRE(started);
    forwarder = std::move(*started);
  }
  /// `count` postings, the n-th under the key "L" + n % keys.
  void add_many(std::int64_t wanted, std::int64_t keys) {
    std::vector<PostingQueued> postings;
    for (std::int64_t no = 1; no <= wanted; ++no) postings.push_back(hub::test::posting(no, "L" + std::to_string(no % keys)));
    hub::test::queue(*hub::test::open(folder / "hub.db"), postings);
  }
  void add(std::int64_t no, const std::string& key, const std::string& sku = "A") {
    hub::test::queue(*hub::test::open(folder / "hub.db"), {hub::test::posting(no, key, sku)});
  }
  std::int64_t count(const std::string& status) { return hub::test::count(*reader, status); }
  std::string value(const std::string& column, std::int64_t no) { return hub::test::value(*reader, column, no); }
  void wait_for(const std::string& status, std::int64_t wanted) {
    wait_until(std::to_string(wanted) + " " + status, [&] { return count(status) == wanted; }, 30);
  }
  std::int64_t documents_at_erp() const {
    std::int64_t sum = 0;
    const json summary = json::parse(tillsync::test::http("GET", base() + "/summary").body);
    for (const json& location : summary.at("locations")) sum += location.at("documents").get<std::int64_t>();
    return sum;
  }
  bool has_metric(const std::string& line) { return metrics.text().find(line) != std::string::npos; }
};

}  // namespace

TEST_CASE("forwarder: every posting arrives once, in order within its key", "[erp]") {
  Fixture fixture;
  fixture.start_erp();
  fixture.add_many(200, 7);
  fixture.start_forwarder();
  fixture.wait_for("posted", 200);
  CHECK(fixture.documents_at_erp() == 200);
  for (std::int64_t no = 8; no <= 200; ++no) CHECK(fixture.value("erp_reference", no) > fixture.value("erp_reference", no - 7));
  fixture.add(201, "L1");
  fixture.forwarder->notify();
  fixture.wait_for("posted", 201);
}

TEST_CASE("forwarder: a breaker that was stopped is so after a restart, and no posting is lost on it", "[erp]") {
  Fixture fixture;
  fixture.add_many(30, 3);
  const auto stored = [&] { return load_breaker(*fixture.reader, "generic").value(); };
  fixture.start_forwarder();
  wait_until("the breaker's state is stored", [&] { return stored() && stored()->state == BreakerState::kStopped; });
  fixture.forwarder->stop();
  REQUIRE(store_breaker(*hub::test::open(fixture.folder / "hub.db"), "generic", {BreakerState::kStopped, 9, seconds(3'600), os::now() + seconds(3'000), "it was down"}, os::now()));
  fixture.start_erp();
  fixture.start_forwarder();
  wait_until("it remembers", [&] { return fixture.forwarder->state().breaker == BreakerState::kStopped; });
  CHECK(fixture.forwarder->state().last_error == "it was down");
  CHECK(fixture.count("posted") == 0);
  fixture.forwarder->stop();
  // A clock that was set back does not stop it for longer than its pause.
  REQUIRE(store_breaker(*hub::test::open(fixture.folder / "hub.db"), "generic", {BreakerState::kStopped, 9, milliseconds(5), os::now() + seconds(90'000), "it was down"}, os::now()));
  fixture.start_forwarder();
  fixture.wait_for("posted", 30);
  wait_until("the good state is stored", [&] { return stored()->state == BreakerState::kFlowing; });
}

TEST_CASE("forwarder: an ERP that is down gets everything once when it is back", "[erp]") {
  Fixture fixture;
  fixture.add_many(30, 3);
  SECTION("it answers 503") {
    fixture.start_erp();
    fixture.control({{"mode", "down"}});
    fixture.start_forwarder();
    wait_until("the breaker", [&] { return fixture.forwarder->state().breaker != BreakerState::kFlowing; });
    CHECK(!fixture.forwarder->state().last_error.empty());
    CHECK(fixture.count("posted") == 0);
    fixture.control({{"mode", "ok"}});
  }
  SECTION("nobody listens") {
    fixture.start_forwarder();
    wait_until("the breaker", [&] { return fixture.forwarder->state().breaker != BreakerState::kFlowing; });
    fixture.start_erp();
  }
  fixture.wait_for("posted", 30);
  CHECK(fixture.documents_at_erp() == 30);
  wait_until("the breaker closes", [&] { return fixture.forwarder->state().breaker == BreakerState::kFlowing; });
}

TEST_CASE("forwarder: applied and then silent is found by the look-up, one document each", "[erp]") {
  Fixture fixture;
  fixture.start_erp();
  fixture.control({{"mode", "apply_then_timeout"}, {"delay_ms", 60'000}, {"every", 2}, {"for", 3}});
  fixture.add_many(10, 2);
  fixture.start_forwarder(milliseconds(150));
  fixture.wait_for("posted", 10);
  CHECK(fixture.documents_at_erp() == 10);
  CHECK(fixture.has_metric(R"(tillsync_erp_answer_seconds_count{outcome="unknown"} 3)"));
  // Found, not created again: as many answers "posted" as postings, and none "absent".
  CHECK(fixture.has_metric(R"(tillsync_erp_answer_seconds_count{outcome="posted"} 10)"));
  CHECK(!fixture.has_metric(R"(outcome="absent")"));
}

TEST_CASE("forwarder: a 500 is looked up first, and created when the ERP does not have it", "[erp]") {
  Fixture fixture;
  fixture.start_erp();
  fixture.control({{"mode", "error_5xx"}, {"for", 2}});
  fixture.add_many(4, 1);
  fixture.start_forwarder();
  fixture.wait_for("posted", 4);
  CHECK(fixture.documents_at_erp() == 4);
  CHECK(fixture.has_metric(R"(tillsync_erp_answer_seconds_count{outcome="absent"} 2)"));
}

TEST_CASE("forwarder: a slow ERP is waited for within the time-out", "[erp]") {
  Fixture fixture;
  fixture.start_erp();
  fixture.control({{"mode", "slow"}, {"delay_ms", 30}, {"for", 3}});
  fixture.add_many(6, 6);
  fixture.start_forwarder();
  fixture.wait_for("posted", 6);
  CHECK(!fixture.has_metric(R"(outcome="unknown")"));
}

TEST_CASE("forwarder: a refused posting stops its key and nothing else, until it is retried", "[erp]") {
  Fixture fixture;
  fixture.start_erp({"A"});
  fixture.add(1, "bad", "NOSUCH");
  fixture.add(2, "bad");
  fixture.add(3, "good");
  fixture.start_forwarder();
  fixture.wait_for("posted", 1);
  fixture.wait_for("refused", 1);
  fixture.wait_for("queued", 1);
  CHECK(fixture.value("status", 2) == "queued");
  CHECK(fixture.value("last_error", 1) == "unknown_item: item NOSUCH is not known");
  CHECK(hub::test::open_exceptions(*fixture.reader, "posting.unknown_item") == 1);
  CHECK(fixture.documents_at_erp() == 1);

  REQUIRE(tillsync::test::http("POST", fixture.base() + "/items", R"({"sku":"NOSUCH"})").status == 200);
  auto connection = hub::test::open(fixture.folder / "hub.db");
  REQUIRE(connection->run("UPDATE posting SET status = 'queued' WHERE posting_no = 1"));  // what retry does
  fixture.forwarder->notify();
  fixture.wait_for("posted", 3);
  CHECK(hub::test::open_exceptions(*fixture.reader, "posting.unknown_item") == 0);
}

TEST_CASE("forwarder: what was being sent when the hub died is looked up after the start", "[erp]") {
  Fixture fixture;
  fixture.start_erp();
  fixture.add(1, "L1");
  fixture.start_forwarder();
  fixture.wait_for("posted", 1);
  fixture.forwarder->stop();
  fixture.forwarder.reset();
  // The record that a kill -9 leaves: one posting whose answer came too late to be recorded, one that never left.
  const std::string reference = fixture.value("erp_reference", 1);
  auto connection = hub::test::open(fixture.folder / "hub.db");
  hub::test::queue(*connection, {hub::test::posting(2, "L1")});
  REQUIRE(connection->run("UPDATE posting SET status = 'sending', is_open = 1, erp_reference = ''"));
  fixture.start_forwarder();
  fixture.wait_for("posted", 2);
  CHECK(fixture.value("erp_reference", 1) == reference);
  CHECK(fixture.documents_at_erp() == 2);
  CHECK(fixture.has_metric(R"(tillsync_erp_answer_seconds_count{outcome="absent"} 1)"));
}

TEST_CASE("forwarder: stopping leaves nothing claimed that was not sent", "[erp]") {
  Fixture fixture;
  fixture.start_erp();
  fixture.control({{"mode", "slow"}, {"delay_ms", 20}});
  fixture.add_many(50, 1);
  fixture.start_forwarder();
  wait_until("the first ones", [&] { return fixture.count("posted") >= 2; });
  fixture.forwarder->stop();
  CHECK(fixture.count("sending") == 0);
  CHECK(fixture.count("posted") == fixture.documents_at_erp());
  fixture.control({{"mode", "ok"}});
  fixture.start_forwarder();
  fixture.wait_for("posted", 50);
  CHECK(fixture.documents_at_erp() == 50);
}

TEST_CASE("forwarder: an address that is none is refused at start", "[erp]") {
  Fixture fixture;
  ForwarderOptions options;
  options.connector = *load_connector("generic", {});
  options.url = "erp.example/postings";
  const auto started = ForwarderLoop::start(*fixture.writer, hub::test::open(fixture.folder / "hub.db"), options, nullptr);
  CHECK(started.error().code == ErrorCode::kInvalid);
}
