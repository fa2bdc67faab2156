#include "hub/postings/posting_bulk_store.h"

#include <algorithm>
#include <functional>
#include <set>

#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kNextBehind = "SELECT min(posting_no) FROM posting WHERE posting_no > $1";
constexpr std::string_view kNewest = "SELECT coalesce(max(posting_no), 0) FROM posting";
// The sums are kept by business date, so that days are counted without looking at a single posting.
constexpr std::string_view kCountOfDates =
    "SELECT location, currency, sum(postings), sum(gross_minor) FROM posting_total WHERE status = 'posted' AND business_date BETWEEN $1 AND $2"
    " AND ($3 = '' OR location = $3) AND ($4 = '' OR kind = $4) AND postings <> 0 GROUP BY location, currency";
const std::string kWhere =
    " WHERE status = 'posted' AND posting_no > $1 AND posting_no <= $2 AND ($3 IS NULL OR business_date BETWEEN $3 AND $4)"
    " AND summed_no IS NULL AND ($5 IS NULL OR created_at >= $5) AND ($6 IS NULL OR created_at < $6) AND ($7 = '' OR location = $7) AND ($8 = '' OR kind = $8)";
const std::string kCount = "SELECT count(*) FROM posting" + kWhere;
const std::string kSelect = "SELECT posting_no, posting_id, location FROM posting" + kWhere + " ORDER BY posting_no LIMIT $9";

std::vector<Param> params_of(const ReplayRange& range, std::int64_t after, std::int64_t upto) {
  const auto date = [](std::optional<Date> value) { return value ? Param(std::int64_t{value->days}) : Param(nullptr); };
  const auto instant = [](std::optional<Instant> value) { return value ? Param(value->micros) : Param(nullptr); };
  return {after, upto, date(range.first_date), date(range.last_date), instant(range.from), instant(range.to), std::string_view(range.location),
          std::string_view(range.kind)};
}

}  // namespace

Result<std::int64_t> newest_posting_no(sql::Connection& connection) {
  std::int64_t newest_no = 0;
  TS_RETURN_IF_ERROR(connection.query(kNewest, {}, [&newest_no](const Row& row) { newest_no = row.integer(0); }));
  return newest_no;
}

Result<ReplaySize> size_of_replay(sql::Connection& connection, const ReplayRange& range, std::size_t sample) {
  ReplaySize size;
  TS_ASSIGN_OR_RETURN(const std::int64_t newest_no, newest_posting_no(connection));
  std::vector<Param> params = params_of(range, 0, newest_no);
  if (range.first_date && range.last_date && !range.from && !range.to) {
    std::set<std::string, std::less<>> locations;
    TS_RETURN_IF_ERROR(connection.query(kCountOfDates,
                                        {std::int64_t{range.first_date->days}, std::int64_t{range.last_date->days}, std::string_view(range.location),
                                         std::string_view(range.kind)},
                                        [&](const Row& row) {
                                          locations.emplace(row.text(0));
                                          size.gross[std::string(row.text(1))] += row.integer(3);
                                          size.postings += row.integer(2);
                                        }));
    size.locations = static_cast<std::int64_t>(locations.size());
  } else {
    TS_RETURN_IF_ERROR(connection.query(kCount, params, [&size](const Row& row) { size.postings = row.integer(0); }));
  }
  if (size.postings == 0 || sample == 0) return size;
  params.emplace_back(static_cast<std::int64_t>(sample));
  TS_RETURN_IF_ERROR(connection.query(kSelect, params, [&size](const Row& row) { size.first_ids.emplace_back(row.text(1)); }));
  return size;
}

Result<ReplayChunk> replay_chunk(sql::Connection& connection, const ReplayRange& range, std::int64_t after, std::int64_t upto, std::string_view who,
                                 std::string_view reason, Instant now) {
  const std::int64_t end = std::min(upto, after + kReplayScanNumbers);
  std::vector<Param> params = params_of(range, after, end);
  params.emplace_back(static_cast<std::int64_t>(kReplayChunk));
  ReplayChunk chunk;
  TS_RETURN_IF_ERROR(connection.query(kSelect, params, [&chunk](const Row& row) {
    chunk.replayed.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2))});
  }));
  const std::string detail = "replay: " + std::string(reason);
  for (const ReplayedPosting& posting : chunk.replayed) TS_RETURN_IF_ERROR(queue_posting(connection, posting.posting_no, who, detail, now));
  chunk.cursor = chunk.replayed.size() == kReplayChunk ? chunk.replayed.back().posting_no : end;
  if (chunk.replayed.empty()) {
    // The numbers of summed postings begin far behind those of documents.
    TS_RETURN_IF_ERROR(connection.query(kNextBehind, {end}, [&](const Row& row) { chunk.cursor = row.is_null(0) ? upto : std::max(end, row.integer(0) - 1); }));
  }
  chunk.is_last = chunk.cursor >= upto;
  return chunk;
}

}  // namespace tillsync::hub
