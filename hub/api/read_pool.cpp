#include "hub/api/read_pool.h"

namespace tillsync::hub {

Result<std::unique_ptr<ReadPool>> ReadPool::open(std::size_t connections, const Open& open) {
  auto pool = std::make_unique<ReadPool>();
  for (std::size_t i = 0; i < connections; ++i) {
    TS_ASSIGN_OR_RETURN(auto connection, open());
    pool->free_.push_back(std::move(connection));
  }
  return pool;
}

ReadPool::Lease ReadPool::borrow() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !free_.empty(); });
  auto connection = std::move(free_.back());
  free_.pop_back();
  return Lease(*this, std::move(connection));
}

ReadPool::Lease::~Lease() {
  if (!connection_) return;
  {
    const std::lock_guard lock(pool_->mutex_);
    pool_->free_.push_back(std::move(connection_));
  }
  pool_->freed_.notify_one();
}

}  // namespace tillsync::hub
