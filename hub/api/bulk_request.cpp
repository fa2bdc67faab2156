#include "hub/api/bulk_request.h"

#include <algorithm>

#include "hub/postings/correction.h"

namespace tillsync::hub {
namespace {

/// Lines hold amounts of one posting, and a date or a name is the same for all.
std::optional<Problem> unfit_for_many(const Value& tree) {
  for (const char* member : {"journal", "added_lines"})
    if (tree.find(member) != nullptr) return make_problem("unknown_value", "amounts are those of one posting: correct each by itself", std::string("/correction/") + member);
  const auto correction = parse_correction(tree, "", "/correction");
  if (!correction) return correction.error();
  return std::nullopt;
}

bool is_date(const std::string& text) { return text.size() == std::string_view("2010-12-01").size(); }

}  // namespace

std::expected<CauseBulk, Problem> read_cause_bulk(ActionBody& body, const std::string& who) {
  const auto verb = case_verb(body.needed_text("action"));
  if (!verb && !body.fault()) return std::unexpected(make_problem("unknown_value", "action must be retry, correct, dismiss, skip or assign", "/action"));
  CauseBulk bulk;
  bulk.scope.code = body.needed_text("code");
  bulk.scope.cause_key = body.needed_text("cause");
  bulk.scope.location = body.text("location");
  bulk.request = read_case_request(body, verb.value_or(CaseVerb::kRetry), who);
  // Many at once are never changed without a word of why.
  if (bulk.request.verb != CaseVerb::kAssign) bulk.request.reason = body.needed_text("reason");
  if (body.fault()) return std::unexpected(*body.fault());
  if (bulk.request.verb == CaseVerb::kCorrect)
    if (auto problem = unfit_for_many(*bulk.request.correction)) return std::unexpected(std::move(*problem));
  return bulk;
}

std::expected<ReplayRange, Problem> replay_range(const std::string& from, const std::string& to, const std::string& location, const std::string& kind,
                                                 const std::string& under) {
  ReplayRange range;
  range.location = location;
  range.kind = kind;
  static constexpr std::string_view kKinds[] = {"", "sale", "return", "stock", "void", "till_close", "till_event", "summed"};
  if (std::ranges::find(kKinds, range.kind) == std::end(kKinds))
    return std::unexpected(make_problem("unknown_value", "kind must be sale, return, stock, void, till_close, till_event or summed", under + "/kind"));
  if (is_date(from) != is_date(to)) return std::unexpected(make_problem("wrong_type", "give two business dates or two instants", under + "/to"));
  if (is_date(from)) {
    const auto first = parse_date(from), last = parse_date(to);
    if (!first) return std::unexpected(make_problem("wrong_type", first.error().detail, under + "/from"));
    if (!last) return std::unexpected(make_problem("wrong_type", last.error().detail, under + "/to"));
    if (*last < *first) return std::unexpected(make_problem("unknown_value", "the last date is before the first", under + "/to"));
    range.first_date = *first;
    range.last_date = *last;
    return range;
  }
  const auto begin = parse_instant(from), end = parse_instant(to);
  if (!begin) return std::unexpected(make_problem("wrong_type", begin.error().detail, under + "/from"));
  if (!end) return std::unexpected(make_problem("wrong_type", end.error().detail, under + "/to"));
  if (*end <= *begin) return std::unexpected(make_problem("unknown_value", "the range ends before it begins", under + "/to"));
  range.from = *begin;
  range.to = *end;
  return range;
}

std::expected<ReplayBulk, Problem> read_replay_bulk(ActionBody& body, const std::string& who) {
  const std::string from = body.needed_text("from"), to = body.needed_text("to"), location = body.text("location"), kind = body.text("kind");
  if (body.fault()) return std::unexpected(*body.fault());
  auto range = replay_range(from, to, location, kind);
  if (!range) return std::unexpected(range.error());
  ReplayBulk bulk{std::move(*range), who, body.needed_text("reason")};
  if (body.fault()) return std::unexpected(*body.fault());
  return bulk;
}

}  // namespace tillsync::hub
