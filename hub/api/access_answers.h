// What the routes of users and sessions share: the JSON of a user, work on the passwords' thread.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "hub/api/api_context.h"

namespace tillsync::hub {

/// Without its password; `context.access` is there.
nlohmann::json user_json(const ApiContext& context, const User& user);
/// The user as an answer: its ETag with it.
StoredAnswer user_answer(const ApiContext& context, int status, const User& user);

/// Does `work` with the call on the thread of passwords; 503 busy when too many wait.
void on_password_thread(ApiContext& context, ApiCall call, std::function<void(ApiContext&, ApiCall)> work);
/// 429 locked_out with Retry-After while the name or the address is locked. True: it is answered.
bool refuse_locked(const ApiContext& context, const ApiCall& call, std::string_view name);

/// The text of a member; nullopt where it is missing or something else.
std::optional<std::string> text_member(const nlohmann::json& body, const char* name);

}  // namespace tillsync::hub
