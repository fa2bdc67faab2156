#include "hub/postings/close_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/postings/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct CloseHub {
  explicit CloseHub(ChartBook charts = {}, bool is_summed = false)
      : hub(database.connection(), [&] {
          auto made = stages<IntakeStage, LedgerStage>();
          made.push_back(std::make_unique<PostingsStage>(std::move(charts), is_summed));
          made.push_back(std::make_unique<ExceptionsStage>());
          return made;
        }()) {}
  void take(std::vector<Document> documents) {
    std::vector<IncomingDocument> made;
    for (const Document& document : documents) made.push_back(incoming(document));
    hub.commit(feed.batch(std::move(made)));
  }
  /// "currency account debit" of all journals, in order.
  Texts journals() {
    Texts texts;
    std::vector<Bytes> bodies;
    REQUIRE(database.connection().query("SELECT body FROM posting ORDER BY posting_no", {}, [&](const sql::Row& row) { bodies.emplace_back(row.blob(0)); }));
    for (const Bytes& body : bodies) {
      const auto posting = decode_posting(body);
      REQUIRE(posting);
      std::string text = posting->currency.code;
      for (const JournalLine& line : posting->journal) text += " " + line.account + ":" + std::to_string(line.debit.minor - line.credit.minor);
      texts.push_back(text);
    }
    return texts;
  }
  Texts exceptions() { return database.texts("SELECT code || ' ' || status FROM exception_case WHERE code LIKE 'posting.%' ORDER BY exception_no"); }

  HubDatabase database;
  TestHub hub;
  AgentFeed feed;
};

Document counted_close(const std::string& no, const std::string& z_no, std::int64_t revision, std::vector<std::tuple<std::string, std::string, std::int64_t>> differences) {
  TillClose body;
  body.z_no = z_no;
  body.revision = revision;
  body.currency = Currency{"GBP"};
  for (const auto& [type, currency, minor] : differences) {
    CloseTender tender;
    tender.type = type;
    tender.currency = Currency{currency};
    tender.over_short = Amount{minor};
    body.tenders.push_back(tender);
  }
  return Document{header("till-close/1", no), body};
}

ChartBook euro_charts() {
  return parse_charts(R"({"companies": [{"name": "UK Ltd", "accounts": {"tenders": {"cash/EUR": "1001", "cash/USD": "1002"}}}]})").value_or(ChartBook());
}

}  // namespace

TEST_CASE("close store: revisions of earlier batches post what they change", "[postings]") {
  CloseHub hub;
  hub.take({counted_close("Z1", "101", 0, {{"cash", "GBP", -250}})});
  hub.take({counted_close("Z2", "102", 0, {{"cash", "GBP", 10}})});
  hub.take({counted_close("Z1a", "101", 1, {{"cash", "GBP", -200}, {"card", "GBP", 5}})});
  hub.take({counted_close("Z1b", "101", 2, {{"card", "GBP", 5}})});
  CHECK(hub.journals() == Texts{"GBP 1000:-250 6910:250", "GBP 1000:10 6910:-10", "GBP 1000:50 6910:-50 1010:5 6910:-5", "GBP 1000:200 6910:-200"});
  CHECK(hub.exceptions().empty());
  CHECK(hub.database.number("SELECT count(*) FROM close_version WHERE is_waiting = 0") == 4);
}

TEST_CASE("close store: one batch and one by one come to the same, in any order", "[postings]") {
  const std::vector<Document> versions{counted_close("Z1", "101", 0, {{"cash", "GBP", -250}}), counted_close("Z1a", "101", 1, {{"cash", "GBP", -200}}),
                                       counted_close("Z1b", "101", 2, {{"cash", "GBP", 30}})};
  std::vector<std::size_t> order{0, 1, 2};
  do {
    std::vector<Document> arrivals;
    for (const std::size_t i : order) arrivals.push_back(versions[i]);
    CloseHub together, apart;
    together.take(arrivals);
    for (const Document& document : arrivals) apart.take({document});
    CHECK(together.journals() == apart.journals());
    std::int64_t cash = 0;
    for (const std::string& journal : apart.journals()) cash += std::stoll(journal.substr(journal.find("1000:") + 5));
    CHECK(cash == 30);
    CHECK(apart.database.number("SELECT count(*) FROM exception_case WHERE code = 'posting.revised_close' AND status = 'open'") == 0);
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("close store: the original of a revision that waited is found after a restart", "[postings]") {
  CloseHub hub;
  hub.take({counted_close("Z1a", "101", 1, {{"cash", "GBP", -200}})});
  CHECK(hub.journals().empty());
  CHECK(hub.exceptions() == Texts{"posting.revised_close open"});
  hub.take({counted_close("Z9", "109", 0, {})});
  hub.take({counted_close("Z1", "101", 0, {{"cash", "GBP", -250}})});
  CHECK(hub.journals() == Texts{"GBP 1000:50 6910:-50", "GBP 1000:-250 6910:250"});
  CHECK(hub.exceptions() == Texts{"posting.revised_close resolved"});
}

TEST_CASE("close store: another date, another till and training are nobody's revision", "[postings]") {
  CloseHub hub;
  Document other_date = counted_close("Z1", "101", 0, {{"cash", "GBP", -250}}), other_till = other_date, training = other_date;
  other_date.header.business_date->days -= 1;
  other_till.header.till = TillId("GB-2");
  training.header.mode = "training";
  training.header.document_no = DocumentNo("Z0");
  hub.take({other_date, other_till, training});
  hub.take({counted_close("Z1a", "101", 1, {{"cash", "GBP", -200}})});
  CHECK(hub.database.number("SELECT count(*) FROM posting") == 2);
  CHECK(hub.exceptions() == Texts{"posting.revised_close open"});
}

TEST_CASE("close store: other currencies get a posting each where the chart has an account", "[postings]") {
  CloseHub hub(euro_charts());
  hub.take({counted_close("Z1", "101", 0, {{"cash", "GBP", -250}, {"cash", "EUR", 100}, {"cash", "USD", -7}, {"card", "EUR", 3}, {"cash", "CHF", 9}, {"cash", "GBP", 1}})});
  CHECK(hub.journals() == Texts{"GBP 1000:-250 6910:250 1000:1 6910:-1", "EUR 1001:100 6910:-100", "USD 1002:-7 6910:7"});
  CHECK(hub.database.texts("SELECT detail FROM exception_case WHERE code = 'posting.other_currency'") == Texts{"the close counts a difference in EUR, and the chart has no tender account for it"});
  CHECK(hub.database.texts("SELECT DISTINCT ordering_key FROM posting") == Texts{"GB/GB-1/Z1"});
  CHECK(hub.database.number("SELECT count(DISTINCT posting_id) FROM posting") == 3);
  // They are found, sent and recorded as any posting.
  const std::string euro = hub.database.texts("SELECT posting_id FROM posting WHERE currency = 'EUR'").at(0);
  CHECK(euro == part_posting_id(incoming(counted_close("Z1", "101", 0, {})).event_id, "EUR"));
  PostingReader reader(hub.database.connection());
  const auto found = reader.find(euro);
  REQUIRE((found && *found));
  CHECK((*found)->record.currency == "EUR");
  DueRequest request;
  request.now = kNow;
  request.per_lane = 10;
  const auto due = reader.due(request);
  REQUIRE(due);
  CHECK(due->postings.size() == 3);
  // The revision's change is in the same currencies, each under a key of its own.
  hub.take({counted_close("Z1a", "101", 1, {{"cash", "GBP", -249}, {"cash", "EUR", 90}, {"cash", "USD", -7}, {"card", "EUR", 3}, {"cash", "CHF", 9}})});
  CHECK(hub.database.number("SELECT count(*) FROM posting") == 4);
  CHECK(hub.journals().back() == "EUR 1001:-10 6910:10");
}

TEST_CASE("close store: a close that differs in another currency alone", "[postings]") {
  CloseHub hub(euro_charts(), true);
  hub.take({counted_close("Z1", "101", 0, {{"cash", "EUR", 100}})});
  CHECK(hub.database.texts("SELECT currency || ' ' || status FROM posting") == Texts{"EUR collected"});
}
