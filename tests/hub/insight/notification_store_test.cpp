#include "hub/insight/notification_store.h"

#include <catch2/catch.hpp>

#include "hub/insight/alert_store.h"
#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

namespace {

NotificationTarget webhook(const std::string& name) {
  NotificationTarget target;
  target.name = name;
  target.kind = "webhook";
  target.destination = "http://127.0.0.1:1/x";
  return target;
}
Alert alert_named(const std::string& id) {
  Alert alert;
  alert.alert_id = id;
  alert.title = "Leeds dark";
  return alert;
}
std::vector<QueuedNotification> due(InsightDatabase& database, Instant now, const std::set<std::string>& busy = {}) { return *due_notifications(*database, busy, now); }

}  // namespace

TEST_CASE("notification store: a webhook's secret is made once and kept", "[notify]") {
  InsightDatabase database;
  const auto made = put_target(*database, webhook("ops"), "ana", kInsightNow);
  REQUIRE(made);
  CHECK(made->starts_with("whs_"));
  CHECK(put_target(*database, webhook("ops"), "ana", kInsightNow)->empty());
  CHECK(read_targets(*database)->at(0).secret == *made);
  NotificationTarget own = webhook("ops");
  own.secret = "mine";
  CHECK(put_target(*database, own, "ana", kInsightNow)->empty());
  CHECK(read_targets(*database)->at(0).secret == "mine");
}

TEST_CASE("notification store: targets that are none, and one too many", "[notify]") {
  InsightDatabase database;
  const auto refused = [&](auto change) {
    NotificationTarget target = webhook("ops");
    change(target);
    return put_target(*database, target, "ana", kInsightNow).error().code;
  };
  CHECK(refused([](auto& target) { target.name = ""; }) == ErrorCode::kInvalid);
  CHECK(refused([](auto& target) { target.name = "a b"; }) == ErrorCode::kInvalid);
  CHECK(refused([](auto& target) { target.name = std::string(kTargetNameBytesMax + 1, 'a'); }) == ErrorCode::kInvalid);
  CHECK(refused([](auto& target) { target.kind = "pager"; }) == ErrorCode::kInvalid);
  CHECK(refused([](auto& target) { target.destination = "file:///x"; }) == ErrorCode::kInvalid);
  CHECK(refused([](auto& target) { target.kind = "email"; }) == ErrorCode::kInvalid);
  CHECK(refused([](auto& target) { target.rules = {"nosuch"}; }) == ErrorCode::kInvalid);
  CHECK(refused([](auto& target) { target.secret = std::string(kTargetSecretBytesMax + 1, 'a'); }) == ErrorCode::kInvalid);
  for (std::size_t i = 0; i < kTargetsMax; ++i) REQUIRE(put_target(*database, webhook("t" + std::to_string(i)), "ana", kInsightNow));
  CHECK(put_target(*database, webhook("more"), "ana", kInsightNow).error().code == ErrorCode::kLimitExceeded);
  CHECK(put_target(*database, webhook("t0"), "ana", kInsightNow));
}

TEST_CASE("notification store: only those are told who want the rule and are switched on", "[notify]") {
  InsightDatabase database;
  NotificationTarget some = webhook("some"), off = webhook("off");
  some.rules = {"disk"};
  off.is_enabled = false;
  for (const auto& target : {some, off, webhook("all")}) REQUIRE(put_target(*database, target, "ana", kInsightNow));
  REQUIRE(queue_notification(*database, "store_dark", "firing", {alert_named("al_1")}, kInsightNow));
  REQUIRE(queue_notification(*database, "disk", "firing", {alert_named("al_2")}, kInsightNow));
  REQUIRE(queue_notification(*database, "disk", "firing", {alert_named("al_2")}, kInsightNow));
  REQUIRE(queue_notification(*database, "disk", "firing", {}, kInsightNow));
  CHECK(database.number("SELECT count(*) FROM notification WHERE target = 'all'") == 2);
  CHECK(database.number("SELECT count(*) FROM notification WHERE target = 'some'") == 1);
  CHECK(database.number("SELECT count(*) FROM notification WHERE target = 'off'") == 0);
}

TEST_CASE("notification store: in order, behind a pause when it fails, given up after a day", "[notify]") {
  InsightDatabase database;
  for (const char* name : {"a", "b"}) REQUIRE(put_target(*database, webhook(name), "ana", kInsightNow));
  for (const char* id : {"al_1", "al_2"}) REQUIRE(queue_notification(*database, "disk", "firing", {alert_named(id)}, kInsightNow));
  CHECK(due(database, kInsightNow).size() == 2);
  CHECK(due(database, kInsightNow, {"a"}).size() == 1);
  QueuedNotification first = due(database, kInsightNow, {"b"}).at(0);
  CHECK(first.event_key == "firing:al_1");
  REQUIRE(record_notification(*database, first, "refused", kInsightNow));
  CHECK(due(database, kInsightNow + seconds(9), {"b"}).empty());  // and what is behind it waits as well
  CHECK(read_targets(*database)->at(0).last_error == "refused");
  first = due(database, kInsightNow + seconds(10), {"b"}).at(0);
  CHECK(first.attempts == 1);
  REQUIRE(record_notification(*database, first, "", kInsightNow + seconds(10)));
  CHECK(read_targets(*database)->at(0).last_status == "sent");
  const QueuedNotification second = due(database, kInsightNow + seconds(10), {"b"}).at(0);
  CHECK(second.event_key == "firing:al_2");
  REQUIRE(record_notification(*database, second, "refused", kInsightNow + kGivenUpAfter));
  CHECK(due(database, kInsightNow + kGivenUpAfter + kLongestPause, {"b"}).empty());
  CHECK(database.number("SELECT count(*) FROM notification WHERE status = 'failed' AND target = 'a'") == 1);
  CHECK(due(database, kInsightNow + kGivenUpAfter, {"a"}).size() == 1);  // the other one is not held up
}

TEST_CASE("notification store: a target that takes nothing keeps so many waiting and no more", "[notify]") {
  InsightDatabase database;
  REQUIRE(put_target(*database, webhook("a"), "ana", kInsightNow));
  for (std::size_t i = 0; i <= kNotificationsWaitingMax; ++i) REQUIRE(queue_notification(*database, "disk", "firing", {alert_named("al_" + std::to_string(i))}, kInsightNow));
  CHECK(read_targets(*database)->at(0).waiting == static_cast<std::int64_t>(kNotificationsWaitingMax));
  CHECK(database.number("SELECT count(*) FROM notification WHERE status = 'dropped'") == 1);
}

TEST_CASE("notification store: tests are each their own", "[notify]") {
  InsightDatabase database;
  REQUIRE(put_target(*database, webhook("a"), "ana", kInsightNow));
  REQUIRE(queue_test(*database, "a", "ana", kInsightNow));
  REQUIRE(queue_test(*database, "a", "ana", kInsightNow));
  CHECK(read_targets(*database)->at(0).waiting == 2);
  CHECK(queue_test(*database, "nosuch", "ana", kInsightNow).error().code == ErrorCode::kNotFound);
}
