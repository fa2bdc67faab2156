#include "hub/postings/close_store.h"

#include <algorithm>

#include "hub/intake/event_reader.h"
#include "hub/writer/bulk_insert.h"

namespace tillsync::hub {
namespace {

using sql::Param;

constexpr std::string_view kSelectCloses =
    "SELECT event_no, document_no, z_no, supersedes, revision, is_waiting FROM close_version WHERE location = $1 AND till = $2 AND business_date = $3 ORDER BY event_no";
constexpr std::size_t kCloseWidth = 9;
constexpr std::string_view kPutClose =
    "INSERT OR REPLACE INTO close_version (location, till, business_date, event_no, document_no, z_no, supersedes, revision, is_waiting) VALUES";

/// Shifts of a day have nothing to do with each other: then what they say need not be read.
bool are_related(const std::vector<KnownClose>& stored, const std::vector<CloseVersion>& arrived) {
  return std::ranges::any_of(stored, [&](const KnownClose& known) {
    return known.version.is_waiting || std::ranges::any_of(arrived, [&](const CloseVersion& version) { return replaces(version, known.version) || replaces(known.version, version); });
  });
}

Result<void> read_document(sql::Connection& connection, KnownClose& close) {
  EventReader events(connection);
  TS_ASSIGN_OR_RETURN(const auto summary, events.summary(close.version.event_no));
  TS_ASSIGN_OR_RETURN(close.document, events.document(close.version.event_no));
  if (!summary || !close.document || !std::holds_alternative<TillClose>(close.document->body))
    return fail(ErrorCode::kCorrupt, "post close " + std::to_string(close.version.event_no), "its event is not in the log", "verify the database and restore a backup");
  close.event_id = summary->event_id;
  close.correlation_id = summary->correlation_id;
  return {};
}

}  // namespace

Result<CloseBook> load_closes(sql::Connection& connection, const MicroBatch& batch) {
  std::map<CloseDay, std::vector<CloseVersion>> arrived;
  for (const IncomingDocument& incoming : batch.documents) {
    if (incoming.verdict != Verdict::kNew || !incoming.effective || !incoming.document) continue;
    const auto* close = std::get_if<TillClose>(&incoming.document->body);
    const Header& header = incoming.document->header;
    if (close != nullptr && header.business_date)
      arrived[{incoming.location, header.till, *header.business_date}].push_back(version_of(incoming.event_no, header, *close));
  }
  CloseBook book;
  for (const auto& [day, versions] : arrived) {
    std::vector<KnownClose> stored;
    TS_RETURN_IF_ERROR(connection.query(kSelectCloses, {day.location.view(), day.till.view(), std::int64_t{day.business_date.days}}, [&stored](const sql::Row& row) {
      KnownClose& close = stored.emplace_back();
      close.version = {row.integer(0), DocumentNo(std::string(row.text(1))), std::string(row.text(2)), std::string(row.text(3)), row.integer(4), row.integer(5) != 0};
    }));
    const bool is_read = are_related(stored, versions);
    for (KnownClose& close : stored) {
      if (is_read) TS_RETURN_IF_ERROR(read_document(connection, close));
      book.put(day, std::move(close));
    }
  }
  return book;
}

Result<void> write_closes(sql::Connection& connection, const CloseBook& book) {
  std::vector<Param> params;
  for (const auto& [day, closes] : book.days()) {
    for (const KnownClose& close : closes) {
      const CloseVersion& version = close.version;
      if (!close.is_changed) continue;
      params.insert(params.end(), {day.location.view(), day.till.view(), std::int64_t{day.business_date.days}, version.event_no, version.document_no.view(), std::string_view(version.z_no),
                                   std::string_view(version.supersedes), version.revision, std::int64_t{version.is_waiting ? 1 : 0}});
    }
  }
  static const BulkInsert put(kPutClose, kCloseWidth);
  return put.run(connection, params);
}

}  // namespace tillsync::hub
