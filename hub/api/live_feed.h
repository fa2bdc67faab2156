// The live view: one thread reads what has changed at most once a second, encodes it once, and gives the same bytes to every viewer (server-sent events). Without viewers it
// sleeps. A viewer that falls behind is cut off by its Stream and never slows the others.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/http/server.h"

namespace tillsync::hub {

inline constexpr std::size_t kViewersMax = 64;            // one more is answered 503
inline constexpr Duration kPingEvery = seconds(15);
inline constexpr Duration kViewLife = seconds(15 * 60);   // then the stream ends and the viewer comes again, so that who may no longer look is found out

/// A topic that takes long to read is read less often: it rests for so many times as long as it took, so that one takes 2 % of a core at most, and no longer than a viewer
/// has patience. 5,000 stores in the dark on a slow machine are such a topic.
inline constexpr std::int64_t kRestShare = 50;
inline constexpr Duration kRestMax = seconds(5);
/// How long a topic rests whose reading took so long.
Duration rest_after(Duration took);

/// One kind of event. `read` gives a JSON object without as_of; what is the same as last time is not sent.
struct LiveTopic {
  std::string name;
  Duration every = seconds(1);
  /// is_first: nobody has looked for a while; a topic of changes begins anew and gives nothing. nullopt: nothing to tell.
  std::function<Result<std::optional<std::string>>(Instant now, bool is_first)> read;
  bool is_changes = false;  // each event is only what has changed: a new viewer is not given the last one
};

class LiveFeed {
 public:
  /// now: the hub's clock, for as_of; `pause` between updates, one second but for tests.
  LiveFeed(std::vector<LiveTopic> topics, std::function<Instant()> now, Duration pause = seconds(1));
  ~LiveFeed();
  LiveFeed(const LiveFeed&) = delete;
  LiveFeed& operator=(const LiveFeed&) = delete;

  bool has_room() const;
  /// Greets it and gives it the last of every topic. False: there is no room; the stream ends.
  /// may_look: asked before each event; when it says no, the stream ends. Empty: always.
  bool add(std::unique_ptr<http::Stream> stream, std::function<bool()> may_look = {});
  std::size_t viewers() const;
  /// Ends every stream and takes no more: what is told while the hub stops would be about its own end, agents without a session for one.
  void stop();

 private:
  struct State {
    LiveTopic topic;
    std::optional<Instant> read_at;
    Duration rests_until;        // by the clock that only goes on
    std::string content, event;  // the last one
  };
  struct Viewer {
    std::unique_ptr<http::Stream> stream;
    Instant until;
    std::function<bool()> may_look;
  };
  void run();
  void update();
  std::string encode(std::string_view name, std::string_view content, Instant now);
  void send(std::string_view bytes, Instant now);

  std::function<Instant()> now_;
  const Duration pause_;
  std::vector<State> topics_;     // of the thread, but for `event`
  mutable std::mutex mutex_;      // of what follows, and of State::event
  std::vector<Viewer> viewers_;
  std::uint64_t last_id_ = 0;
  bool stopping_ = false;
  bool is_stale_ = true;  // nobody has looked for a while
  std::condition_variable wake_;
  Instant pinged_at_;
  std::thread thread_;
};

/// One event as it goes over the line; content: a JSON object in one line.
std::string server_sent_event(std::uint64_t id, std::string_view name, std::string_view content);

}  // namespace tillsync::hub
