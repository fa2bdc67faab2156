// People at the API's stand: users with and without a password, and their sessions, with no Argon2id where none is tested.
#pragma once

#include "hub/access/session_store.h"
#include "hub/access/user_store.h"
#include "hub/api/admission.h"
#include "tests/hub/api/api_stand.h"

namespace tillsync::hub::test {

struct LoggedIn {
  std::string id, csrf;
  std::vector<std::string> headers() const { return {"Cookie: tillsync_session=" + id, "X-CSRF-Token: " + csrf}; }
};

inline void put_person(ApiStand& stand, const std::string& name, Role role, const std::string& password = "") {
  User user;
  user.name = name;
  user.role = role;
  user.created_at = os::now();
  user.password_hash = password.empty() ? "$argon2id$none" : *hash_password(password);
  stand.write([&](sql::Connection& connection) { return insert_user(connection, user); });
  stand.access->registry.put_user(user);
}

/// A session as a log-in makes it.
inline LoggedIn put_session(ApiStand& stand, const std::string& name) {
  const std::string id = random_secret("s_");
  const Instant now = os::now();
  const Session session{secret_hash(id), name, now, now, now + kSessionLongestDefault, "127.0.0.1"};
  stand.write([&](sql::Connection& connection) { return insert_session(connection, session); });
  stand.access->registry.put_session(session);
  return {id, csrf_token_of(id)};
}

inline HttpAnswer log_in(ApiStand& stand, const std::string& name, const std::string& password, std::vector<std::string> headers = {}) {
  return stand.call("POST", "/v1/session", json{{"name", name}, {"password", password}}.dump(), "", std::move(headers));
}

/// Of a log-in's answer.
inline LoggedIn session_of(const HttpAnswer& answer) {
  REQUIRE(answer.status == 200);
  const std::string& cookie = answer.headers.at("set-cookie");
  const std::string name = std::string(kSessionCookie) + "=";
  REQUIRE(cookie.starts_with(name));
  return {cookie.substr(name.size(), cookie.find(';') - name.size()), json::parse(answer.body).at("csrf_token")};
}

}  // namespace tillsync::hub::test
