#include "hub/insight/search_reader.h"

#include <algorithm>

#include "common/contract/document.h"
#include "common/contract/masterdata.h"
#include "hub/exceptions/catalogue.h"
#include "hub/insight/trace.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/postings/posting_map.h"
#include "hub/intake/event_reader.h"

namespace tillsync::hub {
namespace {

using sql::Row;

// A range that begins with the text; the constant conditions let the partial indexes be used.
constexpr std::string_view kSelectDocuments =
    "SELECT contract, document_no, till, location, received_at, correlation_id, event_id, event_no, mode FROM event WHERE verdict = 'new' AND document_no >= $1 AND document_no < $2"
    " ORDER BY document_no LIMIT $3";
constexpr std::string_view kSelectCorrelated =
    "SELECT contract, document_no, till, location, received_at, correlation_id, event_id, event_no, mode FROM event WHERE correlation_id <> '' AND correlation_id = $1"
    " ORDER BY event_no LIMIT $2";
constexpr std::string_view kSelectPostingOfEvent = "SELECT status FROM posting WHERE posting_no = 2 * $1";
constexpr std::string_view kSelectOrders =
    "SELECT order_no, reservation_id, state, created_at FROM reservation WHERE order_no <> '' AND order_no >= $1 AND order_no < $2 ORDER BY order_no LIMIT $3";
constexpr std::string_view kSelectReservations =
    "SELECT order_no, reservation_id, state, created_at FROM reservation WHERE reservation_id >= $1 AND reservation_id < $2 ORDER BY reservation_id LIMIT $3";
constexpr std::string_view kSelectSkus = "SELECT sku, active, changed_at FROM product WHERE sku >= $1 AND sku < $2 ORDER BY sku LIMIT $3";
constexpr std::string_view kSelectGtins = "SELECT gtin, sku FROM product_gtin WHERE gtin >= $1 AND gtin < $2 ORDER BY gtin LIMIT $3";
constexpr std::string_view kSelectLocations = "SELECT location, status, changed_at, coalesce(json_extract(document, '$.name'), '') FROM location LIMIT $1";
constexpr std::string_view kSelectPosting = "SELECT posting_id, kind, location, status, updated_at FROM posting WHERE posting_no = $1";
constexpr std::string_view kSelectReferences =
    "SELECT erp_reference, posting_id, status, updated_at, kind FROM posting WHERE erp_reference <> '' AND erp_reference >= $1 AND erp_reference < $2 ORDER BY erp_reference LIMIT $3";
constexpr std::string_view kSelectCases =
    "SELECT exception_id, code, location, status, raised_at, exception_no FROM exception_case WHERE exception_id >= $1 AND exception_id < $2 ORDER BY exception_id LIMIT $3";
constexpr std::string_view kSelectCaseNo = "SELECT exception_id, code, location, status, raised_at, exception_no FROM exception_case WHERE exception_no = $1";
constexpr std::int64_t kEach = static_cast<std::int64_t>(kSearchHitsMax);
constexpr std::size_t kIdPrefixMin = 3;  // "x_", "r_" alone would be the beginning of everything

std::string folded(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// What a path of the console may hold as it stands; all else in percent.
std::string in_path(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain) encoded += c;
    else encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

}  // namespace

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xFF) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

Result<void> SearchReader::documents(std::string_view text, std::vector<SearchHit>& hits) {
  std::vector<std::int64_t> event_nos;
  const std::size_t first = hits.size();
  const auto take = [&](const Row& row) {
    const std::string event_id = event_id_text(EventId::from_view(row.blob(6)).value_or(EventId{}));
    const std::string correlation(row.text(5).empty() ? std::string_view(event_id) : row.text(5));
    event_nos.push_back(row.integer(7));
    hits.push_back({"document", event_id, document_title(row.text(0), row.text(1), row.text(2)) + ", " + std::string(row.text(3)), row.text(8) == "training" ? "training" : "at_hub",
                    Instant{row.integer(4)}, "/trace/" + in_path(correlation)});
  };
  TS_RETURN_IF_ERROR(connection_.query(kSelectDocuments, {text, std::string_view(prefix_end(text)), kEach}, take));
  TS_RETURN_IF_ERROR(connection_.query(kSelectCorrelated, {text, kEach}, take));
  for (std::size_t i = 0; i < event_nos.size(); ++i)
    TS_RETURN_IF_ERROR(connection_.query(kSelectPostingOfEvent, {event_nos[i]}, [&hit = hits[first + i]](const Row& row) {
      if (hit.state != "training") hit.state = row.text(0) == "posted" ? "posted" : row.text(0) == "refused" || row.text(0) == "held" ? "exception" : row.text(0) == "skipped" ? "at_hub" : "posting";
    }));
  return {};
}

Result<void> SearchReader::masterdata(std::string_view text, std::vector<SearchHit>& hits) {
  const std::string end = prefix_end(text);
  MasterdataReader reader(connection_);
  const std::size_t first = hits.size();
  TS_RETURN_IF_ERROR(connection_.query(kSelectSkus, {text, std::string_view(end), kEach}, [&](const Row& row) {
    hits.push_back({"sku", std::string(row.text(0)), std::string(row.text(0)), row.integer(1) != 0 ? "active" : "inactive", Instant{row.integer(2)}, "/stock?sku=" + in_path(row.text(0))});
  }));
  for (std::size_t i = first; i < hits.size(); ++i) {
    TS_ASSIGN_OR_RETURN(const auto product, reader.product(Sku(hits[i].id)));
    if (product) hits[i].title = hits[i].id + " " + product->description.value;
  }
  TS_RETURN_IF_ERROR(connection_.query(kSelectGtins, {text, std::string_view(end), kEach}, [&](const Row& row) {
    hits.push_back({"gtin", std::string(row.text(0)), std::string(row.text(0)) + ", SKU " + std::string(row.text(1)), "", {}, "/stock?sku=" + in_path(row.text(1))});
  }));
  const std::string wanted = folded(text);
  std::size_t found = 0;
  return connection_.query(kSelectLocations, {static_cast<std::int64_t>(kSearchLocationsMax)}, [&](const Row& row) {
    if (found >= kSearchHitsMax || (!folded(row.text(0)).starts_with(wanted) && !folded(row.text(3)).starts_with(wanted))) return;
    ++found;
    hits.push_back({"location", std::string(row.text(0)), std::string(row.text(0)) + " " + std::string(row.text(3)), std::string(row.text(1)), Instant{row.integer(2)},
                    "/fleet?q=" + in_path(row.text(0))});
  });
}

Result<void> SearchReader::postings(std::string_view text, std::vector<SearchHit>& hits) {
  const auto event_id = event_id_of_posting(text);
  if (event_id) {
    TS_ASSIGN_OR_RETURN(const auto event_no, EventReader(connection_).event_no_of(*event_id));
    if (event_no)
      TS_RETURN_IF_ERROR(connection_.query(kSelectPosting, {2 * *event_no}, [&hits](const Row& row) {
        hits.push_back({"posting", std::string(row.text(0)), "Posting of a " + std::string(row.text(1)) + ", " + std::string(row.text(2)), std::string(row.text(3)), Instant{row.integer(4)},
                        "/postings/" + in_path(row.text(0))});
      }));
  }
  return connection_.query(kSelectReferences, {text, std::string_view(prefix_end(text)), kEach}, [&hits](const Row& row) {
    hits.push_back({"erp_reference", std::string(row.text(0)), std::string(row.text(0)) + ", posting of a " + std::string(row.text(4)), std::string(row.text(2)), Instant{row.integer(3)},
                    "/postings/" + in_path(row.text(1))});
  });
}

Result<void> SearchReader::cases(std::string_view text, std::vector<SearchHit>& hits) {
  const std::string end = prefix_end(text);
  const auto take_case = [&hits](const Row& row) {
    hits.push_back({"exception", std::string(row.text(0)), std::string(catalogue_entry(row.text(1)).title) + (row.text(2).empty() ? "" : ", " + std::string(row.text(2))), std::string(row.text(3)),
                    Instant{row.integer(4)}, "/exceptions/" + in_path(row.text(0))});
  };
  if (text.size() >= kIdPrefixMin && text.starts_with("x_")) TS_RETURN_IF_ERROR(connection_.query(kSelectCases, {text, std::string_view(end), kEach}, take_case));
  if (text.starts_with('#') && text.size() <= 18 && std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; }) && text.size() > 1)
    TS_RETURN_IF_ERROR(connection_.query(kSelectCaseNo, {std::stoll(std::string(text.substr(1)))}, take_case));
  TS_RETURN_IF_ERROR(connection_.query(kSelectOrders, {text, std::string_view(end), kEach}, [&hits](const Row& row) {
    hits.push_back({"order", std::string(row.text(0)), "Order " + std::string(row.text(0)), std::string(row.text(2)), Instant{row.integer(3)}, "/trace/" + in_path(row.text(1))});
  }));
  if (text.size() < kIdPrefixMin) return {};
  return connection_.query(kSelectReservations, {text, std::string_view(end), kEach}, [&hits](const Row& row) {
    const std::string order(row.text(0));
    hits.push_back({"reservation", std::string(row.text(1)), order.empty() ? "Reservation" : "Reservation of order " + order, std::string(row.text(2)), Instant{row.integer(3)},
                    "/trace/" + in_path(row.text(1))});
  });
}

Result<std::vector<SearchHit>> SearchReader::search(std::string_view text, const std::vector<AgentWithStatus>& agents, std::size_t limit, Instant now) {
  if (text.empty() || text.size() > kSearchTextBytesMax)
    return fail(ErrorCode::kInvalid, "search", "q must be a text of 1 to " + std::to_string(kSearchTextBytesMax) + " bytes");
  if (limit == 0 || limit > kSearchHitsMax) return fail(ErrorCode::kInvalid, "search", "limit must be 1 to " + std::to_string(kSearchHitsMax));
  std::vector<SearchHit> hits;
  TS_RETURN_IF_ERROR(documents(text, hits));
  TS_RETURN_IF_ERROR(cases(text, hits));
  TS_RETURN_IF_ERROR(postings(text, hits));
  TS_RETURN_IF_ERROR(masterdata(text, hits));
  const std::string wanted = folded(text);
  std::size_t found = 0;
  for (const AgentWithStatus& row : agents) {
    const AgentRecord& agent = row.agent;
    if (found >= kSearchHitsMax) break;
    if (!agent.agent_id.value.starts_with(text) && !folded(agent.name).starts_with(wanted) && !folded(row.status.host).starts_with(wanted)) continue;
    ++found;
    hits.push_back({"agent", agent.agent_id.value, agent.name + ", " + agent.location.value, std::string(to_string(agent_state(agent.standing, row.status, now))), row.status.last_seen,
                    "/fleet/" + in_path(agent.agent_id.value)});
  }
  // One look-up may find what another has found (a correlation id that is a document's number); exact ids come first, then each kind has its turn, so that none fills
  // the list.
  std::vector<SearchHit> ranked;
  const auto add = [&ranked, limit](const SearchHit& hit) {
    if (ranked.size() < limit && std::ranges::none_of(ranked, [&hit](const SearchHit& known) { return known.kind == hit.kind && known.id == hit.id; })) ranked.push_back(hit);
  };
  for (const SearchHit& hit : hits)
    if (hit.id == text) add(hit);
  std::vector<std::pair<std::size_t, std::size_t>> turns;  // (how many of its kind came before, place)
  for (std::size_t i = 0; i < hits.size(); ++i)
    turns.emplace_back(std::ranges::count(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(i), hits[i].kind, &SearchHit::kind), i);
  std::ranges::sort(turns);
  for (const auto& [turn, place] : turns) add(hits[place]);
  return ranked;
}

}  // namespace tillsync::hub
