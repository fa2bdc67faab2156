#include "hub/api/action_body.h"

#include "common/contract/codec.h"
#include "hub/api/api_call.h"

namespace tillsync::hub {

std::expected<ActionBody, Problem> ActionBody::parse(std::string_view body) {
  auto tree = parse_tree(body.empty() ? std::string_view("{}") : body, Syntax::kJson);
  if (!tree) return std::unexpected(std::move(tree.error()));
  if (!std::holds_alternative<ValueObject>(tree->data)) return std::unexpected(make_problem("wrong_type", "send a JSON object like {\"reason\":\"…\"}"));
  ActionBody made;
  made.tree_ = std::move(*tree);
  return made;
}

void ActionBody::refuse(std::string_view code, std::string detail, std::string_view member) {
  if (!fault_) fault_ = make_problem(code, std::move(detail), "/" + std::string(member));
}

bool ActionBody::has(std::string_view member) const {
  const Value* value = tree_.find(member);
  return value != nullptr && !std::holds_alternative<std::nullptr_t>(value->data);
}

std::string ActionBody::text(std::string_view member) {
  if (!has(member)) return {};
  const auto* text = std::get_if<std::string>(&tree_.find(member)->data);
  if (text == nullptr) {
    refuse("wrong_type", "\"" + std::string(member) + "\" must be a text", member);
    return {};
  }
  if (text->size() > kReasonBytesMax) refuse("text_too_long", "\"" + std::string(member) + "\" has " + std::to_string(kReasonBytesMax) + " bytes at most", member);
  return *text;
}

std::string ActionBody::needed_text(std::string_view member) {
  std::string value = text(member);
  if (value.empty()) refuse("missing_field", "send a JSON object with \"" + std::string(member) + "\", 1 to " + std::to_string(kReasonBytesMax) + " bytes", member);
  return value;
}

bool ActionBody::flag(std::string_view member) {
  if (!has(member)) return false;
  const auto* flag = std::get_if<bool>(&tree_.find(member)->data);
  if (flag == nullptr) refuse("wrong_type", "\"" + std::string(member) + "\" must be true or false", member);
  return flag != nullptr && *flag;
}

std::optional<Value> ActionBody::needed_object(std::string_view member) {
  const Value* value = tree_.find(member);
  if (value != nullptr && std::holds_alternative<ValueObject>(value->data)) return *value;
  refuse(has(member) ? "wrong_type" : "missing_field", "\"" + std::string(member) + "\" must be an object", member);
  return std::nullopt;
}

CaseRequest read_case_request(ActionBody& body, CaseVerb verb, const std::string& who) {
  CaseRequest request;
  request.verb = verb;
  request.who = who;
  request.reason = verb == CaseVerb::kRetry || verb == CaseVerb::kAssign ? body.text("reason") : body.needed_text("reason");
  if (verb == CaseVerb::kAssign) request.assignee = body.needed_text("assignee");
  if (verb == CaseVerb::kCorrect) request.correction = body.needed_object("correction");
  return request;
}

Error failure_of(const CaseOutcome& outcome) {
  ErrorCode code = ErrorCode::kConflict;
  if (outcome.outcome == "no_posting" || outcome.outcome == "no_exception") code = ErrorCode::kNotFound;
  for (const char* word : {"reason_missing", "unbalanced", "nothing_changed", "no_journal", "too_many"})
    if (outcome.outcome == word) code = ErrorCode::kInvalid;
  return {code, "act", outcome.detail, ""};
}

}  // namespace tillsync::hub
