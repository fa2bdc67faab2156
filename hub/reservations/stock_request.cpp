#include "hub/reservations/stock_request.h"

#include "common/contract/codec.h"
#include "common/contract/text.h"
#include "hub/reservations/policy.h"
#include "hub/reservations/reservation.h"

namespace tillsync::hub {
namespace {

Problem problem(std::uint16_t status, std::string_view code, std::string_view title, std::string detail, std::string pointer = {}) {
  return Problem{status, std::string(code), std::string(title), std::move(detail), std::move(pointer)};
}

/// Members of a small JSON object; the first fault counts.
class BodyReader {
 public:
  /// "" is {}.
  explicit BodyReader(BytesView body) {
    auto tree = parse_tree(body.empty() ? BytesView("{}") : body, Syntax::kJson);
    if (!tree) {
      fault_ = tree.error();
    } else if (!std::holds_alternative<ValueObject>(tree->data)) {
      refuse("wrong_type", "send a JSON object", "");
    } else {
      tree_ = std::move(*tree);
    }
  }
  explicit BodyReader(Value tree, std::string base) : tree_(std::move(tree)), base_(std::move(base)) {
    if (!std::holds_alternative<ValueObject>(tree_.data)) refuse("wrong_type", "an object is expected", "");
  }

  const Value* find(std::string_view name) const {
    const auto* object = std::get_if<ValueObject>(&tree_.data);
    if (object == nullptr) return nullptr;
    for (const auto& [member, value] : *object) {
      if (member == name) return std::holds_alternative<std::nullptr_t>(value.data) ? nullptr : &value;
    }
    return nullptr;
  }
  std::string identifier(std::string_view name) {
    const Value* value = find(name);
    if (value == nullptr) return {};
    const auto* text = std::get_if<std::string>(&value->data);
    if (text == nullptr) return refuse("wrong_type", "a text is expected", name), std::string();
    if (text->empty()) return {};
    auto parsed = parse_identifier(*text);
    if (!parsed) return refuse("bad_text", parsed.error().detail, name), std::string();
    return std::move(*parsed);
  }
  std::string needed_identifier(std::string_view name) {
    std::string value = identifier(name);
    if (value.empty()) refuse("missing_field", std::string(name) + " is needed", name);
    return value;
  }
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> texts;
    const Value* value = find(name);
    if (value == nullptr) return texts;
    const auto* list = std::get_if<ValueArray>(&value->data);
    if (list == nullptr) return refuse("wrong_type", "a list of texts is expected", name), texts;
    for (const Value& one : *list) {
      const auto* text = std::get_if<std::string>(&one.data);
      if (text == nullptr) return refuse("wrong_type", "a list of texts is expected", name), texts;
      texts.push_back(*text);
    }
    return texts;
  }
  std::string reason() {
    const Value* value = find("reason");
    if (value == nullptr) return {};
    const auto* text = std::get_if<std::string>(&value->data);
    if (text == nullptr || text->size() > kRequestReasonBytesMax)
      return refuse("wrong_type", "a text of up to " + std::to_string(kRequestReasonBytesMax) + " bytes is expected", "reason"), std::string();
    return *text;
  }
  std::optional<std::int64_t> number(std::string_view name, int scale) {
    const Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto* number_text = std::get_if<NumberText>(&value->data);
    const auto* text = std::get_if<std::string>(&value->data);
    if (number_text == nullptr && text == nullptr) return refuse("wrong_type", "a number is expected", name), std::nullopt;
    const auto parsed = parse_decimal(number_text != nullptr ? number_text->text : *text, scale);
    if (!parsed) return refuse("number_out_of_range", parsed.error().detail, name), std::nullopt;
    return *parsed;
  }
  std::optional<std::int64_t> whole(std::string_view name, std::int64_t min, std::int64_t max, std::string_view code) {
    const auto value = number(name, 0);
    if (value && (*value < min || *value > max))
      return refuse(code, std::string(name) + " is " + std::to_string(min) + " to " + std::to_string(max), name), std::nullopt;
    return value;
  }
  std::optional<Instant> instant(std::string_view name) {
    const Value* value = find(name);
    if (value == nullptr) return std::nullopt;
    const auto* text = std::get_if<std::string>(&value->data);
    const auto parsed = text == nullptr ? Result<Instant>(fail(ErrorCode::kInvalid, "read time", "a time (RFC 3339) is expected")) : parse_instant(*text);
    if (!parsed) return refuse("wrong_type", parsed.error().detail, name), std::nullopt;
    return *parsed;
  }
  void refuse(std::string_view code, std::string detail, std::string_view name) {
    if (fault_) return;
    fault_ = problem(422, code, "Not understood", std::move(detail), name.empty() ? base_ : base_ + "/" + std::string(name));
  }
  const std::optional<Problem>& fault() const { return fault_; }

 private:
  Value tree_;
  std::string base_;
  std::optional<Problem> fault_;
};

std::optional<std::int64_t> positive_quantity(BodyReader& body) {
  const auto milli = body.number("qty", Quantity::kScale);
  if (!milli)
    body.refuse("missing_field", "qty is needed", "qty");
  else if (*milli <= 0)
    body.refuse("bad_quantity", "qty is above zero", "qty");
  return milli;
}

}  // namespace

std::optional<ReservationVerb> reservation_verb(std::string_view text) {
  for (const ReservationVerb verb : {ReservationVerb::kConfirm, ReservationVerb::kPick, ReservationVerb::kReady, ReservationVerb::kRelease,
                                     ReservationVerb::kExtend, ReservationVerb::kBreak}) {
    if (text == to_string(verb)) return verb;
  }
  return std::nullopt;
}

std::optional<LeaseVerb> lease_verb(std::string_view text) {
  if (text == "renew") return LeaseVerb::kRenew;
  if (text == "shrink") return LeaseVerb::kShrink;
  if (text == "end") return LeaseVerb::kEnd;
  if (text == "force") return LeaseVerb::kForce;
  return std::nullopt;
}

std::expected<StockDemand, Problem> read_agent_request(std::string_view method, BytesView body) {
  bool has_own_key = false;
  if (method == kCreateMethod) return read_reserve(body, "", has_own_key);
  if (method.starts_with(kReservationMethods)) {
    if (const auto verb = reservation_verb(method.substr(kReservationMethods.size()))) return read_step(*verb, "", body);
  }
  return std::unexpected(problem(501, "unsupported", "Not known here", "this hub answers no '" + with_valid_utf8(method.substr(0, 64)) + "' requests; upgrade it"));
}

std::expected<AvailabilityRequest, Problem> read_availability(BytesView text) {
  BodyReader body(text);
  AvailabilityRequest request;
  for (std::string& sku : body.texts("skus")) request.skus.emplace_back(std::move(sku));
  for (std::string& location : body.texts("locations")) request.locations.emplace_back(std::move(location));
  request.max_age_s = body.whole("max_age_s", 0, kHoldSecondsMax, "number_out_of_range");
  if (body.fault()) return std::unexpected(*body.fault());
  return request;
}

std::expected<ReserveStock, Problem> read_reserve(BytesView body, std::string_view key, bool& has_own_key) {
  auto request = read_reservation(body, key, has_own_key);
  if (!request) return std::unexpected(request.error());
  ReserveStock wanted;
  wanted.hash = reservation_hash(*request);
  wanted.request = std::move(*request);
  return wanted;
}

std::expected<StepReservation, Problem> read_step(ReservationVerb verb, std::string_view id, BytesView text) {
  BodyReader body(text);
  StepReservation step;
  step.verb = verb;
  step.reservation_id = id.empty() ? body.needed_identifier("reservation_id") : std::string(id);
  step.ttl_s = body.whole("ttl_s", 1, kHoldSecondsMax, "hold_out_of_range");
  step.hold_until = body.instant("hold_until");
  step.reason = body.reason();
  if (step.ttl_s && step.hold_until) body.refuse("hold_out_of_range", "give either ttl_s or hold_until", "hold_until");
  if (verb == ReservationVerb::kExtend && !step.ttl_s && !step.hold_until) body.refuse("missing_field", "say until when: ttl_s or hold_until", "ttl_s");
  if (body.fault()) return std::unexpected(*body.fault());
  return step;
}

std::expected<GrantLease, Problem> read_grant(BytesView text, std::string_view key) {
  BodyReader body(text);
  GrantLease grant;
  grant.idempotency_key = key;
  grant.agent_id = AgentId(body.needed_identifier("agent_id"));
  grant.sku = Sku(body.needed_identifier("sku"));
  grant.location = LocationId(body.identifier("location"));
  grant.qty.milli = positive_quantity(body).value_or(0);
  grant.ttl_s = body.whole("ttl_s", kLeaseSecondsMin, kLeaseSecondsMax, "hold_out_of_range").value_or(kLeaseSecondsDefault);
  grant.reason = body.reason();
  if (body.fault()) return std::unexpected(*body.fault());
  return grant;
}

std::expected<StepLease, Problem> read_lease_step(LeaseVerb verb, std::string_view id, BytesView text) {
  BodyReader body(text);
  StepLease step;
  step.verb = verb;
  step.lease_id = id;
  if (verb == LeaseVerb::kShrink) step.qty.milli = positive_quantity(body).value_or(0);
  step.ttl_s = body.whole("ttl_s", kLeaseSecondsMin, kLeaseSecondsMax, "hold_out_of_range").value_or(kLeaseSecondsDefault);
  step.reason = body.reason();
  if (body.fault()) return std::unexpected(*body.fault());
  return step;
}

std::expected<PutSafetyStock, Problem> read_safety_stock(BytesView text) {
  BodyReader body(text);
  PutSafetyStock put;
  const Value* items = body.find("items");
  const auto* list = items == nullptr ? nullptr : std::get_if<ValueArray>(&items->data);
  if (list == nullptr) {
    body.refuse("wrong_type", R"(send {"items":[{"location":"GB","sku":"A","qty":"2"}]})", "items");
  } else if (list->size() > kSafetyEntriesMax) {
    body.refuse("too_many_lines", "send at most " + std::to_string(kSafetyEntriesMax) + " items", "items");
  } else {
    for (std::size_t i = 0; i < list->size(); ++i) {
      BodyReader item((*list)[i], "/items/" + std::to_string(i));
      SafetyStock entry;
      entry.location = LocationId(item.identifier("location"));
      entry.sku = Sku(item.identifier("sku"));
      if (const auto milli = item.number("qty", Quantity::kScale)) {
        if (*milli < 0) item.refuse("bad_quantity", "qty is not below zero", "qty");
        entry.qty = Quantity{*milli};
      }
      if (item.fault()) return std::unexpected(*item.fault());
      put.entries.push_back(std::move(entry));
    }
  }
  if (body.fault()) return std::unexpected(*body.fault());
  return put;
}

std::expected<CorrectPositions, Problem> read_correction(BytesView text) {
  BodyReader body(text);
  CorrectPositions correction;
  correction.reason = body.reason();
  if (correction.reason.empty()) body.refuse("missing_field", "say why", "reason");
  if (body.fault()) return std::unexpected(*body.fault());
  return correction;
}

}  // namespace tillsync::hub
