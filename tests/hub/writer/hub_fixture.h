// A hub database of its own for each test, and short ways to make documents and run groups over stages.
#pragma once

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/crypto/crypto.h"
#include "common/contract/codec.h"
#include "common/sql/sqlite.h"
#include "common/sync/chain.h"
#include "hub/writer/writer_core.h"

namespace tillsync::hub::test {

inline const Instant kNow{1'800'000'000'000'000};
inline const Instant kMorning = parse_instant("2010-12-01T08:00:00Z").value_or(Instant{});
inline Instant minutes_after(Instant instant, std::int64_t minutes) { return instant + seconds(minutes * 60); }

class HubDatabase {
 public:
  HubDatabase() : path_(std::filesystem::temp_directory_path() / ("tillsync-hub-" + to_hex(random_bytes(8)))) {
    std::filesystem::create_directories(path_);
    connection_ = open();
  }
  HubDatabase(const HubDatabase&) = delete;
  HubDatabase& operator=(const HubDatabase&) = delete;
  ~HubDatabase() {
    connection_.reset();
    std::filesystem::remove_all(path_);
  }
  std::unique_ptr<sql::Connection> open() const {
    sql::SqliteOptions options;
    options.path = path_ / "hub.db";
    auto opened = sql::open_sqlite(options);
    REQUIRE(opened);
    return std::move(*opened);
  }
  sql::Connection& connection() { return *connection_; }
  /// Closes the connection without a commit, as the end of the process does, and opens it again.
  sql::Connection& crash() {
    connection_.reset();
    connection_ = open();
    return *connection_;
  }
  std::int64_t number(std::string_view query) {
    std::int64_t value = -1;
    const auto done = connection_->query(query, {}, [&value](const sql::Row& row) { value = row.integer(0); });
    if (!done) FAIL(to_string(done.error()));
    return value;
  }
  std::vector<std::string> texts(std::string_view query) {
    std::vector<std::string> values;
    const auto done = connection_->query(query, {}, [&values](const sql::Row& row) { values.emplace_back(row.text(0)); });
    if (!done) FAIL(to_string(done.error()));
    return values;
  }

 private:
  std::filesystem::path path_;
  std::unique_ptr<sql::Connection> connection_;
};

inline SaleLine goods_line(std::string sku, std::int64_t units, std::int64_t price_minor) {
  SaleLine line;
  line.line_no = 1;
  line.kind = "goods";
  line.sku = Sku(std::move(sku));
  line.qty = Quantity{units * 1'000};
  line.unit_price = UnitPrice{price_minor * 10'000};
  line.amount = Amount{units * price_minor};
  return line;
}

inline Header header(std::string contract, std::string document_no, Instant occurred_at = kMorning) {
  Header made;
  made.contract = std::move(contract);
  made.till = TillId("GB-1");
  made.document_no = DocumentNo(std::move(document_no));
  made.business_date = date_of(occurred_at);
  made.occurred_at = occurred_at;
  return made;
}

/// Sums, one card tender and totals without tax from the lines.
template <class Money>
Money money_of(std::vector<SaleLine> lines) {
  Money money;
  money.currency = Currency{"GBP"};
  money.lines = std::move(lines);
  for (std::size_t i = 0; i < money.lines.size(); ++i) {
    money.lines[i].line_no = static_cast<std::int64_t>(i) + 1;
    money.totals.net.minor += money.lines[i].amount.minor;
  }
  money.totals.gross = money.totals.net;
  Tender tender;
  tender.tender_no = 1;
  tender.type = "card";
  tender.amount = money.totals.gross;
  money.tenders.push_back(tender);
  return money;
}

inline Document sale(std::string no, std::vector<SaleLine> lines, Instant occurred_at = kMorning) {
  return Document{header("sale/1", std::move(no), occurred_at), money_of<Sale>(std::move(lines))};
}
inline Document returned(std::string no, std::vector<SaleLine> lines, Instant occurred_at = kMorning) {
  return Document{header("return/1", std::move(no), occurred_at), money_of<Return>(std::move(lines))};
}
inline Document void_of(std::string no, std::string original_no, std::string original_contract = "sale",
                        Instant occurred_at = kMorning) {
  Void body;
  body.voids.contract = std::move(original_contract);
  body.voids.document_no = DocumentNo(std::move(original_no));
  return Document{header("void/1", std::move(no), occurred_at), body};
}
inline MovementLine movement_line(std::string sku, std::int64_t units) {
  MovementLine line;
  line.sku = Sku(std::move(sku));
  line.qty = Quantity{units * 1'000};
  return line;
}
inline Document movement(std::string no, std::string type, std::vector<MovementLine> lines, Instant occurred_at = kMorning) {
  StockMovement body;
  body.type = std::move(type);
  body.lines = std::move(lines);
  return Document{header("stock-movement/1", std::move(no), occurred_at), body};
}

/// A document as it comes from an agent, prepared; seq and chain are set by AgentFeed.
inline IncomingDocument incoming(const Document& document, const std::string& location = "GB") {
  IncomingDocument made;
  made.location = LocationId(location);
  made.agent_received_at = kNow - seconds(60);
  made.payload = encode_document(document);
  made.content_hash = content_hash(document);
  prepare(made);
  return made;
}
inline IncomingDocument opaque(Bytes payload) {
  IncomingDocument made;
  made.location = LocationId("GB");
  made.kind = wire::EventKind::kOpaque;
  made.payload = std::move(payload);
  prepare(made);
  return made;
}

/// Numbers documents as one agent's outbox does.
class AgentFeed {
 public:
  explicit AgentFeed(std::string agent = "a_one", char epoch_byte = 'e') : agent_id_(std::move(agent)) {
    epoch_.data.fill(epoch_byte);
    chain_ = sync::chain_seed(epoch_);
  }
  IncomingDocument next(IncomingDocument document) {
    document.agent_id = agent_id_;
    document.epoch = epoch_;
    document.seq = ++seq_;
    chain_ = sync::chain_next(chain_, document.content_hash);
    document.chain = chain_;
    return document;
  }
  CommitDocuments batch(std::vector<IncomingDocument> documents) {
    CommitDocuments commit;
    for (IncomingDocument& document : documents) commit.documents.push_back(next(std::move(document)));
    commit.cursor = CursorMoved{agent_id_, epoch_, seq_, chain_};
    return commit;
  }
  CommitDocuments gap(std::uint64_t count) {
    GapDeclared declared;
    declared.agent_id = agent_id_;
    declared.location = LocationId("GB");
    declared.gap.epoch = epoch_;
    declared.gap.first_seq = seq_ + 1;
    seq_ += count;
    chain_ = sync::chain_next(chain_, ContentHash{});
    declared.gap.last_seq = seq_;
    declared.gap.chain = chain_;
    declared.gap.reason = "payloads were pruned";
    CommitDocuments commit;
    commit.gap = std::move(declared);
    commit.cursor = CursorMoved{agent_id_, epoch_, seq_, chain_};
    return commit;
  }
  const AgentId& agent_id() const { return agent_id_; }
  const EpochId& epoch() const { return epoch_; }
  std::uint64_t seq() const { return seq_; }
  const ChainHash& chain() const { return chain_; }

 private:
  AgentId agent_id_;
  EpochId epoch_;
  std::uint64_t seq_ = 0;
  ChainHash chain_;
};

/// Stages over a database, run without a thread; keeps what the commands were told.
class TestHub {
 public:
  explicit TestHub(sql::Connection& connection, std::vector<std::unique_ptr<Stage>> stages)
      : stages_(std::move(stages)), core_(connection, stages_) {
    const auto started = core_.start();
    if (!started) FAIL(to_string(started.error()));
  }
  /// Runs the commands as one group; outcomes in the order of the commands.
  std::vector<Result<std::vector<DocumentOutcome>>> run(std::vector<CommitDocuments> commits, Instant now = kNow) {
    std::vector<Result<std::vector<DocumentOutcome>>> results(commits.size(), std::vector<DocumentOutcome>{});
    std::vector<Command> group;
    for (std::size_t i = 0; i < commits.size(); ++i) {
      commits[i].done = [&results, i](Result<std::vector<DocumentOutcome>> outcome) { results[i] = std::move(outcome); };
      group.emplace_back(std::move(commits[i]));
    }
    core_.run_group(std::move(group), now);
    return results;
  }
  std::vector<DocumentOutcome> commit(CommitDocuments documents, Instant now = kNow) {
    std::vector<CommitDocuments> one;
    one.push_back(std::move(documents));
    auto results = run(std::move(one), now);
    if (!results[0]) FAIL(to_string(results[0].error()));
    return *results[0];
  }
  /// Decides the requests in one group; answers in the order of the requests.
  std::vector<StockAnswer> ask(std::vector<StockRequest> requests, Instant now = kNow) {
    std::vector<StockAnswer> answers(requests.size());
    std::vector<Command> group;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      group.emplace_back(DecideRequest{std::move(requests[i]), [&answers, i](Result<StockAnswer> answer) {
                                         if (!answer) FAIL(to_string(answer.error()));
                                         answers[i] = std::move(*answer);
                                       }});
    }
    core_.run_group(std::move(group), now);
    return answers;
  }
  WriterCore& core() { return core_; }

 private:
  std::vector<std::unique_ptr<Stage>> stages_;
  WriterCore core_;
};

template <class... Stages>
std::vector<std::unique_ptr<Stage>> stages() {
  std::vector<std::unique_ptr<Stage>> made;
  (made.push_back(std::make_unique<Stages>()), ...);
  return made;
}

}  // namespace tillsync::hub::test
