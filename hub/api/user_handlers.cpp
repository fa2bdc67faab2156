// /v1/users: people with a password. A change of role, of the password by an administrator, and disabling end the user's sessions at once.
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "hub/access/session_store.h"
#include "hub/api/access_answers.h"
#include "hub/api/action_answers.h"
#include "hub/api/if_match.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

std::unexpected<Error> no_user(const std::string& name) { return fail(ErrorCode::kNotFound, "find user", "there is no user " + name); }

bool refuse_without_users(const ApiContext& context, const ApiCall& call) {
  if (context.access != nullptr) return false;
  call.reply->problem(503, "no_users", "Not available", "this hub has tokens alone");
  return true;
}

Result<std::string> list_users_page(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto users, list_users(*connection, call.parameter("after"), limit));
  json items = json::array();
  for (const User& user : users) items.push_back(user_json(context, user));
  json page = json::parse(page_json(std::move(items), users.size() == limit ? std::optional(users.back().name) : std::nullopt));
  page["as_of"] = format_instant(context.now());
  return page.dump();
}

void show_user(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  const auto user = find_user(*connection, call.parameters[0]);
  if (!user) return call.reply->failure(user.error());
  if (!*user) return call.reply->failure(no_user(call.parameters[0]).error());
  StoredAnswer made = user_answer(context, 200, **user);
  call.reply->answer(200, std::move(made.body), std::move(made.headers));
}

void create_user(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  const auto name = text_member(body, "name"), password = text_member(body, "password"), role_name = text_member(body, "role");
  if (!name || !password) return call.reply->problem(422, "wrong_type", "Not understood", R"(send {"name":"…","password":"…","role":"viewer"})");
  const auto role = role_name ? parse_held_role(*role_name) : std::nullopt;
  if (!role) return call.reply->problem(422, "unknown_role", "Not understood", "the role is viewer, operator, finance or administrator", "/role");
  if (const auto checked = check_user_name(*name); !checked) return call.reply->problem(422, "bad_name", "Not understood", checked.error().detail, "/name");
  if (const auto checked = check_password(*password); !checked) return call.reply->problem(422, "bad_password", "Not understood", checked.error().detail, "/password");
  on_password_thread(context, std::move(call), [route, name = *name, password = *password, role = *role](ApiContext& at, ApiCall kept) {
    auto hash = hash_password(password);
    if (!hash) return kept.reply->failure(hash.error());
    User user;
    user.name = name;
    user.role = role;
    user.password_hash = std::move(*hash);
    auto effect = [&at, user](sql::Connection& connection, Instant now) mutable -> Result<StoredAnswer> {
      user.created_at = now;
      TS_RETURN_IF_ERROR(insert_user(connection, user));
      StoredAnswer made = user_answer(at, 201, user);
      made.audit.object = "users/" + user.name;
      return made;
    };
    run_effect(at, std::move(kept), route.repeat, std::string(route.pattern), std::move(effect), [&at, user] { at.access->registry.put_user(user); });
  });
}

struct UserWish {
  std::optional<Role> role;
  std::optional<bool> is_disabled;
};

std::optional<UserWish> read_user_wish(const ApiCall& call) {
  const json body = json::parse(call.request.body, nullptr, false);
  const auto refuse = [&](const char* detail, const char* pointer) {
    call.reply->problem(422, "wrong_type", "Not understood", detail, pointer);
    return std::nullopt;
  };
  if (!body.is_object() || (!body.contains("role") && !body.contains("disabled"))) return refuse(R"(send {"role":"viewer","disabled":false})", "");
  UserWish wanted;
  if (body.contains("role")) {
    const auto name = text_member(body, "role");
    wanted.role = name ? parse_held_role(*name) : std::nullopt;
    if (!wanted.role) return refuse("the role is viewer, operator, finance or administrator", "/role");
  }
  if (body.contains("disabled")) {
    if (!body["disabled"].is_boolean()) return refuse("\"disabled\" must be true or false", "/disabled");
    wanted.is_disabled = body["disabled"].get<bool>();
  }
  return wanted;
}

void change_user(ApiContext& context, ApiCall call, const Route& route) {
  const auto wanted = read_user_wish(call);
  if (!wanted) return;
  const auto changed = std::make_shared<std::optional<User>>();
  auto effect = [&context, changed, wanted = *wanted, name = call.parameters[0], version = if_match_of(call)](sql::Connection& connection,
                                                                                                             Instant) -> Result<StoredAnswer> {
    changed->reset();
    TS_ASSIGN_OR_RETURN(auto user, find_user(connection, name));
    if (!user) return no_user(name);
    const std::string before = user_json(context, *user).dump();
    if (auto refusal = refuse_unless_matched(version, revision_etag(user->revision), before)) return std::move(*refusal);
    User next = *user;
    if (wanted.role) next.role = *wanted.role;
    if (wanted.is_disabled) next.is_disabled = *wanted.is_disabled;
    if (next.role == user->role && next.is_disabled == user->is_disabled) {
      StoredAnswer same = user_answer(context, 200, next);
      same.is_change = false;
      return same;
    }
    const bool was_administrator = user->role == Role::kAdministrator && !user->is_disabled;
    const bool stays_administrator = next.role == Role::kAdministrator && !next.is_disabled;
    if (was_administrator && !stays_administrator) {
      TS_ASSIGN_OR_RETURN(const std::int64_t administrators, count_enabled_administrators(connection));
      if (administrators <= 1)
        return problem_answer(409, "last_administrator", "The last administrator", "nobody would be left to give rights: make another administrator first");
    }
    TS_RETURN_IF_ERROR(update_user(connection, next));
    TS_RETURN_IF_ERROR(delete_sessions_of(connection, name, std::nullopt));
    ++next.revision;
    *changed = next;
    StoredAnswer made = user_answer(context, 200, next);
    made.audit.before = before;
    return made;
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect), [&context, changed] {
    if (!*changed) return;
    context.access->registry.put_user(**changed);
    context.access->registry.drop_sessions_of((*changed)->name, std::nullopt);
  });
}

void set_password(ApiContext& context, ApiCall call, const Route& route) {
  const auto wanted = text_member(json::parse(call.request.body, nullptr, false), "new");
  if (!wanted) return call.reply->problem(422, "wrong_type", "Not understood", R"(send {"new":"…"})", "/new");
  if (const auto checked = check_password(*wanted); !checked) return call.reply->problem(422, "bad_password", "Not understood", checked.error().detail, "/new");
  on_password_thread(context, std::move(call), [route, wanted = *wanted](ApiContext& at, ApiCall kept) {
    auto hash = hash_password(wanted);
    if (!hash) return kept.reply->failure(hash.error());
    const std::string name = kept.parameters[0];
    auto effect = [name, hash = std::move(*hash)](sql::Connection& connection, Instant) -> Result<StoredAnswer> {
      TS_ASSIGN_OR_RETURN(auto user, find_user(connection, name));
      if (!user) return no_user(name);
      user->password_hash = hash;
      TS_RETURN_IF_ERROR(update_user(connection, *user));
      TS_RETURN_IF_ERROR(delete_sessions_of(connection, name, std::nullopt));
      StoredAnswer done{204, ""};
      done.audit.object = "users/" + name;
      return done;
    };
    run_effect(at, std::move(kept), route.repeat, std::string(route.pattern), std::move(effect), [&at, name] {
      at.access->registry.drop_sessions_of(name, std::nullopt);
      at.access->registry.clear_failures(name);
    });
  });
}

}  // namespace

std::vector<Endpoint> user_endpoints() {
  // No Idempotency-Key: its table keeps a fast hash of each body, which would be one of the password. A repeat finds the name taken.
  static constexpr Route kCreate{"POST", "/v1/users", Role::kAdministrator, Repeat::kBusinessIdentity};
  static constexpr Route kChange{"PUT", "/v1/users/{name}", Role::kAdministrator, Repeat::kIdempotent};
  static constexpr Route kSetPassword{"POST", "/v1/users/{name}/password", Role::kAdministrator, Repeat::kIdempotent};
  return {
      {{"GET", "/v1/users", Role::kAdministrator, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         if (!refuse_without_users(context, call)) answer(call, list_users_page(context, call));
       }},
      {kCreate,
       [](ApiContext& context, ApiCall call) {
         if (!refuse_without_users(context, call)) create_user(context, std::move(call), kCreate);
       }},
      {{"GET", "/v1/users/{name}", Role::kAdministrator, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         if (!refuse_without_users(context, call)) show_user(context, call);
       }},
      {kChange,
       [](ApiContext& context, ApiCall call) {
         if (!refuse_without_users(context, call)) change_user(context, std::move(call), kChange);
       }},
      {kSetPassword,
       [](ApiContext& context, ApiCall call) {
         if (!refuse_without_users(context, call)) set_password(context, std::move(call), kSetPassword);
       }},
  };
}

}  // namespace tillsync::hub
