// /v1/enrolment-tokens.
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "common/qr/qr_code.h"
#include "hub/api/fleet_endpoints.h"
#include "hub/fleet/fleet_store.h"
#include "hub/masterdata/masterdata_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::int64_t kTokenUsesMax = 100'000;
constexpr std::int64_t kTokenValidSecondsMax = 365 * 86'400;
constexpr std::int64_t kTokenValidSecondsDefault = 86'400;

json token_json(const EnrolmentToken& token) {
  return {{"id", token.token_id},         {"location", token.location.value},
          {"uses", token.uses},           {"uses_max", token.uses_max},
          {"created_by", token.created_by}, {"created_at", format_instant(token.created_at)},
          {"expires_at", format_instant(token.expires_at)}};
}

Result<std::string> list_tokens(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto rows, FleetStore(*connection).enrolment_tokens(call.parameter("after"), limit));
  json items = json::array();
  for (const auto& row : rows) items.push_back(token_json(row));
  return fleet_page(std::move(items), rows.size() == limit ? std::optional(rows.back().token_id) : std::nullopt, context.now());
}

/// The line for the PC. It holds the secret, and so does the QR code.
std::string enrol_command(const std::string& endpoint, const std::string& key, const std::string& secret) {
  return "tillsync-agent enroll --hub " + endpoint + " --hub-key '" + key + "' --token " + secret + " --data /var/lib/tillsync/agent";
}

/// An optional whole number of a request body within bounds.
Result<std::int64_t> number_member(const json& body, const char* name, std::int64_t fallback, std::int64_t max) {
  if (!body.contains(name)) return fallback;
  if (!body[name].is_number_integer() || body[name] < 1 || body[name] > max)
    return fail(ErrorCode::kInvalid, "read body", std::string(name) + " must be a whole number from 1 to " + std::to_string(max));
  return body[name].get<std::int64_t>();
}

void create_token(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("location") || !body["location"].is_string())
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send a JSON object like {"location":"GB"})", "/location");
  const auto uses = number_member(body, "uses", 1, kTokenUsesMax);
  if (!uses) return call.reply->problem(422, "number_out_of_range", "Not understood", uses.error().detail, "/uses");
  const auto valid_s = number_member(body, "valid_s", kTokenValidSecondsDefault, kTokenValidSecondsMax);
  if (!valid_s) return call.reply->problem(422, "number_out_of_range", "Not understood", valid_s.error().detail, "/valid_s");
  EnrolmentToken token;
  token.token_id = random_secret("t_");
  token.location = LocationId(body["location"].get<std::string>());
  token.uses_max = *uses;
  token.created_by = call.caller.name;
  const std::string secret = random_secret("enrol_");
  const std::string command = enrol_command(context.enrol_endpoint, context.hub_public_key, secret);
  auto effect = [token, secret, command, valid = seconds(*valid_s)](sql::Connection& connection, Instant now) mutable -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto location, MasterdataReader(connection).location(token.location));
    if (!location)
      return fail(ErrorCode::kInvalid, "create enrolment token", "there is no location " + token.location.value, "create it first: PUT /v1/locations/{id}");
    token.created_at = now;
    token.expires_at = now + valid;
    TS_RETURN_IF_ERROR(FleetStore(connection).add_enrolment_token(token, secret));
    json body = token_json(token);
    StoredAnswer answer{201, body.dump()};  // for a repeat: what is stored must not let a PC in
    body["token"] = secret;
    body["command"] = command;
    TS_ASSIGN_OR_RETURN(const QrCode code, QrCode::make(command));
    body["qr_svg"] = code.svg();
    answer.body_once = body.dump();
    answer.audit.object = "enrolment-tokens/" + token.token_id;
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, "create enrolment token", std::move(effect));
}

}  // namespace

std::vector<Endpoint> enrolment_endpoints() {
  static constexpr Route kCreateToken{"POST", "/v1/enrolment-tokens", Role::kOperator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/enrolment-tokens", Role::kOperator, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_tokens(context, call)); }},
      {kCreateToken, [](ApiContext& context, ApiCall call) { create_token(context, std::move(call), kCreateToken); }},
  };
}

}  // namespace tillsync::hub
