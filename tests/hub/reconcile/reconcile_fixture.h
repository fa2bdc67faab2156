// Short ways to make documents with sequence numbers and till closes, and a hub whose days are kept.
#pragma once

#include "hub/exceptions/exception_reader.h"
#include "hub/exceptions/exception_store.h"
#include "hub/exceptions/exceptions_stage.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"
#include "hub/postings/postings_stage.h"
#include "hub/reconcile/close_checks_stage.h"
#include "hub/reconcile/days_stage.h"
#include "tests/hub/writer/hub_fixture.h"

namespace tillsync::hub::test {

inline const Date kFirstDay = date_of(kMorning);  // 2010-12-01
inline Date days_after(Date date, std::int32_t days) { return Date{date.days + days}; }
inline Instant at_day(Date date) { return Instant{std::int64_t{date.days} * 86'400 * 1'000'000} + seconds(10 * 3'600); }

/// Of till GB-1 on a date, with or without a number.
inline Document numbered(Document document, std::optional<std::int64_t> sequence, Date date = kFirstDay) {
  document.header.sequence = sequence;
  document.header.business_date = date;
  return document;
}
inline Document sale_of(const std::string& no, std::int64_t price_minor, std::optional<std::int64_t> sequence = {}, Date date = kFirstDay) {
  return numbered(sale(no, {goods_line("A", 1, price_minor)}, at_day(date)), sequence, date);
}
inline Document return_of(const std::string& no, std::int64_t price_minor, std::optional<std::int64_t> sequence = {}, Date date = kFirstDay) {
  return numbered(returned(no, {goods_line("A", 1, price_minor)}, at_day(date)), sequence, date);
}
inline Document training_of(const std::string& no, std::optional<std::int64_t> sequence = {}) {
  Document document = sale_of(no, 100, sequence);
  document.header.mode = "training";
  return document;
}
inline Document no_sale_of(const std::string& no, std::optional<std::int64_t> sequence = {}) {
  TillEvent body;
  body.type = "no_sale";
  return numbered(Document{header("till-event/1", no), body}, sequence);
}

/// A close of till GB-1 in GBP, without tax, all of it by card.
inline TillClose close_body(const std::string& z_no, std::int64_t sales, std::int64_t gross_minor) {
  TillClose close;
  close.z_no = z_no;
  close.counts.sale = sales;
  CloseTotals totals;
  totals.currency.code = "GBP";
  totals.net = totals.gross = Amount{gross_minor};
  close.totals.push_back(totals);
  if (gross_minor != 0) {
    CloseTender tender;
    tender.type = "card";
    tender.currency.code = "GBP";
    tender.expected = Amount{gross_minor};
    close.tenders.push_back(tender);
  }
  return close;
}
inline Document close_of(TillClose body, std::optional<std::int64_t> sequence = {}, Date date = kFirstDay) {
  Document document{header("till-close/1", "Z-" + body.z_no, at_day(date)), std::move(body)};
  if (std::get<TillClose>(document.body).revision > 0) document.header.document_no.value += "r" + std::to_string(std::get<TillClose>(document.body).revision);
  return numbered(std::move(document), sequence, date);
}
inline Document at_till(Document document, const std::string& till) {
  document.header.till = TillId(till);
  return document;
}

struct DayHub {
  explicit DayHub(DayPolicy policy = {}, bool is_summed = false) : hub(database.connection(), make_stages(policy, is_summed)) {}

  static std::vector<std::unique_ptr<Stage>> make_stages(DayPolicy policy, bool is_summed) {
    std::vector<std::unique_ptr<Stage>> made;
    made.push_back(std::make_unique<IntakeStage>());
    made.push_back(std::make_unique<LedgerStage>());
    made.push_back(std::make_unique<DaysStage>(policy));
    made.push_back(std::make_unique<PostingsStage>(ChartBook(), is_summed));
    made.push_back(std::make_unique<CloseChecksStage>(policy));
    made.push_back(std::make_unique<ExceptionsStage>());
    return made;
  }
  std::vector<DocumentOutcome> take(const std::vector<Document>& documents, const std::string& location = "GB") {
    std::vector<IncomingDocument> made;
    for (const Document& document : documents) made.push_back(incoming(document, location));
    return hub.commit(feed.batch(std::move(made)));
  }
  sql::Connection& connection() { return database.connection(); }

  /// "code subject" of what is open.
  std::vector<std::string> open_exceptions(const std::string& code = {}) {
    ExceptionFilter filter;
    filter.status = CaseStatus::kOpen;
    filter.code = code;
    filter.limit = kExceptionPageMax;
    const auto page = ExceptionReader(connection()).list(filter);
    REQUIRE(page);
    std::vector<std::string> found;
    for (const ExceptionRecord& record : page->exceptions) found.push_back(record.code + " " + record.subject);
    return found;
  }
  PostingRecord posting_of(std::int64_t event_no) {
    const auto posting = PostingReader(connection()).posting_of_event(event_no);
    REQUIRE((posting && *posting));
    const auto detail = PostingReader(connection()).find((*posting)->posting_id);
    REQUIRE((detail && *detail));
    return (*detail)->record;
  }

  HubDatabase database;
  TestHub hub;
  AgentFeed feed;
};

}  // namespace tillsync::hub::test
