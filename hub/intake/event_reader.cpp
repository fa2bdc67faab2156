#include "hub/intake/event_reader.h"

#include "common/contract/codec.h"
#include "common/contract/contract_names.h"
#include "hub/intake/intake.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

constexpr std::string_view kSelectNosOfDocument = "SELECT event_no FROM event WHERE verdict = 'new' AND document_no = $1 LIMIT $2";
constexpr std::string_view kSelectSummary =
    "SELECT e.event_no, e.event_id, e.verdict, e.contract, e.mode, e.source, e.location, e.till, e.series, e.document_no,"
    " e.business_date, e.occurred_at, e.agent_received_at, e.received_at, e.correlation_id, e.content_hash, a.agent_id, e.seq,"
    " e.payload FROM event e LEFT JOIN agent_epoch a ON a.epoch_no = e.epoch_no";
constexpr int kPayloadColumn = 18;
constexpr std::string_view kSelectConflicts =
    "SELECT exception_id, content_hash, received_at, payload FROM event_conflict WHERE event_id = $1 ORDER BY conflict_no";
constexpr std::string_view kSelectPayload = "SELECT payload FROM event WHERE event_no = $1 AND verdict = 'new'";
constexpr std::string_view kSelectIndexed = "SELECT event_no FROM event_by_id WHERE event_id = $1";
constexpr std::string_view kSelectUnindexed =
    "SELECT event_no FROM event WHERE event_no > (SELECT indexed_to FROM event_id_state) AND event_id = $1";
constexpr std::string_view kSelectOfIdentity =
    "SELECT event_no FROM event WHERE document_no = $1 AND location = $2 AND till = $3 AND contract = $4 AND series = $5"
    " AND verdict = 'new'";
constexpr std::string_view kSelectPosition = "SELECT last_seq, last_chain FROM agent_epoch WHERE agent_id = $1 AND epoch = $2";
// The conditions stand in the text, so that a location's sums are looked up: "$1 = '' OR …" would read those of all locations each time.
constexpr std::string_view kSelectTotals = "SELECT location, business_date, contract, mode, currency, documents, gross_minor FROM event_total WHERE true";
constexpr std::string_view kOrderTotals = " ORDER BY location, business_date, contract, mode, currency";

template <class Time>
std::optional<Time> optional_column(const Row& row, int column);
template <>
std::optional<Instant> optional_column<Instant>(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}
template <>
std::optional<Date> optional_column<Date>(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Date{static_cast<std::int32_t>(row.integer(column))};
}

EventSummary read_summary(const Row& row) {
  EventSummary summary;
  summary.event_no = row.integer(0);
  summary.event_id = EventId::from_view(row.blob(1)).value_or(EventId{});
  summary.is_opaque = row.text(2) == "opaque";
  summary.contract = row.text(3);
  summary.mode = row.text(4);
  summary.source = row.text(5);
  summary.location = LocationId(std::string(row.text(6)));
  summary.till = TillId(std::string(row.text(7)));
  summary.series = Series(std::string(row.text(8)));
  summary.document_no = DocumentNo(std::string(row.text(9)));
  summary.business_date = optional_column<Date>(row, 10);
  summary.occurred_at = optional_column<Instant>(row, 11);
  summary.agent_received_at = optional_column<Instant>(row, 12);
  summary.received_at = Instant{row.integer(13)};
  summary.correlation_id = correlation_text(std::string(row.text(14)), summary.event_id);
  summary.content_hash = ContentHash::from_view(row.blob(15)).value_or(ContentHash{});
  summary.agent_id = AgentId(std::string(row.text(16)));
  summary.seq = static_cast<std::uint64_t>(row.integer(17));
  return summary;
}

/// Clauses are joined as they are needed, so that each combination uses the index that fits it.
class Query {
 public:
  explicit Query(std::string_view select) : text_(select) {}
  void where(std::string_view condition, Param param) {
    text_ += params_.empty() ? " WHERE " : " AND ";
    text_ += condition;
    text_ += " $" + std::to_string(params_.size() + 1);
    params_.push_back(param);
  }
  void finish(std::string_view order, std::int64_t limit) {
    text_ += order;
    text_ += " LIMIT $" + std::to_string(params_.size() + 1);
    params_.emplace_back(limit);
  }
  const std::string& text() const { return text_; }
  std::span<const Param> params() const { return params_; }

 private:
  std::string text_;
  std::vector<Param> params_;
};

std::string json_of(BytesView payload) {
  const auto document = decode_document(payload);
  return document ? document_to_json(*document) : std::string();
}

}  // namespace

Result<EventPage> EventReader::list(const EventFilter& filter) {
  if (filter.limit == 0 || filter.limit > kEventPageMax)
    return fail(ErrorCode::kInvalid, "list events", "limit must be 1 to " + std::to_string(kEventPageMax));
  Query query(kSelectSummary);
  // The constant lets the index over identities be used.
  if (!filter.document_no.empty()) query.where("e.verdict = 'new' AND e.document_no =", std::string_view(filter.document_no));
  if (!filter.correlation_id.empty()) {
    // Documents without a correlation id of their own are traced by their event id.
    if (const auto own_correlation = parse_event_id(filter.correlation_id)) {
      TS_ASSIGN_OR_RETURN(const auto event_no, event_no_of(*own_correlation));
      if (!event_no) return EventPage{};
      query.where("e.event_no =", *event_no);
    } else query.where("e.correlation_id <> '' AND e.correlation_id =", std::string_view(filter.correlation_id));
  }
  if (!filter.location.empty()) query.where("e.location =", std::string_view(filter.location));
  if (!filter.till.empty()) query.where("e.till =", std::string_view(filter.till));
  if (!filter.contract.empty()) query.where("e.contract =", contract_name(filter.contract));
  if (filter.after) query.where(filter.newest_first ? "e.event_no <" : "e.event_no >", *filter.after);
  query.finish(filter.newest_first ? " ORDER BY e.event_no DESC" : " ORDER BY e.event_no",
               static_cast<std::int64_t>(filter.limit) + 1);

  EventPage page;
  TS_RETURN_IF_ERROR(
      connection_.query(query.text(), query.params(), [&page](const Row& row) { page.events.push_back(read_summary(row)); }));
  if (page.events.size() > filter.limit) {
    page.events.pop_back();
    page.next = page.events.back().event_no;
  }
  return page;
}

Result<std::optional<EventDetail>> EventReader::find(const EventId& event_id) {
  TS_ASSIGN_OR_RETURN(const auto event_no, event_no_of(event_id));
  if (!event_no) return std::nullopt;
  std::optional<EventDetail> detail;
  Query query(kSelectSummary);
  query.where("e.event_no =", *event_no);
  TS_RETURN_IF_ERROR(connection_.query(query.text(), query.params(), [&detail](const Row& row) {
    detail = EventDetail{read_summary(row), {}, Bytes(row.blob(kPayloadColumn))};
  }));
  if (detail && !detail->summary.is_opaque) detail->document_json = json_of(detail->payload);
  return detail;
}

Result<std::vector<std::int64_t>> EventReader::event_nos_of_document(std::string_view document_no, std::size_t limit) {
  std::vector<std::int64_t> numbers;
  TS_RETURN_IF_ERROR(connection_.query(kSelectNosOfDocument, {document_no, static_cast<std::int64_t>(limit)}, [&numbers](const Row& row) { numbers.push_back(row.integer(0)); }));
  return numbers;
}

Result<std::optional<EventSummary>> EventReader::summary(std::int64_t event_no) {
  std::optional<EventSummary> summary;
  Query query(kSelectSummary);
  query.where("e.event_no =", event_no);
  TS_RETURN_IF_ERROR(
      connection_.query(query.text(), query.params(), [&summary](const Row& row) { summary = read_summary(row); }));
  return summary;
}

Result<std::vector<ConflictRecord>> EventReader::conflicts(const EventId& event_id) {
  std::vector<ConflictRecord> records;
  TS_RETURN_IF_ERROR(connection_.query(kSelectConflicts, {Blob{event_id.view()}}, [&records](const Row& row) {
    records.push_back({std::string(row.text(0)), ContentHash::from_view(row.blob(1)).value_or(ContentHash{}), Instant{row.integer(2)},
                       json_of(row.blob(3))});
  }));
  return records;
}

Result<std::optional<Document>> EventReader::document(std::int64_t event_no) {
  std::optional<Bytes> payload;
  TS_RETURN_IF_ERROR(connection_.query(kSelectPayload, {event_no}, [&payload](const Row& row) { payload = Bytes(row.blob(0)); }));
  if (!payload) return std::nullopt;
  auto document = decode_document(*payload);
  if (!document)
    return fail(ErrorCode::kCorrupt, "read event " + std::to_string(event_no), to_string(document.error()),
                "verify the database and restore a backup");
  return std::optional<Document>(std::move(*document));
}

Result<std::optional<std::int64_t>> EventReader::event_no_of(const EventId& event_id) {
  std::optional<std::int64_t> event_no;
  const auto read = [&event_no](const Row& row) { event_no = row.integer(0); };
  TS_RETURN_IF_ERROR(connection_.query(kSelectIndexed, {Blob{event_id.view()}}, read));
  if (!event_no) TS_RETURN_IF_ERROR(connection_.query(kSelectUnindexed, {Blob{event_id.view()}}, read));
  return event_no;
}

Result<std::optional<std::int64_t>> EventReader::event_no_of(const Identity& identity) {
  std::optional<std::int64_t> event_no;
  TS_RETURN_IF_ERROR(connection_.query(kSelectOfIdentity,
                                       {identity.document_no.view(), identity.location.view(), identity.till.view(),
                                        std::string_view(identity.contract), identity.series.view()},
                                       [&event_no](const Row& row) { event_no = row.integer(0); }));
  return event_no;
}

Result<std::vector<EventTotalRow>> EventReader::totals(const LocationId& location, std::optional<Date> business_date) {
  std::vector<EventTotalRow> rows;
  std::string query(kSelectTotals);
  std::vector<Param> params;
  if (!location.empty()) {
    params.emplace_back(location.view());
    query += " AND location = $1";
  }
  if (business_date) {
    params.emplace_back(std::int64_t{business_date->days});
    query += " AND business_date = $" + std::to_string(params.size());
  }
  query += kOrderTotals;
  TS_RETURN_IF_ERROR(connection_.query(query, params, [&rows](const Row& row) {
    EventTotalRow total;
    total.location = LocationId(std::string(row.text(0)));
    if (row.integer(1) != 0) total.business_date = Date{static_cast<std::int32_t>(row.integer(1))};
    total.contract = row.text(2);
    total.mode = row.text(3);
    total.currency = row.text(4);
    total.documents = row.integer(5);
    total.gross = Amount{row.integer(6)};
    rows.push_back(std::move(total));
  }));
  return rows;
}

Result<std::optional<CursorMoved>> EventReader::epoch_position(const AgentId& agent_id, const EpochId& epoch) {
  std::optional<CursorMoved> position;
  TS_RETURN_IF_ERROR(connection_.query(kSelectPosition, {agent_id.view(), Blob{epoch.view()}}, [&](const Row& row) {
    position = CursorMoved{agent_id, epoch, static_cast<std::uint64_t>(row.integer(0)),
                           ChainHash::from_view(row.blob(1)).value_or(ChainHash{})};
  }));
  return position;
}

}  // namespace tillsync::hub
