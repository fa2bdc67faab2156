// GET /v1/stream: the live view as server-sent events.
#include "hub/api/api_context.h"
#include "hub/api/live_feed.h"

namespace tillsync::hub {
namespace {

void open_stream(ApiContext& context, const ApiCall& call) {
  LiveFeed* feed = context.insight.live;
  if (feed == nullptr || !feed->has_room())
    return call.reply->problem(503, "too_many_viewers", "Not available now", "at most " + std::to_string(kViewersMax) + " viewers are served; ask /v1/overview every 15 s instead", "",
                               {{"Retry-After", "15"}});
  // Who logs out, or whose token is revoked, looks no longer: at the next event, and so within kPingEvery.
  auto may_look = [&context, caller = call.caller] { return context.access == nullptr || context.access->registry.is_valid(caller, context.now()); };
  if (auto stream = call.reply->stream("text/event-stream")) feed->add(std::move(stream), std::move(may_look));
}

}  // namespace

std::vector<Endpoint> stream_endpoints() {
  return {{{"GET", "/v1/stream", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { open_stream(context, call); }}};
}

}  // namespace tillsync::hub
