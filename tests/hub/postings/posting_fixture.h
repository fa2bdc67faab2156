// A hub with intake, ledger, postings and exceptions, and short ways to look at postings.
#pragma once

#include "hub/exceptions/exception_store.h"
#include "hub/exceptions/exceptions_stage.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"
#include "hub/postings/postings_stage.h"
#include "tests/hub/writer/hub_fixture.h"

namespace tillsync::hub::test {

struct PostingHub {
  HubDatabase database;
  TestHub hub{database.connection(), stages<IntakeStage, LedgerStage, PostingsStage, ExceptionsStage>()};
  AgentFeed feed;
  PostingReader reader{database.connection()};

  std::vector<DocumentOutcome> take(std::vector<IncomingDocument> documents) { return hub.commit(feed.batch(std::move(documents))); }
  std::vector<DocumentOutcome> take(const Document& document) { return take(std::vector<IncomingDocument>{incoming(document)}); }
  sql::Connection& connection() { return database.connection(); }

  Posting posting_of(std::int64_t event_no) {
    const auto posting = reader.posting_of_event(event_no);
    REQUIRE(posting);
    REQUIRE(*posting);
    return **posting;
  }
  std::string id_of(std::int64_t event_no) { return posting_of(event_no).posting_id; }
  PostingStatus status_of(const std::string& posting_id) {
    const auto detail = reader.find(posting_id);
    REQUIRE(detail);
    REQUIRE(*detail);
    return (*detail)->record.status;
  }
  std::vector<DuePosting> due(DueRequest request = {}) {
    if (request.now == Instant{}) request.now = kNow;
    const auto page = reader.due(request);
    REQUIRE(page);
    return page->postings;
  }
  /// Sends one due posting and records what became of it.
  void send(std::int64_t posting_no, PostingStatus status, std::optional<Instant> next_try_at = {}) {
    const auto marked = mark_sending(connection(), std::vector<std::int64_t>{posting_no}, kNow);
    REQUIRE(marked);
    REQUIRE(marked->size() == 1);
    PostingResult result;
    result.posting_no = posting_no;
    result.status = status;
    result.error = status == PostingStatus::kPosted ? "" : "no such product";
    result.erp_reference = status == PostingStatus::kPosted ? "ERP-" + std::to_string(posting_no) : "";
    result.next_try_at = next_try_at;
    const auto recorded = record_results(connection(), std::vector<PostingResult>{result}, kNow);
    REQUIRE(recorded);
    REQUIRE(recorded->taken == 1);
    REQUIRE(raise_exceptions(connection(), recorded->raised, kNow));
    REQUIRE(settle_exceptions(connection(), recorded->settled, kNow));
  }
};
using Texts = std::vector<std::string>;

inline IncomingDocument sale_at_till(const std::string& no, const std::string& till, std::int64_t units = 1) {
  Document made = sale(no, {goods_line("A", units, 100)});
  made.header.till = TillId(till);
  return incoming(made);
}

}  // namespace tillsync::hub::test
