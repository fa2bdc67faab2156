// What a till asks of stock beyond its own sale: reservations and availability. Asked of the hub while there is a line, promised out of
// this agent's leases while there is none. A request is durable before it is sent; when the line breaks in between, the till is told that
// nobody knows yet (504) and asks again with the same key. Any thread; product and simulator run it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "agent/inbox/inbox.h"
#include "agent/ingest/answer.h"
#include "agent/outbox/outbox.h"
#include "agent/quota/quota_store.h"
#include "common/base/time.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

/// How long a till waits for the hub's word; then 504.
inline constexpr Duration kHubAnswerPatience = seconds(10);
/// Requests that wait for the hub; 503 beyond it.
inline constexpr std::size_t kHubRequestsMax = 1'000;
/// An answer that comes later than this is no longer looked for.
inline constexpr Duration kLateAnswerPatience = seconds(600);

struct ReservationPorts {
  /// Into the agent's one writer; finish comes after COMMIT or with why not.
  std::function<void(std::function<Result<void>(Outbox&, Inbox&)>, std::function<void(const Result<void>&)>)> write;
  std::function<void(wire::Request)> ask;  // the hub
  std::function<bool()> is_linked;
  std::function<Instant()> now;
  std::function<void(Duration, std::function<void()>)> run_after;
  std::function<std::string()> draw_id;    // 26 characters that nobody else draws
};

class ReservationDoor {
 public:
  /// quota: used inside ports.write only.
  ReservationDoor(ReservationPorts ports, Quota& quota, LocationId location)
      : core_(std::make_shared<Core>(std::move(ports), quota, std::move(location))) {}
  ~ReservationDoor();
  ReservationDoor(const ReservationDoor&) = delete;
  ReservationDoor& operator=(const ReservationDoor&) = delete;

  using Reply = std::function<void(Answer)>;
  /// reservation/1; key: of the Idempotency-Key header, "" = none.
  void reserve(BytesView body, std::string_view key, Reply reply);
  /// verb: confirm, pick, ready, release, extend, break. id: the reservation's. What was promised here is confirmed already.
  void step(std::string_view verb, std::string_view id, BytesView body, Reply reply);
  void availability(std::string_view sku, Reply reply);

  /// From the sync loop.
  void reply_arrived(const wire::Reply& reply);

 private:
  struct Waiter {
    std::string key;  // of a reservation; "" of a question
    Reply reply;      // none: the till was told 504
  };
  /// Outlives the door: timers and the writer may come back late.
  struct Core {
    Core(ReservationPorts given_ports, Quota& given_quota, LocationId given_location)
        : ports(std::move(given_ports)), quota(given_quota), location(std::move(given_location)) {}
    ReservationPorts ports;
    Quota& quota;
    LocationId location;
    std::mutex mutex;  // guards what follows
    std::map<std::string, Waiter> waiters;  // by request id
    std::uint64_t asked = 0;
  };
  static void ask(const std::shared_ptr<Core>& core, std::string method, std::uint64_t after_seq, Bytes body, std::string key, Reply reply);
  static void give_up(const std::shared_ptr<Core>& core, const std::string& request_id);

  std::shared_ptr<Core> core_;
};

}  // namespace tillsync::agent
