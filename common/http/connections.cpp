#include "common/http/connections.h"

#include "common/http/exchange.h"
#include "common/http/net.h"

namespace tillsync::http {
namespace {

constexpr std::chrono::seconds kPatienceUnderPressure(10);  // for the next whole request head, once connections run short

}  // namespace

void Connections::opened(int socket) {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  connections_[socket] = Connection{false, now};
  if (connections_.size() < crowded_at_) return;
  // Descriptors are valid here: closed() is called, under this lock, before the server closes one.
  for (const auto& [other, connection] : connections_)
    if (!connection.busy && now - connection.waiting_since > kPatienceUnderPressure) cut(other);
}

void Connections::closed(int socket) {
  const std::lock_guard lock(mutex_);
  connections_.erase(socket);
}

void Connections::set_busy(int socket, bool busy) {
  const std::lock_guard lock(mutex_);
  if (const auto found = connections_.find(socket); found != connections_.end()) found->second = {busy, Clock::now()};
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
