#include "hub/intake/intake_store.h"

#include <catch2/catch.hpp>

#include "hub/intake/event_reader.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("intake store: an empty database starts counting at one", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  REQUIRE(migrate_intake(database.connection()));
  IntakeRows rows;
  REQUIRE(load_counters(database.connection(), rows));
  CHECK(rows.next_event_no == 1);
  CHECK(rows.next_epoch_no == 1);
}

TEST_CASE("intake store: every column of a document survives", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  Document document = sale("0012", {goods_line("A", 1, 100)});
  document.header.series = Series("2010");
  MicroBatch batch;
  batch.now = kNow;
  AgentFeed feed;
  batch.documents = feed.batch({incoming(document)}).documents;
  batch.documents[0].correlation_id = "c-77";
  IntakeRows rows;
  REQUIRE(load_intake_rows(database.connection(), batch, rows));
  const IntakeDecision decision = decide_intake(batch, rows);
  REQUIRE(write_intake(database.connection(), batch, rows, decision));
  CHECK(database.texts("SELECT verdict || '|' || contract || '|' || location || '|' || till || '|' || series || '|' || document_no || '|' ||"
                       " mode || '|' || source || '|' || correlation_id FROM event") ==
        std::vector<std::string>{"new|sale|GB|GB-1|2010|0012|live||c-77"});
  CHECK(database.number("SELECT business_date FROM event") == date_of(kMorning).days);
  CHECK(database.number("SELECT occurred_at FROM event") == kMorning.micros);
  CHECK(database.number("SELECT received_at FROM event") == kNow.micros);
  CHECK(database.number("SELECT length(payload) FROM event") == static_cast<std::int64_t>(batch.documents[0].payload.size()));

  IntakeRows known;
  REQUIRE(load_intake_rows(database.connection(), batch, known));
  CHECK(known.events.at(batch.documents[0].event_id).content_hash == batch.documents[0].content_hash);
  CHECK(known.epochs.begin()->second.last_chain == feed.chain());
}

TEST_CASE("intake store: the event id's text is not stored as a correlation id", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  MicroBatch batch;
  batch.documents.push_back(incoming(sale("1", {goods_line("A", 1, 100)})));
  batch.documents[0].correlation_id = event_id_text(batch.documents[0].event_id);
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  REQUIRE(write_intake(database.connection(), batch, rows, decision));
  CHECK(database.texts("SELECT correlation_id FROM event") == std::vector<std::string>{""});
}

TEST_CASE("intake store: the log takes no second row of one identity", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  MicroBatch batch;
  batch.documents.push_back(incoming(sale("1", {goods_line("A", 1, 100)})));
  IntakeRows rows;
  const IntakeDecision decision = decide_intake(batch, rows);
  REQUIRE(write_intake(database.connection(), batch, rows, decision));
  batch.documents[0].event_no = 2;
  const auto again = write_intake(database.connection(), batch, rows, decision);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::kConflict);
}

TEST_CASE("intake store: event ids are indexed in large batches and found before and after", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  EventReader reader(database.connection());
  const auto append = [&](std::int64_t event_no, char id) {
    const std::string bytes(16, id);
    REQUIRE(database.connection().run(
        "INSERT INTO event (event_no, event_id, verdict, contract, location, till, series, document_no, received_at, correlation_id,"
        " content_hash, mode, source, payload) VALUES ($1, $2, 'new', 'sale', 'GB', 'GB-1', '', $3, 0, '', x'', 'live', '', x'')",
        {event_no, sql::Blob{bytes}, std::string_view(bytes)}));
  };
  EventId b;
  b.data.fill('b');
  append(1, 'a');
  append(kEventIdsUnindexedMax - 1, 'b');
  IntakeRows rows;
  REQUIRE(load_counters(database.connection(), rows));
  REQUIRE(index_event_ids(database.connection(), false, rows));
  CHECK(rows.indexed_to == 0);
  CHECK(reader.event_no_of(b).value() == kEventIdsUnindexedMax - 1);

  append(kEventIdsUnindexedMax, 'c');
  REQUIRE(load_counters(database.connection(), rows));
  REQUIRE(index_event_ids(database.connection(), false, rows));
  CHECK(rows.indexed_to == kEventIdsUnindexedMax);
  CHECK(database.number("SELECT count(*) FROM event_by_id") == 3);
  CHECK(reader.event_no_of(b).value() == kEventIdsUnindexedMax - 1);

  IntakeRows restarted;
  REQUIRE(load_counters(database.connection(), restarted));
  CHECK(restarted.indexed_to == kEventIdsUnindexedMax);
  append(kEventIdsUnindexedMax + 1, 'd');
  EventId d;
  d.data.fill('d');
  CHECK(reader.event_no_of(d).value() == kEventIdsUnindexedMax + 1);
  EventId unknown;
  unknown.data.fill('u');
  CHECK_FALSE(reader.event_no_of(unknown).value());

  // An idle hub does not wait so long.
  append(kEventIdsUnindexedMax + kEventIdsUnindexedIdle, 'e');
  REQUIRE(load_counters(database.connection(), rows));
  REQUIRE(index_event_ids(database.connection(), false, rows));
  CHECK(rows.indexed_to == kEventIdsUnindexedMax);
  REQUIRE(index_event_ids(database.connection(), true, rows));
  CHECK(rows.indexed_to == kEventIdsUnindexedMax + kEventIdsUnindexedIdle);
}
