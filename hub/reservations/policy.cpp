#include "hub/reservations/policy.h"

#include <nlohmann/json.hpp>

#include "common/contract/reservation.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::string_view kOperation = "read the reservation policy";

std::unexpected<Error> wrong(const std::string& where, const std::string& what) {
  return fail(ErrorCode::kInvalid, std::string(kOperation), where + ": " + what, "see packaging/reservation-policy.json");
}

/// Members of one object; what nobody asked for is an error.
class PolicyObject {
 public:
  PolicyObject(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

  Result<void> integer(const char* name, std::int64_t& target, std::int64_t min, std::int64_t max) {
    const json* value = take(name);
    if (value == nullptr) return {};
    if (!value->is_number_integer() || value->get<std::int64_t>() < min || value->get<std::int64_t>() > max)
      return wrong(path(name), "a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    target = value->get<std::int64_t>();
    return {};
  }
  Result<void> flag(const char* name, bool& target) {
    const json* value = take(name);
    if (value == nullptr) return {};
    if (!value->is_boolean()) return wrong(path(name), "true or false");
    target = value->get<bool>();
    return {};
  }
  Result<void> text(const char* name, std::string& target) {
    const json* value = take(name);
    if (value == nullptr) return {};
    if (!value->is_string()) return wrong(path(name), "a text");
    target = value->get<std::string>();
    return {};
  }
  Result<void> decimal(const char* name, int scale, std::int64_t& target, std::int64_t min, std::int64_t max) {
    std::string text_form;
    TS_RETURN_IF_ERROR(text(name, text_form));
    if (text_form.empty()) return {};
    const auto number = parse_decimal(text_form, scale);
    if (!number || *number < min || *number > max)
      return wrong(path(name), "a decimal from " + format_decimal(min, scale, 0) + " to " + format_decimal(max, scale, 0));
    target = *number;
    return {};
  }
  Result<void> list(const char* name, const std::function<Result<void>(const json&, const std::string& where)>& each) {
    const json* value = take(name);
    if (value == nullptr) return {};
    if (!value->is_array()) return wrong(path(name), "a list");
    for (std::size_t i = 0; i < value->size(); ++i) TS_RETURN_IF_ERROR(each((*value)[i], path(name) + "/" + std::to_string(i)));
    return {};
  }
  Result<void> finish() const {
    for (const auto& [name, value] : object_.items()) {
      if (std::ranges::find(known_, name) != known_.end()) continue;
      std::string names;
      for (const std::string& one : known_) names += (names.empty() ? "" : ", ") + one;
      return wrong(where_ + "/" + name, "is not known; known are " + names);
    }
    return {};
  }

 private:
  const json* take(const char* name) {
    known_.emplace_back(name);
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  std::string path(const char* name) const { return where_ + "/" + name; }

  const json& object_;
  std::string where_;
  std::vector<std::string> known_;
};

Result<LeaseRule> read_lease_rule(const json& value, const std::string& where) {
  if (!value.is_object()) return wrong(where, "an object");
  PolicyObject object(value, where);
  LeaseRule rule;
  TS_RETURN_IF_ERROR(object.text("stock_class", rule.stock_class));
  TS_RETURN_IF_ERROR(object.decimal("share", 6, rule.share_ppm, 0, kPpm));
  TS_RETURN_IF_ERROR(object.decimal("min", Quantity::kScale, rule.min.milli, 0, INT64_MAX));
  TS_RETURN_IF_ERROR(object.decimal("max", Quantity::kScale, rule.max.milli, 0, INT64_MAX));
  TS_RETURN_IF_ERROR(object.integer("ttl_s", rule.ttl_s, kLeaseSecondsMin, kLeaseSecondsMax));
  TS_RETURN_IF_ERROR(object.finish());
  if (rule.stock_class.empty()) return wrong(where + "/stock_class", "name the class of SKUs, as product/1 has it");
  return rule;
}

Result<RulingKey> read_ruling_key(const json& value, const std::string& where) {
  if (value == "priority") return RulingKey::kPriority;
  if (value == "age") return RulingKey::kAge;
  if (value == "value") return RulingKey::kValue;
  return wrong(where, "priority, age or value");
}

}  // namespace

Result<ReservationPolicy> parse_policy(std::string_view text) {
  if (text.size() > kPolicyBytesMax) return wrong("the file", "is larger than " + std::to_string(kPolicyBytesMax) + " bytes");
  const json tree = json::parse(text, nullptr, false, true);
  if (!tree.is_object()) return wrong("the file", "is no JSON object");
  PolicyObject object(tree, "");
  ReservationPolicy policy;
  TS_RETURN_IF_ERROR(object.integer("hold_default_s", policy.hold_default_s, 1, kHoldSecondsMax));
  TS_RETURN_IF_ERROR(object.integer("dark_after_s", policy.dark_after_s, 1, kHoldSecondsMax));
  TS_RETURN_IF_ERROR(object.flag("ruling_re_sources", policy.ruling_re_sources));
  TS_RETURN_IF_ERROR(object.list("nearest", [&policy](const json& value, const std::string& where) -> Result<void> {
    if (!value.is_string()) return wrong(where, "the id of a location");
    policy.nearest.emplace_back(value.get<std::string>());
    return {};
  }));
  std::vector<RulingKey> keys;
  TS_RETURN_IF_ERROR(object.list("ruling", [&keys](const json& value, const std::string& where) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const RulingKey key, read_ruling_key(value, where));
    if (std::ranges::find(keys, key) != keys.end()) return wrong(where, "stands twice");
    keys.push_back(key);
    return {};
  }));
  if (!keys.empty()) policy.ruling = keys;
  TS_RETURN_IF_ERROR(object.list("leases", [&policy](const json& value, const std::string& where) -> Result<void> {
    TS_ASSIGN_OR_RETURN(LeaseRule rule, read_lease_rule(value, where));
    policy.leases.push_back(std::move(rule));
    return {};
  }));
  TS_RETURN_IF_ERROR(object.finish());
  return policy;
}

}  // namespace tillsync::hub
