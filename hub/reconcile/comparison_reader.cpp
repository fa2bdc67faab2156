#include "hub/reconcile/comparison_reader.h"

#include <algorithm>
#include <map>
#include <set>

#include "hub/intake/event_reader.h"
#include "hub/reconcile/day_reader.h"

namespace tillsync::hub {
namespace {

using sql::Row;

// A document's posting bears twice its number; that of a void that waited for its original stands behind the original.
constexpr std::string_view kSelectPosting =
    "SELECT status, posting_id, last_error, body FROM posting WHERE posting_no = 2 * $1"
    " UNION ALL SELECT status, posting_id, last_error, body FROM posting WHERE event_no = $1 AND posting_no <> 2 * event_no";

struct PostingOf {
  PostingStatus status = PostingStatus::kHeld;
  std::string posting_id, last_error;
  Posting posting;
};

Result<PostingOf> read_posting(const Row& row) {
  PostingOf found;
  found.status = posting_status(row.text(0)).value_or(PostingStatus::kHeld);
  found.posting_id = row.text(1);
  found.last_error = row.text(2);
  TS_ASSIGN_OR_RETURN(found.posting, decode_posting(row.blob(3)));
  return found;
}

Result<std::optional<PostingOf>> posting_of_event(sql::Connection& connection, std::int64_t event_no) {
  std::optional<PostingOf> found;
  Result<void> failed;
  TS_RETURN_IF_ERROR(connection.query(kSelectPosting, {event_no}, [&](const Row& row) {
    auto one = read_posting(row);
    if (one) found = std::move(*one);
    else failed = std::unexpected(std::move(one).error());
  }));
  TS_RETURN_IF_ERROR(failed);
  return found;
}

bool has_money(std::string_view contract) { return contract == "sale" || contract == "return"; }

std::string figure(std::int64_t value, const std::string& currency) { return currency.empty() ? std::to_string(value) : format_amount({value}, currency); }

class DifferenceFinder {
 public:
  DifferenceFinder(sql::Connection& connection, const DayKey& day, std::map<std::int64_t, TillVerdict> by_close)
      : connection_(connection), events_(connection), day_(day), by_close_(std::move(by_close)) {}

  /// Of one event; none when all sides agree.
  Result<void> look_at(std::int64_t event_no, std::vector<DocumentDifference>& found) {
    TS_ASSIGN_OR_RETURN(const auto summary, events_.summary(event_no));
    if (!summary || summary->is_opaque) return {};
    if (summary->contract == "till-close") return look_at_close(*summary, found);
    const bool is_void = summary->contract == "void";
    if (!is_void && !has_money(summary->contract) && summary->contract != "stock-movement") return {};
    TS_ASSIGN_OR_RETURN(const auto posting, posting_of_event(connection_, event_no));
    DocumentDifference difference = about(*summary, posting);
    if (!posting) {
      // A movement of nothing has no posting; training counts nowhere.
      if (summary->mode != "live" || (!is_void && !has_money(summary->contract))) return {};
      difference.kind = is_void ? DifferenceKind::kVoidWithoutEffect : DifferenceKind::kNoPosting;
      difference.detail = is_void ? "its original did not come, or was taken back before" : "it was not acted on: see its exceptions";
    } else if (posting->status != PostingStatus::kPosted) {
      difference.kind = DifferenceKind::kNotAcknowledged;
      difference.detail = posting->last_error;
    } else if (posting->posting.posting_date && posting->posting.posting_date != day_.business_date) {
      difference.kind = DifferenceKind::kDatedElsewhere;
      difference.detail = "posted with date " + format_date(*posting->posting.posting_date);
    } else if (is_void) {
      difference.kind = DifferenceKind::kVoid;
    } else {
      return {};
    }
    found.push_back(std::move(difference));
    return {};
  }

 private:
  DocumentDifference about(const EventSummary& summary, const std::optional<PostingOf>& posting) const {
    DocumentDifference difference;
    difference.event_no = summary.event_no;
    difference.event_id = summary.event_id;
    difference.location = summary.location;
    difference.till = summary.till;
    difference.contract = summary.contract;
    difference.document_no = summary.document_no;
    if (!posting) return difference;
    difference.currency = posting->posting.currency.code;
    if (!difference.currency.empty()) difference.gross = posting->posting.gross.minor;
    difference.posting_id = posting->posting_id;
    difference.status = posting->status;
    return difference;
  }

  Result<void> look_at_close(const EventSummary& summary, std::vector<DocumentDifference>& found) {
    const auto verdict = by_close_.find(summary.event_no);
    if (verdict == by_close_.end()) return {};
    for (const CloseDifference& one : verdict->second.differences) {
      DocumentDifference difference = about(summary, std::nullopt);
      difference.kind = DifferenceKind::kCloseDiffers;
      difference.currency = one.currency;
      difference.detail = one.what + ": closes " + figure(one.pos, one.currency) + ", documents " + figure(one.hub, one.currency);
      found.push_back(std::move(difference));
    }
    return {};
  }

  sql::Connection& connection_;
  EventReader events_;
  DayKey day_;
  std::map<std::int64_t, TillVerdict> by_close_;  // by the last close of a till
};

}  // namespace

std::string_view to_string(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::kNoPosting: return "no_posting";
    case DifferenceKind::kNotAcknowledged: return "not_acknowledged";
    case DifferenceKind::kDatedElsewhere: return "dated_elsewhere";
    case DifferenceKind::kVoid: return "void";
    case DifferenceKind::kVoidWithoutEffect: return "void_without_effect";
    case DifferenceKind::kCloseDiffers: return "close_differs";
  }
  return "no_posting";
}

Result<std::optional<DayComparison>> read_comparison(sql::Connection& connection, const DayKey& day, std::size_t& budget) {
  DayReader reader(connection);
  TS_ASSIGN_OR_RETURN(const auto event_nos, reader.event_nos(day));
  if (event_nos.size() > budget) {
    budget = 0;
    return std::nullopt;
  }
  budget -= event_nos.size();
  TS_ASSIGN_OR_RETURN(const auto tills, reader.tills(day));
  DayComparison comparison;
  comparison.said = said_by_closes(tills);
  comparison.sides.hub = hub_side(tills);
  if (std::ranges::any_of(tills, [](const auto& entry) { return !entry.second.closes.empty(); })) comparison.sides.pos = pos_side(tills);
  for (const std::int64_t event_no : event_nos) {
    TS_ASSIGN_OR_RETURN(const auto posting, posting_of_event(connection, event_no));
    if (posting && posting->status == PostingStatus::kPosted) add_posting(comparison.sides.erp, posting->posting);
  }
  return comparison;
}

Result<DifferencePage> read_differences(sql::Connection& connection, const DayKey& day, std::int64_t after, std::size_t limit) {
  DayReader reader(connection);
  TS_ASSIGN_OR_RETURN(const auto event_nos, reader.event_nos(day));
  TS_ASSIGN_OR_RETURN(const auto tills, reader.tills(day));
  std::map<std::int64_t, TillVerdict> by_close;
  for (const auto& [till, facts] : tills)
    if (!facts.closes.empty()) by_close.emplace(facts.closes.back().event_no, judge_till(facts));
  DifferenceFinder finder(connection, day, std::move(by_close));
  DifferencePage page;
  for (auto at = std::ranges::upper_bound(event_nos, after); at != event_nos.end(); ++at) {
    if (page.differences.size() >= limit) {
      page.next = *std::prev(at);
      break;
    }
    TS_RETURN_IF_ERROR(finder.look_at(*at, page.differences));
  }
  return page;
}

}  // namespace tillsync::hub
