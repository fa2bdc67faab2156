// /v1/tokens: API tokens of people and scripts. The secret is in the answer that created it and nowhere else: the hub keeps its hash, and a
// repeat of the request is answered without it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "common/crypto/crypto.h"
#include "hub/access/token_store.h"
#include "hub/api/access_answers.h"
#include "hub/api/api_server.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::int64_t kTokenSecondsMax = 10LL * 365 * 86'400;
constexpr std::size_t kTokenNameBytesMax = 100;
constexpr std::size_t kScopesMax = 40;

json instant_json(const std::optional<Instant>& at) { return at ? json(format_instant(*at)) : json(); }

json api_token_json(const ApiToken& token) {
  return {{"token_id", token.token_id},
          {"name", token.name},
          {"role", token.role},
          {"scopes", token.scopes},
          {"created_at", format_instant(token.created_at)},
          {"created_by", token.created_by},
          {"expires_at", instant_json(token.expires_at)},
          {"revoked_at", instant_json(token.revoked_at)},
          {"last_used_at", instant_json(token.last_used_at)}};
}

/// Everything that stands first behind /v1 in the table of routes.
const std::set<std::string, std::less<>>& known_scopes() {
  static const std::set<std::string, std::less<>> known = [] {
    std::set<std::string, std::less<>> names;
    for (const auto& [route, handler] : all_endpoints())
      if (const auto scope = scope_of(route.pattern); !scope.empty() && route.role != Role::kPublic) names.emplace(scope);
    return names;
  }();
  return known;
}

Result<std::string> list_tokens_page(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto tokens, list_api_tokens(*connection, call.parameter("after"), limit));
  json items = json::array();
  for (const ApiToken& token : tokens) items.push_back(api_token_json(token));
  json page = json::parse(page_json(std::move(items), tokens.size() == limit ? std::optional(tokens.back().token_id) : std::nullopt));
  page["as_of"] = format_instant(context.now());
  return page.dump();
}

struct TokenWish {
  ApiToken token;
  std::optional<Duration> valid;
};

std::optional<TokenWish> read_token_wish(const ApiCall& call) {
  const json body = json::parse(call.request.body, nullptr, false);
  const auto refuse = [&](const char* code, const std::string& detail, const char* pointer) {
    call.reply->problem(422, code, "Not understood", detail, pointer);
    return std::nullopt;
  };
  const auto name = text_member(body, "name"), role = text_member(body, "role");
  if (!name || name->empty() || name->size() > kTokenNameBytesMax)
    return refuse("wrong_type", R"(send {"name":"…","role":"viewer"}; a name has 1 to )" + std::to_string(kTokenNameBytesMax) + " bytes", "/name");
  if (!role || !parse_held_role(*role)) return refuse("unknown_role", "the role is viewer, operator, finance or administrator", "/role");
  TokenWish wish;
  wish.token.name = *name;
  wish.token.role = *role;
  if (body.contains("expires_in_s") && !body["expires_in_s"].is_null()) {
    const json& given = body["expires_in_s"];
    if (!given.is_number_integer() || given < 1 || given > kTokenSecondsMax)
      return refuse("number_out_of_range", "expires_in_s must be a whole number from 1 to " + std::to_string(kTokenSecondsMax) + ", or null", "/expires_in_s");
    wish.valid = seconds(given.get<std::int64_t>());
  }
  if (body.contains("scopes") && !body["scopes"].is_null()) {
    const json& given = body["scopes"];
    // An empty list could be read as "nothing" or as "all".
    if (!given.is_array() || given.empty() || given.size() > kScopesMax) return refuse("wrong_type", "scopes is a list of 1 to 40 names, or left out for all", "/scopes");
    for (const json& scope : given) {
      if (!scope.is_string() || !known_scopes().contains(scope.get<std::string>())) return refuse("unknown_scope", "no path begins with /v1/" + (scope.is_string() ? scope.get<std::string>() : scope.dump()), "/scopes");
      wish.token.scopes.push_back(scope.get<std::string>());
    }
  }
  return wish;
}

void create_api_token(ApiContext& context, ApiCall call, const Route& route) {
  auto wish = read_token_wish(call);
  if (!wish) return;
  // Nobody hands out more than he has.
  const bool is_within = call.caller.scopes.empty() || (!wish->token.scopes.empty() && std::ranges::all_of(wish->token.scopes, [&](const auto& scope) { return call.caller.may_reach(scope); }));
  if (!is_within) return call.reply->problem(403, "out_of_scope", "Not allowed", "the new token's scopes must be among those of the calling one", "/scopes");
  wish->token.token_id = random_secret("k_");
  wish->token.created_by = call.caller.name;
  const std::string secret = random_secret("ts_");
  const auto created = std::make_shared<std::optional<ApiToken>>();
  auto effect = [created, secret, wish = *wish](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    ApiToken token = wish.token;
    token.created_at = now;
    if (wish.valid) token.expires_at = now + *wish.valid;
    TS_RETURN_IF_ERROR(add_api_token(connection, token, secret));
    *created = token;
    json body = api_token_json(token);
    body["as_of"] = format_instant(now);
    StoredAnswer answer{201, body.dump()};
    body["token"] = secret;
    answer.body_once = body.dump();
    answer.audit.object = "tokens/" + token.token_id;
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect), [&context, created, secret] {
    if (*created && context.access != nullptr) context.access->registry.put_token(secret_hash(secret), **created);
  });
}

void revoke_token(ApiContext& context, ApiCall call, const Route& route) {
  if (!call.request.body.empty() && !json::parse(call.request.body, nullptr, false).is_object())
    return call.reply->problem(422, "wrong_type", "Not understood", "send {} or nothing");
  const std::string token_id = call.parameters[0];
  auto effect = [token_id](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(auto token, find_api_token_by_id(connection, token_id));
    if (!token) return fail(ErrorCode::kNotFound, "revoke token", "there is no token " + token_id);
    StoredAnswer answer{200, ""};
    answer.is_change = !token->revoked_at;
    answer.audit.before = api_token_json(*token).dump();
    answer.audit.object = "tokens/" + token_id;
    if (!token->revoked_at) {
      TS_RETURN_IF_ERROR(revoke_api_token(connection, token_id, now));
      token->revoked_at = now;
    }
    json body = api_token_json(*token);
    body["as_of"] = format_instant(now);
    answer.body = body.dump();
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect), [&context, token_id] {
    if (context.access != nullptr) context.access->registry.drop_token(token_id);
  });
}

}  // namespace

std::vector<Endpoint> token_endpoints() {
  static constexpr Route kCreate{"POST", "/v1/tokens", Role::kAdministrator, Repeat::kIdempotencyKey};
  static constexpr Route kRevoke{"POST", "/v1/tokens/{id}/revoke", Role::kAdministrator, Repeat::kIdempotent};
  return {
      {{"GET", "/v1/tokens", Role::kAdministrator, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_tokens_page(context, call)); }},
      {kCreate, [](ApiContext& context, ApiCall call) { create_api_token(context, std::move(call), kCreate); }},
      {kRevoke, [](ApiContext& context, ApiCall call) { revoke_token(context, std::move(call), kRevoke); }},
  };
}

}  // namespace tillsync::hub
