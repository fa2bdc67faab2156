#include "hub/api/access_answers.h"

#include <nlohmann/json.hpp>

#include "hub/api/admission.h"
#include "hub/api/if_match.h"

namespace tillsync::hub {

using nlohmann::json;

json user_json(const ApiContext& context, const User& user) {
  const auto locked_until = context.access->registry.name_locked_until(user.name, context.now());
  return {{"name", user.name},
          {"role", to_string(user.role)},
          {"disabled", user.is_disabled},
          {"created_at", format_instant(user.created_at)},
          {"last_login_at", user.last_login_at ? json(format_instant(*user.last_login_at)) : json()},
          {"locked_until", locked_until ? json(format_instant(*locked_until)) : json()}};
}

StoredAnswer user_answer(const ApiContext& context, int status, const User& user) {
  json body = user_json(context, user);
  body["as_of"] = format_instant(context.now());
  return {status, body.dump(), {{"ETag", revision_etag(user.revision)}}};
}

void on_password_thread(ApiContext& context, ApiCall call, std::function<void(ApiContext&, ApiCall)> work) {
  const auto reply = call.reply;
  const std::string address = lockout_address(call.address);
  const auto kept = std::make_shared<ApiCall>(std::move(call));  // a std::function must be copyable
  if (!context.access->passwords.submit(address, [&context, kept, work = std::move(work)] { work(context, std::move(*kept)); }))
    reply->problem(503, "busy", "Busy", "too many passwords are being checked; try again", "", {{"Retry-After", "1"}});
}

bool refuse_locked(const ApiContext& context, const ApiCall& call, std::string_view name) {
  const Instant now = context.now();
  const auto until = context.access->registry.locked_until(name, lockout_address(call.address), now);
  if (!until) return false;
  call.reply->problem(429, "locked_out", "Locked", "too many wrong passwords; wait, or have an administrator set a new one", "",
                      {{"Retry-After", retry_after(*until - now)}});
  return true;
}

std::optional<std::string> text_member(const json& body, const char* name) {
  if (!body.is_object() || !body.contains(name) || !body[name].is_string()) return std::nullopt;
  return body[name].get<std::string>();
}

}  // namespace tillsync::hub
