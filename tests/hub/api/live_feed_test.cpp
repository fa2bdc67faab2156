#include "hub/api/live_feed.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <mutex>

#include "common/base/os.h"
#include "tests/common/http/raw_client.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

/// What a viewer was sent; `open` false: it has gone.
struct SeenBytes {
  std::mutex mutex;
  std::string bytes;
  std::atomic<bool> open = true;
  bool has(const std::string& text) {
    const std::lock_guard lock(mutex);
    return bytes.find(text) != std::string::npos;
  }
  std::size_t count(const std::string& text) {
    const std::lock_guard lock(mutex);
    std::size_t found = 0;
    for (std::size_t at = bytes.find(text); at != std::string::npos; at = bytes.find(text, at + 1)) ++found;
    return found;
  }
};
class FakeStream : public http::Stream {
 public:
  explicit FakeStream(std::shared_ptr<SeenBytes> seen) : seen_(std::move(seen)) {}
  bool write(std::string_view bytes) override {
    if (!seen_->open) return false;
    const std::lock_guard lock(seen_->mutex);
    seen_->bytes += bytes;
    return true;
  }

 private:
  std::shared_ptr<SeenBytes> seen_;
};

/// Waits for what another thread is to do, at most 10 s.
bool comes_true(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

struct FeedStand {
  std::atomic<int> value{0}, reads{0};
  std::atomic<std::int64_t> clock{1'000'000'000};
  std::atomic<bool> fails{false};
  std::vector<LiveTopic> topics() {
    LiveTopic state;
    state.name = "state";
    state.every = Duration{};
    state.read = [this](Instant, bool) -> Result<std::optional<std::string>> {
      ++reads;
      if (fails) return fail(ErrorCode::kTimeout, "read", "slow");
      return std::optional(R"({"value":)" + std::to_string(value) + "}");
    };
    LiveTopic changes;
    changes.name = "changes";
    changes.every = Duration{};
    changes.is_changes = true;
    changes.read = [this, last = -1](Instant, bool is_first) mutable -> Result<std::optional<std::string>> {
      const int now = value;
      const bool tells = !is_first && now != last;
      last = now;
      return tells ? std::optional(R"({"to":)" + std::to_string(now) + "}") : std::nullopt;
    };
    return {state, changes};
  }
  std::function<Instant()> now() {
    return [this] { return Instant{clock}; };
  }
};

std::shared_ptr<SeenBytes> join(LiveFeed& feed) {
  auto seen = std::make_shared<SeenBytes>();
  REQUIRE(feed.add(std::make_unique<FakeStream>(seen)));
  return seen;
}

}  // namespace

TEST_CASE("live feed: a viewer is greeted, told what is, and then what changes", "[live]") {
  FeedStand stand;
  LiveFeed feed(stand.topics(), stand.now(), milliseconds(1));
  const auto seen = join(feed);
  CHECK(seen->has("event: hello\ndata: {\"as_of\":\"1970-01-01T00:16:40Z\",\"version\":"));
  REQUIRE(comes_true([&] { return seen->has(R"("value":0})"); }));
  stand.value = 1;
  REQUIRE(comes_true([&] { return seen->has(R"("value":1})") && seen->has(R"("to":1})"); }));
  CHECK(seen->count("event: state") == 2);
  CHECK(seen->count("event: changes") == 1);
  CHECK_FALSE(seen->has(R"("to":0)"));
}

TEST_CASE("live feed: one that comes later gets the last of each topic at once, without changes", "[live]") {
  FeedStand stand;
  LiveFeed feed(stand.topics(), stand.now(), milliseconds(1));
  const auto first = join(feed);
  REQUIRE(comes_true([&] { return first->has(R"("value":0})"); }));
  stand.value = 1;
  REQUIRE(comes_true([&] { return first->has(R"("to":1})"); }));
  const auto second = join(feed);
  CHECK(second->has(R"("value":1})"));
  CHECK_FALSE(second->has("changes"));
}

TEST_CASE("live feed: nothing is read while nobody looks, and all is read anew when somebody comes", "[live]") {
  FeedStand stand;
  LiveFeed feed(stand.topics(), stand.now(), milliseconds(1));
  CHECK(stand.reads == 0);
  const auto seen = join(feed);
  REQUIRE(comes_true([&] { return seen->has("event: state"); }));
  seen->open = false;
  stand.value = 1;
  REQUIRE(comes_true([&] { return feed.viewers() == 0; }));
  stand.value = 2;
  const auto next = join(feed);
  REQUIRE(comes_true([&] { return next->has(R"("value":2})"); }));
  CHECK_FALSE(next->has(R"("value":1})"));
  CHECK_FALSE(next->has("event: changes"));
}

TEST_CASE("live feed: a viewer beyond the last is turned away", "[live]") {
  FeedStand stand;
  LiveFeed feed(stand.topics(), stand.now(), seconds(60));
  std::vector<std::shared_ptr<SeenBytes>> all;
  for (std::size_t i = 0; i < kViewersMax; ++i) {
    CHECK(feed.has_room());
    all.push_back(join(feed));
  }
  CHECK_FALSE(feed.has_room());
  CHECK_FALSE(feed.add(std::make_unique<FakeStream>(std::make_shared<SeenBytes>())));
}

TEST_CASE("live feed: after stop no stream is left and none is taken", "[live]") {
  FeedStand stand;
  LiveFeed feed(stand.topics(), stand.now(), milliseconds(1));
  const auto seen = join(feed);
  REQUIRE(comes_true([&] { return seen->has(R"("value":0})"); }));
  feed.stop();
  CHECK(feed.viewers() == 0);
  CHECK_FALSE(feed.add(std::make_unique<FakeStream>(std::make_shared<SeenBytes>())));
  stand.value = 1;
  CHECK_FALSE(seen->has(R"("value":1})"));
  feed.stop();
}

TEST_CASE("live feed: pings, and the end of a stream's life", "[live]") {
  FeedStand stand;
  LiveFeed feed(stand.topics(), stand.now(), milliseconds(1));
  const auto seen = join(feed);
  stand.clock += kPingEvery.micros;
  REQUIRE(comes_true([&] { return seen->has("event: ping\ndata: {\"as_of\":"); }));
  CHECK(feed.viewers() == 1);
  stand.clock += kViewLife.micros;
  REQUIRE(comes_true([&] { return feed.viewers() == 0; }));
}

TEST_CASE("live feed: a topic that cannot be read keeps the others and comes back", "[live]") {
  FeedStand stand;
  stand.fails = true;
  LiveFeed feed(stand.topics(), stand.now(), milliseconds(1));
  const auto seen = join(feed);
  REQUIRE(comes_true([&] { return stand.reads > 1; }));
  stand.value = 1;
  REQUIRE(comes_true([&] { return seen->has(R"("to":1})"); }));
  CHECK_FALSE(seen->has("event: state"));
  stand.fails = false;
  REQUIRE(comes_true([&] { return seen->has(R"("value":1})"); }));
}

TEST_CASE("live feed: what takes long to read is read less often, and never forgotten", "[live]") {
  CHECK(rest_after(Duration{}) == Duration{});
  CHECK(rest_after(milliseconds(10)) == milliseconds(500));  // below the second that any topic rests
  CHECK(rest_after(milliseconds(60)) == seconds(3));
  CHECK(rest_after(seconds(60)) == kRestMax);
}

TEST_CASE("live feed: ids count up", "[live]") {
  CHECK(server_sent_event(7, "ping", "{}") == "id: 7\nevent: ping\ndata: {}\n\n");
}
