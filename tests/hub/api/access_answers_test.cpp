#include "hub/api/access_answers.h"

#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("access answers: a member is a text or nothing", "[api]") {
  const json body = {{"name", "ana"}, {"number", 1}};
  CHECK(text_member(body, "name") == "ana");
  CHECK(!text_member(body, "number"));
  CHECK(!text_member(body, "nosuch"));
  CHECK(!text_member(json::array(), "name"));
}

TEST_CASE("access answers: while passwords are being checked others of the address are turned away, and the API answers on", "[api]") {
  ApiStand stand;
  std::promise<void> entered, opened;
  auto open = opened.get_future().share();
  REQUIRE(stand.access->passwords.submit("gate", [&entered, open] {
    entered.set_value();
    open.wait();
  }));
  entered.get_future().wait();
  std::vector<std::future<HttpAnswer>> waiting;
  const std::string body = R"({"name":"nobody","password":"a long password"})";
  for (std::size_t i = 0; i < kPasswordsWaitingPerAddressMax; ++i)
    waiting.push_back(std::async(std::launch::async, [&] { return stand.call_unrecorded("POST", "/v1/session", body, {}); }));
  // Which of them comes first is open; beyond the limit one is turned away.
  HttpAnswer refused;
  for (int i = 0; i < 10'000 && refused.status == 0; ++i) {
    waiting.push_back(std::async(std::launch::async, [&] { return stand.call_unrecorded("POST", "/v1/session", body, {}); }));
    for (auto& one : waiting)
      if (one.valid() && one.wait_for(std::chrono::milliseconds(5)) == std::future_status::ready) {
        refused = one.get();
        break;
      }
  }
  CHECK(refused.status == 503);
  CHECK(code_of(refused) == "busy");
  CHECK(refused.headers.at("retry-after") == "1");
  CHECK(stand.call("GET", "/v1/stock", "", "viewer").status == 200);
  opened.set_value();
  for (auto& one : waiting)
    if (one.valid()) one.wait();
}
