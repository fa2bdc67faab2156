#include "hub/api/operation_request.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "hub/api/api_call.h"
#include "hub/api/bulk_request.h"
#include "hub/api/exception_query.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<OperationKind, std::string_view>, 5> kKinds = {{{OperationKind::kRetry, "retry"},
                                                                              {OperationKind::kDismiss, "dismiss"},
                                                                              {OperationKind::kAssign, "assign"},
                                                                              {OperationKind::kSkip, "skip"},
                                                                              {OperationKind::kReplay, "replay"}}};
constexpr std::array<std::string_view, 7> kFilters = {"code", "cause", "location", "owner", "assignee", "overdue", "q"};
constexpr std::array<std::string_view, 4> kRangeMembers = {"from", "to", "location", "kind"};
constexpr std::string_view kExceptionPrefix = "x_";
constexpr std::size_t kIdBytesMax = 200;

class OperationReader {
 public:
  OperationReader(json body, Instant now) : body_(std::move(body)), now_(now) {}

  std::expected<OperationRequest, Problem> read() {
    read_kind();
    request_.reason = text(body_, "reason", "");
    if (request_.kind != OperationKind::kAssign && request_.kind != OperationKind::kRetry && request_.reason.empty())
      refuse("missing_field", "many at once are never changed without a word of why: send \"reason\"", "/reason");
    read_arguments();
    read_start();
    request_.is_dry_run = flag("dry_run");
    read_selection();
    if (fault_) return std::unexpected(std::move(*fault_));
    return std::move(request_);
  }

 private:
  void refuse(std::string_view code, std::string detail, std::string pointer) {
    if (!fault_) fault_ = make_problem(code, std::move(detail), std::move(pointer));
  }

  std::string text(const json& object, std::string_view member, const std::string& under) {
    const auto found = object.find(member);
    if (found == object.end() || found->is_null()) return {};
    const std::string pointer = under + "/" + std::string(member);
    if (!found->is_string()) {
      refuse("wrong_type", "\"" + std::string(member) + "\" must be a text", pointer);
      return {};
    }
    if (found->get_ref<const std::string&>().size() > kReasonBytesMax)
      refuse("text_too_long", "\"" + std::string(member) + "\" has " + std::to_string(kReasonBytesMax) + " bytes at most", pointer);
    return found->get<std::string>();
  }

  bool flag(const char* member) {
    const auto found = body_.find(member);
    if (found == body_.end() || found->is_null()) return false;
    if (!found->is_boolean()) refuse("wrong_type", std::string("\"") + member + "\" must be true or false", std::string("/") + member);
    return found->is_boolean() && found->get<bool>();
  }

  void read_kind() {
    const std::string kind = text(body_, "kind", "");
    const auto known = std::ranges::find(kKinds, kind, &std::pair<OperationKind, std::string_view>::second);
    if (known == kKinds.end()) return refuse("unknown_value", "kind must be retry, dismiss, assign, skip or replay", "/kind");
    request_.kind = known->first;
  }

  void read_arguments() {
    const auto found = body_.find("arguments");
    const json arguments = found == body_.end() || found->is_null() ? json::object() : *found;
    if (!arguments.is_object()) return refuse("wrong_type", "\"arguments\" must be an object", "/arguments");
    if (request_.kind != OperationKind::kAssign) return;
    request_.assignee = text(arguments, "assignee", "/arguments");
    if (request_.assignee.empty()) refuse("missing_field", "say to whom, in \"assignee\"", "/arguments/assignee");
  }

  void read_start() {
    const auto found = body_.find("start_in_s");
    if (found == body_.end() || found->is_null()) return;
    const std::int64_t wanted = found->is_number_integer() ? found->get<std::int64_t>() : -1;
    if (wanted < 0 || wanted > kOperationStartDelayMax)
      return refuse("unknown_value", "start_in_s is a whole number of seconds from 0 to " + std::to_string(kOperationStartDelayMax), "/start_in_s");
    request_.start_in_s = wanted;
  }

  void read_selection() {
    const auto found = body_.find("selection");
    if (found == body_.end() || !found->is_object() || found->empty())
      return refuse("missing_field", "say which ones, in \"selection\": without one nothing is done", "/selection");
    if (found->contains("ids")) return read_ids(*found);
    if (request_.kind == OperationKind::kReplay) return read_range(*found);
    read_filter(*found);
  }

  void refuse_unknown(const json& selection, std::span<const std::string_view> known) {
    for (const auto& [member, value] : selection.items())
      if (std::ranges::find(known, member) == known.end()) refuse("unknown_value", "a selection has no member \"" + member + "\"", "/selection/" + member);
  }

  void read_ids(const json& selection) {
    if (selection.size() != 1) return refuse("unknown_value", "give ids or filters, not both", "/selection");
    const json& ids = selection.at("ids");
    if (!ids.is_array() || ids.empty() || ids.size() > kOperationIdsMax)
      return refuse("unknown_value", "ids is a list of 1 to " + std::to_string(kOperationIdsMax) + " ids", "/selection/ids");
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const bool is_id = ids[i].is_string() && !ids[i].get_ref<const std::string&>().empty() && ids[i].get_ref<const std::string&>().size() <= kIdBytesMax;
      if (!is_id) return refuse("wrong_type", "an id is a text of 1 to " + std::to_string(kIdBytesMax) + " bytes", "/selection/ids/" + std::to_string(i));
      request_.ids.push_back(ids[i].get<std::string>());
    }
    const bool is_of_exceptions = request_.ids.front().starts_with(kExceptionPrefix);
    if (!std::ranges::all_of(request_.ids, [&](const std::string& id) { return id.starts_with(kExceptionPrefix) == is_of_exceptions; }))
      return refuse("unknown_value", "give ids of exceptions or of postings, not both", "/selection/ids");
    const bool wants_exceptions = request_.kind == OperationKind::kDismiss || request_.kind == OperationKind::kAssign;
    if (wants_exceptions && !is_of_exceptions) return refuse("unknown_value", "give ids of exceptions: postings are neither dismissed nor assigned", "/selection/ids");
    if (request_.kind == OperationKind::kReplay && is_of_exceptions)
      return refuse("unknown_value", "give ids of postings: an exception's posting was not posted, and is retried", "/selection/ids");
    request_.rows = is_of_exceptions ? SelectedRows::kExceptions : SelectedRows::kPostings;
  }

  void read_range(const json& selection) {
    refuse_unknown(selection, kRangeMembers);
    request_.rows = SelectedRows::kRange;
    const std::string from = text(selection, "from", "/selection"), to = text(selection, "to", "/selection");
    const std::string location = text(selection, "location", "/selection"), kind = text(selection, "kind", "/selection");
    if (from.empty() || to.empty()) return refuse("missing_field", "give from and to: two business dates or two instants", "/selection");
    auto range = replay_range(from, to, location, kind, "/selection");
    if (!range) return refuse(range.error().code, range.error().detail, range.error().pointer);
    request_.range = std::move(*range);
  }

  void read_filter(const json& selection) {
    refuse_unknown(selection, kFilters);
    bool has_one = false;
    std::string overdue;
    for (const std::string_view member : kFilters) {
      const auto found = selection.find(member);
      if (found == selection.end() || found->is_null()) continue;
      if (member == "overdue" && found->is_boolean()) overdue = found->get<bool>() ? "true" : "";
      else if (!text(selection, member, "/selection").empty()) has_one = true;
    }
    has_one = has_one || !overdue.empty();
    if (!has_one) return refuse("missing_field", "give at least one of code, cause, location, owner, assignee, overdue, q", "/selection");
    auto filter = read_exception_filter(
        [&](std::string_view name) -> std::string {
          if (name == "status") return "";
          if (name == "overdue" && !overdue.empty()) return overdue;
          const auto found = selection.find(name);
          return found != selection.end() && found->is_string() ? found->get<std::string>() : "";
        },
        now_);
    if (!filter) return refuse("unknown_value", filter.error().detail, "/selection");
    request_.filter = std::move(*filter);
  }

  json body_;
  Instant now_;
  OperationRequest request_;
  std::optional<Problem> fault_;
};

}  // namespace

std::string_view to_string(OperationKind kind) {
  for (const auto& [value, name] : kKinds)
    if (value == kind) return name;
  return "retry";
}

std::string_view to_string(SelectedRows rows) {
  switch (rows) {
    case SelectedRows::kExceptions: return "exceptions";
    case SelectedRows::kPostings: return "postings";
    case SelectedRows::kRange: return "range";
  }
  return "exceptions";
}

std::expected<OperationRequest, Problem> read_operation(std::string_view body, Instant now) {
  json tree = json::parse(body.empty() ? std::string_view("{}") : body, nullptr, false);
  if (!tree.is_object()) return std::unexpected(make_problem("wrong_type", R"(send a JSON object like {"kind":"retry","selection":{"code":"…","cause":"…"}})"));
  return OperationReader(std::move(tree), now).read();
}

}  // namespace tillsync::hub
