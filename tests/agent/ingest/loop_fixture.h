// A running ingest loop with its doors on loopback, and a till that talks to it.
#pragma once

#include <catch2/catch.hpp>
#include <future>
#include <nlohmann/json.hpp>

#include "agent/ingest/http_door.h"
#include "agent/ingest/reservation_door.h"
#include "common/crypto/crypto.h"
#include "agent/ingest/ingest_loop.h"
#include "common/base/limits.h"
#include "common/base/os.h"
#include "tests/agent/data_folder.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {

constexpr std::int64_t kPatienceS = 20;  // only so that a broken loop fails the test instead of hanging it

/// A DEALER or (with `delimited`) what a REQ client sends.
class TestTill {
 public:
  TestTill(std::shared_ptr<transport::Context> context, const std::string& endpoint)
      : socket_(std::move(*transport::DealerSocket::connect_plain(std::move(context), endpoint, kRequestBytesMax))) {}
  void send(const Bytes& frame) {
    const Duration end = os::monotonic() + seconds(kPatienceS);
    while (socket_->send(frame) != transport::SendStatus::kSent && os::monotonic() < end)
      transport::wait_readable({socket_->descriptor()}, milliseconds(10));
  }
  Bytes receive() {
    const Duration end = os::monotonic() + seconds(kPatienceS);
    while (os::monotonic() < end) {
      if (auto frame = socket_->receive()) return *frame;
      if (!socket_->has_work()) transport::wait_readable({socket_->descriptor()}, milliseconds(100));
    }
    return "{}";
  }
  nlohmann::json ask(const std::string& frame) {
    send(frame);
    return nlohmann::json::parse(receive());
  }

 private:
  std::unique_ptr<transport::DealerSocket> socket_;
};

struct LoopFixture {
  TemporaryFolder folder;
  std::shared_ptr<transport::Context> context = transport::make_context();
  std::atomic<std::uint64_t> outbox_seen = 0;
  IngestLoopOptions limits{};  // of the next start: first_prune and database_bytes_max
  std::unique_ptr<IngestLoop> loop;
  std::unique_ptr<DataReader> data;
  std::unique_ptr<ReservationDoor> reservations;
  std::unique_ptr<HttpDoor> http;
  std::atomic<bool> is_linked = false;
  /// What the hub answers; empty: nothing comes.
  std::function<std::optional<wire::Reply>(const wire::Request&)> hub;

  explicit LoopFixture(bool with_http = false, HttpDoorOptions http_options = {}) { start(with_http, std::move(http_options)); }
  ~LoopFixture() { stop(); }

  void start(bool with_http = false, HttpDoorOptions http_options = {}) {
    auto opened = IngestLoop::open({folder.path(), LocationId("GB"), "ipc://" + folder.file("pos.sock").string(), context,
                                    limits.database_bytes_max, limits.first_prune});
    REQUIRE(opened);
    loop = std::move(*opened);
    data = std::move(*DataReader::open(folder.path()));
    const auto status = [this] { return status_json(*data, loop->location(), loop->counters(), loop->refused(), {}); };
    ReservationPorts ports;
    ports.write = [this](auto write, auto finish) { loop->submit(std::move(write), std::move(finish)); };
    ports.ask = [this](const wire::Request& request) {
      if (!hub) return;
      if (const auto reply = hub(request)) reservations->reply_arrived(*reply);
    };
    ports.is_linked = [this] { return is_linked.load(); };
    ports.now = &os::now;
    ports.run_after = [this](Duration wait, std::function<void()> work) { loop->run_at(os::monotonic() + wait, std::move(work)); };
    ports.draw_id = [] { return random_secret(""); };
    reservations = std::make_unique<ReservationDoor>(std::move(ports), loop->quota(), loop->location());
    if (with_http) {
      http_options.listen = "127.0.0.1:0";
      auto door = HttpDoor::open(std::move(http_options), *loop, *data, *reservations, status);
      REQUIRE(door);
      http = std::move(*door);
    }
    REQUIRE(loop->start({[this](std::uint64_t seq) { outbox_seen = seq; },
                         [this](std::uint64_t) {
                           if (http) http->inbox_advanced();
                         },
                         status}));
  }
  void stop() {
    if (loop) loop->stop();
    reservations.reset();
    http.reset();
    data.reset();
    loop.reset();
  }
  void restart() {
    stop();
    start();
  }
  TestTill till() { return TestTill(context, loop->zmq_endpoint()); }
  OutboxState outbox_state() {
    return *data->with_outbox([](OutboxReader& outbox) { return outbox.state(); });
  }
  std::size_t rows() {
    return data->with_outbox([](OutboxReader& outbox) { return outbox.rows(1, 10'000, 100'000'000); })->size();
  }
  /// The documents in the outbox.
  std::vector<Document> documents() {
    std::vector<Document> found;
    const auto held = data->with_outbox([](OutboxReader& outbox) { return outbox.rows(1, 10'000, 100'000'000); });
    REQUIRE(held);
    for (const OutboxRow& row : *held) found.push_back(*decode_document(row.event.payload));
    return found;
  }
  std::uint64_t deliver(std::vector<wire::InboxItem> items) {
    std::promise<Result<std::uint64_t>> done;
    loop->submit_inbox(std::move(items), [&done](Result<std::uint64_t> last) { done.set_value(std::move(last)); });
    return *done.get_future().get();
  }
};

}  // namespace tillsync::agent
