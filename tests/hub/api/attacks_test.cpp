// What attackers try at the door of the API (issue 6): against the real server, over sockets.
#include <atomic>
#include <thread>

#include "tests/common/http/raw_client.h"
#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using tillsync::http::RawAnswer;
using tillsync::http::RawClient;

namespace {

const std::string kGoodPassword = "correct horse battery";

RawAnswer ask(const ApiStand& stand, const std::string& request) {
  RawClient client(stand.port_number());
  REQUIRE(client.connected());
  client.send(request);
  return client.receive();
}

std::string request_of(const std::string& method, const std::string& target, const std::string& headers = "", const std::string& body = "") {
  return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers +
         (body.empty() ? "" : "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body;
}

}  // namespace

TEST_CASE("attack: brute force on one name is slowed down more and more, and the right password waits as well", "[api][attack]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kAdministrator, kGoodPassword);
  int checked = 0;
  for (int i = 0; i < 4; ++i) checked += log_in(stand, "ana", "wrong " + std::to_string(i)).status == 401;
  CHECK(checked == 4);
  CHECK(log_in(stand, "ana", "wrong 5").status == 401);
  const HttpAnswer locked = log_in(stand, "ana", kGoodPassword);
  CHECK(locked.status == 429);
  CHECK(code_of(locked) == "locked_out");
  CHECK(locked.headers.at("retry-after") == "1");
  // In an hour of trying as soon as the lock allows there are few guesses.
  int guesses = 0;
  for (std::int64_t second = 1; second < 3'600; ++second) {
    stand.ahead_micros = second * 1'000'000;
    if (stand.access->registry.locked_until("ana", "elsewhere", os::now() + seconds(second))) continue;
    ++guesses;
    stand.access->registry.record_failure("ana", "elsewhere-" + std::to_string(second), os::now() + seconds(second));
  }
  CHECK(guesses < 20);
}

TEST_CASE("attack: many guesses at once are no more guesses", "[api][attack]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kAdministrator, kGoodPassword);
  std::atomic<int> checked = 0;
  std::vector<std::thread> attackers;
  for (int i = 0; i < 24; ++i)
    attackers.emplace_back([&stand, &checked, i] {
      const auto answer = stand.call_unrecorded("POST", "/v1/session", json{{"name", "ana"}, {"password", "wrong " + std::to_string(i)}}.dump(), {});
      if (answer.status == 401) ++checked;
    });
  for (auto& attacker : attackers) attacker.join();
  // Five, and one more for each second that the test has taken.
  CHECK(checked >= 1);
  CHECK(stand.access->registry.name_locked_until("ana", Instant{}).has_value() == (checked >= 5));
  CHECK(checked <= 10);
}

TEST_CASE("attack: guessing through many names from one address locks the address, not the names", "[api][attack]") {
  ApiStand stand;
  for (int i = 0; i < 20; ++i) stand.access->registry.record_failure("name-" + std::to_string(i), "127.0.0.1", os::now() + seconds(60));
  put_person(stand, "ana", Role::kViewer, kGoodPassword);
  CHECK(log_in(stand, "ana", kGoodPassword).status == 429);
  stand.trust_proxy("127.0.0.1");
  CHECK(log_in(stand, "ana", kGoodPassword, {"X-Forwarded-For: 10.1.1.1"}).status == 200);
}

TEST_CASE("attack: a name that is nobody's locks like one that is", "[api][attack]") {
  ApiStand stand;
  for (int i = 0; i < 5; ++i) CHECK(log_in(stand, "nobody", "wrong").status == 401);
  CHECK(log_in(stand, "nobody", "wrong").status == 429);
}

TEST_CASE("attack: another site's page can neither act with the visitor's cookie nor log him in", "[api][attack]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kAdministrator, kGoodPassword);
  const LoggedIn ana = put_session(stand, "ana");
  const std::string cookie = "Cookie: tillsync_session=" + ana.id, body = R"({"id":"GB","name":"London"})";
  const auto put = [&](std::vector<std::string> headers) {
    headers.push_back(cookie);
    return stand.call("PUT", "/v1/locations/GB", body, "", headers);
  };
  CHECK(put({}).status == 403);
  for (const char* origin : {"Origin: http://evil.example.com", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"}) {
    INFO(origin);
    CHECK(code_of(put({origin})) == "csrf");
    CHECK(code_of(put({origin, "X-CSRF-Token: " + ana.csrf})) == "csrf");
    CHECK(code_of(log_in(stand, "ana", kGoodPassword, {origin})) == "csrf");
  }
  // The kinds of body that a form or a simple fetch can send without asking first.
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    INFO(type);
    CHECK(put({std::string("Content-Type: ") + type}).status == 403);
    CHECK(stand.call("POST", "/v1/session", json{{"name", "ana"}, {"password", kGoodPassword}}.dump(), "", {std::string("Content-Type: ") + type}).status == 415);
  }
  // No answer lets another site read it.
  const HttpAnswer preflight = stand.call("OPTIONS", "/v1/locations/GB", "", "", {"Origin: http://evil.example.com", "Access-Control-Request-Method: PUT"});
  CHECK(preflight.status == 405);
  for (const auto& [name, value] : preflight.headers) CHECK(!name.starts_with("access-control-"));
  CHECK(stand.items("/v1/locations").empty());
}

TEST_CASE("attack: a name of somebody else's that points here gets nothing", "[api][attack]") {
  ApiStand stand;
  CHECK(ask(stand, "GET /v1/stock HTTP/1.1\r\nHost: evil.example.com\r\nAuthorization: Bearer viewer\r\n\r\n").status == 421);
  CHECK(ask(stand, "GET /v1/openapi.json HTTP/1.1\r\nHost: evil.example.com:7080\r\n\r\n").status == 421);
  CHECK(ask(stand, "GET /v1/stock HTTP/1.1\r\nHost: localhost:7080\r\nAuthorization: Bearer viewer\r\n\r\n").status == 200);
  CHECK(ask(stand, "GET http://127.0.0.1/v1/stock HTTP/1.1\r\nHost: evil.example.com\r\nAuthorization: Bearer viewer\r\n\r\n").status == 421);
}

TEST_CASE("attack: no other way of writing a path reaches a route, least of all one with a lesser role", "[api][attack]") {
  ApiStand stand;
  // Of the administrator; each is asked for by nobody, a viewer and an operator, and by the administrator, who shows that it is not the route.
  for (const char* target : {"//v1/users", "/v1//users", "/v1/users/", "/v1/users//", "/v1/./users", "/v1/stock/../users", "/v1/../v1/users", "/./v1/users", "/v1/%2e%2e/v1/users",
                             "/v1%2fusers", "/v1%2Fusers", "/v1/users%2f", "/v1/%2e/users", "/V1/users", "/v1/Users", "/v1/USERS", "/v1/users;x", "/v1/users;x=1", "/v1;x/users", "/v1/users%3b",
                             "/v1/users%20", "/v1/users%09", "/v1/users.", "/v1/users.json", "/v1/users%3f", "/v1/users%23", "/v1\\users", "/v1/users%5c", "/healthz/../v1/users", "/metrics/v1/users",
                             "/v1/openapi.json/../users", "/%2e/v1/users", "/v1/users%c0%af"}) {
    INFO(target);
    // Outside of /v1 whatever is asked for is the web page, which holds nothing of anybody.
    const auto is_page = [](const RawAnswer& answer) { return answer.status == 200 && answer.head.find("Content-Type: text/html") != std::string::npos && answer.body.find("tillsync") != std::string::npos; };
    for (const char* token : {"", "Authorization: Bearer viewer\r\n", "Authorization: Bearer operator\r\n"}) {
      const RawAnswer given = ask(stand, request_of("GET", target, token));
      CHECK((is_page(given) || given.status == 404 || given.status == 400 || given.status == 401 || given.status == 403));
    }
    const RawAnswer answer = ask(stand, request_of("GET", target, "Authorization: Bearer administrator\r\n"));
    CHECK((is_page(answer) || answer.status == 404 || answer.status == 400));
  }
  // Plain escapes are the same path, with the same role.
  CHECK(ask(stand, request_of("GET", "/v1/%75sers", "Authorization: Bearer operator\r\n")).status == 403);
  CHECK(ask(stand, request_of("GET", "/v1/%75sers", "Authorization: Bearer administrator\r\n")).status == 200);
  // A slash within an id stays within it.
  CHECK(ask(stand, request_of("POST", "/v1/agents/x%2Frevoke", "Authorization: Bearer administrator\r\nIdempotency-Key: k\r\n", "{}")).status == 405);
  for (const char* target : {"/v1/users%00", "/v1/%00users", "/v1/users?q=%00", "/v1/users%", "/v1/users%2", "/v1/users%zz"})
    CHECK(ask(stand, request_of("GET", target, "Authorization: Bearer administrator\r\n")).status == 400);
}

TEST_CASE("attack: another method, or a header that names one, changes nothing", "[api][attack]") {
  ApiStand stand;
  for (const char* method : {"PATCH", "TRACE", "get", "G3T", "DELETE"}) {
    INFO(method);
    const int status = ask(stand, request_of(method, "/v1/users", "Authorization: Bearer viewer\r\n")).status;
    CHECK((status == 405 || status == 400 || status == 501));
  }
  CHECK(ask(stand, request_of("GET", "/v1/users", "Authorization: Bearer viewer\r\nX-HTTP-Method-Override: POST\r\nX-Original-URL: /healthz\r\n")).status == 403);
  CHECK(ask(stand, request_of("HEAD", "/v1/users", "Authorization: Bearer viewer\r\n")).status == 403);
}

TEST_CASE("attack: a correlation id cannot put a header into the answer", "[api][attack]") {
  ApiStand stand;
  for (const char* id : {"a\r\n Set-Cookie: x=1", "a%0d%0aSet-Cookie: x=1", "a\tSet-Cookie:x", "a\x01z", "\xff\xfe"}) {
    const RawAnswer answer = ask(stand, request_of("GET", "/v1/stock", std::string("Authorization: Bearer viewer\r\nX-Correlation-Id: ") + id + "\r\n"));
    CHECK(answer.head.find("\r\nSet-Cookie") == std::string::npos);
    CHECK((answer.status == 200 || answer.status == 400));
    if (answer.status == 200) CHECK(answer.head.find("X-Correlation-Id: c_") != std::string::npos);
  }
}

TEST_CASE("attack: what is too long is refused, and the server goes on", "[api][attack]") {
  ApiStand stand;
  CHECK(ask(stand, request_of("GET", "/v1/stock", "X-Long: " + std::string(http::kHeaderBytesMax, 'x') + "\r\n")).status == 431);
  const int long_target = ask(stand, request_of("GET", "/v1/" + std::string(http::kHeaderBytesMax, 'x'))).status;
  CHECK((long_target == 414 || long_target == 431));
  // Announced: refused before it is sent.
  CHECK(ask(stand, "PUT /v1/products HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer operator\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 999999999999\r\n\r\n")
            .status == 413);
  CHECK(ask(stand, "PUT /v1/products HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status == 400);
  CHECK(ask(stand, request_of("GET", "/v1/stock", "Authorization: Bearer " + std::string(8'000, 'x') + "\r\n")).status == 401);
  CHECK(ask(stand, request_of("GET", "/v1/stock", "Cookie: tillsync_session=" + std::string(4'000, 'x') + "\r\n")).status == 401);
  CHECK(stand.call("GET", "/healthz", "", "").status == 200);
}

TEST_CASE("attack: nobody who is not known can send a large body", "[api][attack]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kOperator);
  const LoggedIn ana = put_session(stand, "ana");
  const std::string large = "[" + std::string(http::kSmallBodyBytes, ' ') + "]";
  const auto put = [&](const std::string& headers) {
    RawClient client(stand.port_number());
    client.send("PUT /v1/products HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "Content-Type: application/json\r\nContent-Length: " + std::to_string(large.size()) + "\r\n\r\n" + large);
    return client.receive().status;
  };
  CHECK(put("") == 413);
  CHECK(put("Authorization: Bearer nosuch\r\n") == 413);
  CHECK(put("Authorization: Bearer expired\r\n") == 413);
  CHECK(put("Cookie: tillsync_session=s_none\r\n") == 413);
  CHECK(put("Authorization: Bearer operator\r\n") == 200);
  CHECK(put("Cookie: tillsync_session=" + ana.id + "\r\nX-CSRF-Token: " + ana.csrf + "\r\n") == 200);
}

TEST_CASE("attack: requests that trickle in are cut off, and hold nobody up", "[api][attack]") {
  ApiStand stand({}, 16, std::chrono::milliseconds(200));
  std::vector<RawClient> slow;
  for (int i = 0; i < 8; ++i) {
    slow.emplace_back(stand.port_number());
    REQUIRE(slow.back().connected());
    slow.back().send("GET /v1/stock HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
  }
  CHECK(stand.call("GET", "/healthz", "", "").status == 200);
  std::atomic<bool> stops = false;
  std::thread trickle([&] {
    while (!stops) {
      for (auto& client : slow) client.send("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the pace of the trickle: too slow to fill a head before its time is up
    }
  });
  for (auto& client : slow) CHECK(client.at_end());
  stops = true;
  trickle.join();
  CHECK(stand.call("GET", "/healthz", "", "").status == 200);
}

TEST_CASE("attack: every answer carries the security headers, refusals and unreadable requests too", "[api][attack]") {
  ApiStand stand;
  for (const auto& request : {request_of("GET", "/v1/stock", "Authorization: Bearer viewer\r\n"), request_of("GET", "/v1/stock"), request_of("GET", "/v1/nosuch"), request_of("GET", "/healthz"),
                              request_of("GET", "/v1/users%00"), request_of("GET", "/metrics")}) {
    const RawAnswer answer = ask(stand, request);
    INFO(request << "\n" << answer.head);
    for (const char* header : {"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer", "X-Frame-Options: DENY",
                               "Cross-Origin-Resource-Policy: same-origin"})
      CHECK(answer.head.find(std::string("\r\n") + header + "\r\n") != std::string::npos);
    CHECK(answer.head.find("Strict-Transport-Security") == std::string::npos);
  }
}
