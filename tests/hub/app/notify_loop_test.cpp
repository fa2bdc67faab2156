#include "hub/app/notify_loop.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "hub/writer/writer_loop.h"
#include "tests/hub/insight/insight_fixture.h"
#include "tests/hub/insight/line_server.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::test::converse_http;
using tillsync::test::LineServer;

namespace {

bool notify_comes_true(const std::function<bool()>& condition) {
  const Duration until = os::monotonic() + seconds(10);
  while (!condition()) {
    if (os::monotonic() > until) return false;
    std::this_thread::yield();
  }
  return true;
}
NotificationTarget target_at(const std::string& name, const std::string& address) {
  NotificationTarget target;
  target.name = name;
  target.kind = "webhook";
  target.destination = "http://" + address + "/hook";
  return target;
}

}  // namespace

TEST_CASE("notify loop: one target that hangs does not hold up another; what failed is tried again", "[notify]") {
  InsightDatabase database;
  LineServer hanging([](LineServer::Line& line) { line.take_until("never"); });
  LineServer good([](LineServer::Line& line) { converse_http(line, "HTTP/1.1 204 No Content\r\n\r\n"); });
  REQUIRE(put_target(*database, target_at("hanging", hanging.address()), "ana", os::now()));
  REQUIRE(put_target(*database, target_at("good", good.address()), "ana", os::now()));
  for (int i = 0; i < 3; ++i)
    for (const char* name : {"hanging", "good"}) REQUIRE(queue_test(*database, name, "ana", os::now()));
  auto writer = WriterLoop::start(std::move(*open_database(database.path(), 4)), std::move(*open_for_checkpoints(database.path())), {}, {});
  REQUIRE(writer);
  {
    auto loop = NotifyLoop::start(database.path(), **writer, {}, milliseconds(5), milliseconds(1'000));
    REQUIRE(loop);
    CHECK(notify_comes_true([&] { return database.number("SELECT count(*) FROM notification WHERE target = 'good' AND status = 'sent'") == 3; }));
    CHECK(notify_comes_true([&] { return database.number("SELECT count(*) FROM notification WHERE target = 'hanging' AND attempts = 1 AND status = 'waiting'") == 1; }));
  }
  CHECK(good.conversations() == 3);
  CHECK(database.number("SELECT count(*) FROM notification WHERE target = 'hanging' AND attempts = 0") == 2);
  (*writer)->stop();
}
