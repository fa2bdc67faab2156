#include "common/http/connections.h"

#include "common/base/net.h"
#include "common/http/exchange.h"

namespace tillsync::http {
namespace {

constexpr std::chrono::seconds kPatienceUnderPressure(10);  // for the next whole request head, once connections run short

}  // namespace

Connections::Connections(unsigned connections_max, std::size_t bodies_bytes_max, Patience patience)
    : crowded_at_(connections_max - connections_max / 4), bodies_bytes_max_(bodies_bytes_max), patience_(patience), watch_([this] { watch(); }) {}

Connections::~Connections() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  earlier_.notify_all();
  watch_.join();
}

void Connections::set_deadline(Connection& connection, Clock::time_point deadline) {
  connection.deadline = deadline;
  if (deadline < wakes_at_) earlier_.notify_all();
}

void Connections::watch() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const Clock::time_point now = Clock::now();
    wakes_at_ = Clock::time_point::max();
    for (auto& [socket, connection] : connections_) {
      if (!connection.deadline) continue;
      if (*connection.deadline <= now) {
        // The descriptor is valid: closed() is called, under this lock, before the server closes it.
        os::cut(socket);
        connection.deadline.reset();
      } else if (*connection.deadline < wakes_at_) {
        wakes_at_ = *connection.deadline;
      }
    }
    if (wakes_at_ == Clock::time_point::max()) earlier_.wait(lock);
    else earlier_.wait_until(lock, wakes_at_);
  }
}

void Connections::opened(int socket) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  Connection& connection = connections_[socket] = Connection{false, now, {}};
  set_deadline(connection, now + patience_.first_head);
  if (connections_.size() < crowded_at_) return;
  // Descriptors are valid here: closed() is called, under this lock, before the server closes one.
  for (const auto& [other, open] : connections_)
    if (!open.busy && now - open.waiting_since > kPatienceUnderPressure) os::cut(other);
}

void Connections::closed(int socket) {
  const std::lock_guard lock(mutex_);
  connections_.erase(socket);
}

void Connections::set_busy(int socket, bool busy) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(socket);
  if (found == connections_.end()) return;
  const Clock::time_point now = Clock::now();
  // While it is busy its body has a speed to keep (exchange), and its handler all the time that it wants.
  found->second = {busy, now, {}};
  if (!busy) set_deadline(found->second, now + patience_.next_head);
}

void Connections::set_answering(int socket, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = connections_.find(socket);
  if (found == connections_.end()) return;
  set_deadline(found->second, Clock::now() + patience_.answer_grace + std::chrono::milliseconds(bytes * 1'000 / patience_.answer_bytes_per_second_min));
}

void Connections::add(std::shared_ptr<Exchange> exchange) {
  const std::lock_guard lock(mutex_);
  Exchange* const key = exchange.get();
  exchanges_.emplace(key, std::move(exchange));
}

void Connections::remove(Exchange* exchange) {
  const std::lock_guard lock(mutex_);
  exchanges_.erase(exchange);
  if (exchanges_.empty()) emptied_.notify_all();
}

std::vector<std::shared_ptr<Exchange>> Connections::exchanges() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Exchange>> all;
  for (const auto& [key, exchange] : exchanges_) all.push_back(exchange);
  return all;
}

void Connections::wait_until_empty(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  emptied_.wait_for(lock, limit, [this] { return exchanges_.empty(); });
}

bool Connections::reserve_body(std::size_t bytes) {
  if (body_bytes_.fetch_add(bytes) + bytes <= bodies_bytes_max_) return true;
  body_bytes_ -= bytes;
  return false;
}

}  // namespace tillsync::http
