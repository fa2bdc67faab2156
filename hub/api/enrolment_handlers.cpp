// /v1/enrolment-tokens. The secret is in the answer that created it and nowhere else: the hub keeps its hash, and a repeat of the request is answered
// without it.
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "common/qr/qr_code.h"
#include "hub/api/access_answers.h"
#include "hub/api/fleet_endpoints.h"
#include "hub/fleet/fleet_store.h"
#include "hub/masterdata/masterdata_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::int64_t kTokenUsesMax = 100'000;
constexpr std::size_t kGroupBytesMax = 100;
constexpr std::int64_t kTokenValidSecondsMax = 365 * 86'400;
constexpr std::int64_t kTokenValidSecondsDefault = 86'400;

json token_json(const EnrolmentToken& token) {
  const bool is_for_one = token.reach == TokenReach::kOneLocation;
  return {{"id", token.token_id},
          {"location", is_for_one ? json(token.location.value) : json()},
          {"reach", to_string(token.reach)},
          {"group", token.group.empty() ? json() : json(token.group)},
          {"uses", token.uses},
          {"uses_max", token.uses_max},
          {"created_by", token.created_by},
          {"created_at", format_instant(token.created_at)},
          {"expires_at", format_instant(token.expires_at)},
          {"revoked_at", instant_or_null_json(token.revoked_at)}};
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

/// The answer file for an image: /etc/tillsync/enroll.toml. A Z85 key holds no quote and no backslash.
std::string answer_file(const std::string& endpoint, const std::string& key, const std::string& secret) {
  return "hub = \"" + endpoint + "\"\nhub_key = \"" + key + "\"\ntoken = \"" + secret +
         "\"\n# Each PC says where it stands: by its host name, or by a file of its own (place_file = \"/etc/tillsync/place.toml\").\nhost_pattern = \"pos-{location}-{till}\"\n";
}

/// An optional whole number of a request body within bounds.
Result<std::int64_t> number_member(const json& body, const char* name, std::int64_t fallback, std::int64_t max) {
  if (!body.contains(name)) return fallback;
  if (!body[name].is_number_integer() || body[name] < 1 || body[name] > max)
    return fail(ErrorCode::kInvalid, "read body", std::string(name) + " must be a whole number from 1 to " + std::to_string(max));
  return body[name].get<std::int64_t>();
}

/// Where the token's PCs may stand; nullopt when that is not understood, which is answered then.
std::optional<EnrolmentToken> read_reach(const ApiCall& call, const json& body) {
  const auto refuse = [&](const char* code, const char* detail, const char* pointer) {
    call.reply->problem(422, code, "Not understood", detail, pointer);
    return std::nullopt;
  };
  const auto location = text_member(body, "location"), reach = text_member(body, "reach"), group = text_member(body, "group");
  constexpr const char* kExample = R"(send a JSON object like {"location":"GB"}, or {"reach":"known"} for PCs that say themselves where they stand)";
  if (!body.is_object()) return refuse("wrong_type", kExample, "");
  for (const auto& [name, pointer] : {std::pair{"location", "/location"}, std::pair{"reach", "/reach"}, std::pair{"group", "/group"}})
    if (body.contains(name) && !body[name].is_null() && !body[name].is_string()) return refuse("wrong_type", kExample, pointer);
  if (!location && !reach) return refuse("wrong_type", kExample, "/location");
  EnrolmentToken token;
  if (reach) {
    const auto parsed = parse_token_reach(*reach);
    if (!parsed) return refuse("unknown_reach", "reach is one, known (the PC names a location of the hub) or any (a location that is not known is made)", "/reach");
    token.reach = *parsed;
  }
  const bool is_for_one = token.reach == TokenReach::kOneLocation;
  if (is_for_one != location.has_value()) return refuse("location_or_reach", "name a location for the reach one, and none for known and any", "/location");
  if (is_for_one && group) return refuse("location_or_reach", "group is for the reach known or any", "/group");
  if (group && (group->empty() || group->size() > kGroupBytesMax)) return refuse("wrong_type", "a group is a text of 1 to 100 bytes", "/group");
  if (location) token.location = LocationId(*location);
  if (group) token.group = *group;
  return token;
}

void create_token(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  auto wished = read_reach(call, body);
  if (!wished) return;
  // Nobody lets PCs do what he may not.
  if (wished->reach == TokenReach::kAnyLocation && !call.caller.may_reach("locations"))
    return call.reply->problem(403, "out_of_scope", "Not allowed", "a token of the reach any makes locations, and the calling one may not", "/reach");
  const auto uses = number_member(body, "uses", 1, kTokenUsesMax);
  if (!uses) return call.reply->problem(422, "number_out_of_range", "Not understood", uses.error().detail, "/uses");
  const auto valid_s = number_member(body, "valid_s", kTokenValidSecondsDefault, kTokenValidSecondsMax);
  if (!valid_s) return call.reply->problem(422, "number_out_of_range", "Not understood", valid_s.error().detail, "/valid_s");
  EnrolmentToken token = *wished;
  token.token_id = random_secret("t_");
  token.uses_max = *uses;
  token.created_by = call.caller.name;
  const std::string secret = random_secret("enrol_");
  const std::string command = enrol_command(context.enrol_endpoint, context.hub_public_key, secret);
  const std::string answers = token.reach == TokenReach::kOneLocation ? "" : answer_file(context.enrol_endpoint, context.hub_public_key, secret);
  auto effect = [token, secret, command, answers, valid = seconds(*valid_s)](sql::Connection& connection, Instant now) mutable -> Result<StoredAnswer> {
    if (token.reach == TokenReach::kOneLocation) {
      TS_ASSIGN_OR_RETURN(const auto location, MasterdataReader(connection).location(token.location));
      if (!location)
        return fail(ErrorCode::kInvalid, "create enrolment token", "there is no location " + token.location.value, "create it first: PUT /v1/locations/{id}");
    }
    token.created_at = now;
    token.expires_at = now + valid;
    TS_RETURN_IF_ERROR(FleetStore(connection).add_enrolment_token(token, secret));
    json answer_body = token_json(token);
    StoredAnswer answer{201, answer_body.dump()};
    answer_body["token"] = secret;
    answer_body["command"] = command;
    if (!answers.empty()) answer_body["answer_file"] = answers;
    TS_ASSIGN_OR_RETURN(const QrCode code, QrCode::make(command));
    answer_body["qr_svg"] = code.svg();
    answer.body_once = answer_body.dump();
    answer.audit.object = "enrolment-tokens/" + token.token_id;
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, "create enrolment token", std::move(effect));
}

void revoke_enrolment_token(ApiContext& context, ApiCall call, const Route& route) {
  if (!call.request.body.empty() && !json::parse(call.request.body, nullptr, false).is_object())
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send {"reason":"…"} or nothing)");
  const std::string token_id = call.parameters[0];
  auto effect = [token_id](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    FleetStore fleet(connection);
    TS_ASSIGN_OR_RETURN(auto token, fleet.enrolment_token(token_id));
    if (!token) return fail(ErrorCode::kNotFound, "revoke enrolment token", "there is no enrolment token " + token_id);
    StoredAnswer answer{200, ""};
    answer.is_change = !token->revoked_at;
    answer.audit.before = token_json(*token).dump();
    answer.audit.object = "enrolment-tokens/" + token_id;
    if (!token->revoked_at) {
      TS_RETURN_IF_ERROR(fleet.revoke_enrolment_token(token_id, now));
      token->revoked_at = now;
    }
    answer.body = token_json(*token).dump();
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

}  // namespace

std::vector<Endpoint> enrolment_endpoints() {
  static constexpr Route kCreateToken{"POST", "/v1/enrolment-tokens", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kRevokeEnrolment{"POST", "/v1/enrolment-tokens/{id}/revoke", Role::kOperator, Repeat::kIdempotent};
  return {
      {{"GET", "/v1/enrolment-tokens", Role::kOperator, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_tokens(context, call)); }},
      {kCreateToken, [](ApiContext& context, ApiCall call) { create_token(context, std::move(call), kCreateToken); }},
      {kRevokeEnrolment, [](ApiContext& context, ApiCall call) { revoke_enrolment_token(context, std::move(call), kRevokeEnrolment); }},
  };
}

}  // namespace tillsync::hub
