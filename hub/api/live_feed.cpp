#include "hub/api/live_feed.h"

#include <algorithm>
#include <chrono>

#include "common/base/os.h"
#include "common/log/log.h"

namespace tillsync::hub {

std::string server_sent_event(std::uint64_t id, std::string_view name, std::string_view content) {
  std::string event = "id: " + std::to_string(id) + "\nevent: ";
  event.append(name).append("\ndata: ").append(content).append("\n\n");
  return event;
}

Duration rest_after(Duration took) { return std::min(kRestMax, Duration{kRestShare * took.micros}); }

LiveFeed::LiveFeed(std::vector<LiveTopic> topics, std::function<Instant()> now, Duration pause) : now_(std::move(now)), pause_(pause) {
  for (LiveTopic& topic : topics) topics_.push_back({std::move(topic), {}, {}, {}, {}});
  pinged_at_ = now_();
  thread_ = std::thread([this] { run(); });
}

LiveFeed::~LiveFeed() { LiveFeed::stop(); }

void LiveFeed::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  viewers_.clear();
}

bool LiveFeed::has_room() const { return viewers() < kViewersMax; }

std::size_t LiveFeed::viewers() const {
  const std::lock_guard lock(mutex_);
  return viewers_.size();
}

/// Under the lock.
std::string LiveFeed::encode(std::string_view name, std::string_view content, Instant now) {
  std::string body = R"({"as_of":")" + format_instant(now) + '"';
  content.remove_prefix(1);
  if (content != "}") body += ',';
  body += content;
  return server_sent_event(++last_id_, name, body);
}

bool LiveFeed::add(std::unique_ptr<http::Stream> stream, std::function<bool()> may_look) {
  const Instant now = now_();
  const std::lock_guard lock(mutex_);
  if (viewers_.size() >= kViewersMax || stopping_) return false;
  std::string first = encode("hello", R"({"version":")" TILLSYNC_VERSION R"("})", now);
  // What is remembered from before the last viewer left is old: the thread reads anew.
  if (viewers_.empty()) is_stale_ = true;
  else
    for (const State& state : topics_)
      if (!state.topic.is_changes) first += state.event;
  if (!stream->write(first)) return true;  // gone already
  viewers_.push_back({std::move(stream), now + kViewLife, std::move(may_look)});
  wake_.notify_one();
  return true;
}

void LiveFeed::send(std::string_view bytes, Instant now) {
  std::erase_if(viewers_, [&](const Viewer& viewer) {
    if (viewer.may_look && !viewer.may_look()) return true;
    return !viewer.stream->write(bytes) || viewer.until <= now;
  });
}

void LiveFeed::update() {
  const Instant now = now_();
  std::vector<std::string> contents(topics_.size());
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    State& state = topics_[i];
    if (state.read_at && now >= *state.read_at && now - *state.read_at < state.topic.every) continue;
    const Duration begun = os::monotonic();
    if (state.read_at && begun < state.rests_until) continue;
    auto content = state.topic.read(now, !state.read_at);
    state.read_at = now;
    const Duration ended = os::monotonic();
    state.rests_until = ended + rest_after(ended - begun);
    if (!content) {
      log::write(log::Level::kWarning, "live view", content.error());
      continue;
    }
    if (*content && (state.topic.is_changes || **content != state.content)) contents[i] = std::move(**content);
  }
  const std::lock_guard lock(mutex_);
  std::string bytes;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (contents[i].empty()) continue;
    topics_[i].event = encode(topics_[i].topic.name, contents[i], now);
    topics_[i].content = std::move(contents[i]);
    bytes += topics_[i].event;
  }
  if (now - pinged_at_ >= kPingEvery || now < pinged_at_) {
    pinged_at_ = now;
    bytes += encode("ping", "{}", now);
  }
  if (!bytes.empty()) send(bytes, now);
}

void LiveFeed::run() {
  const auto pause = std::chrono::microseconds(pause_.micros);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (viewers_.empty()) {
      wake_.wait(lock, [this] { return stopping_ || !viewers_.empty(); });
      continue;
    }
    if (std::exchange(is_stale_, false))
      for (State& state : topics_) {
        state.read_at.reset();
        state.content.clear();
        state.event.clear();
      }
    lock.unlock();
    update();
    lock.lock();
    wake_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

}  // namespace tillsync::hub
