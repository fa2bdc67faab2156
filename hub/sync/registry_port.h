// What the sync loop asks of the rest of the hub. Implemented in hub/app over fleet, intake and outbound. Called on the loop's
// thread unless said otherwise; nothing here may block for long.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/wire/messages.h"
#include "hub/sync/hub_session.h"
#include "hub/writer/requests.h"

namespace tillsync::hub {

class RegistryPort {
 public:
  virtual ~RegistryPort() = default;

  /// At each handshake, on the ZAP thread: everyone but the revoked. A replaced key is let in to be told so.
  virtual bool admits(std::string_view peer_key) = 0;
  /// For each frame.
  virtual AgentKnowledge knowledge(std::string_view peer_key) = 0;
  virtual Result<std::optional<EpochPosition>> epoch(const AgentId& agent_id, const EpochId& epoch) = 0;
  /// `done` comes after COMMIT and from another thread. kDenied: refused, with the text for the machine's operator.
  using EnrolDone = std::function<void(Result<std::pair<AgentId, LocationId>>)>;
  virtual void enrol(const std::string& peer_key, const EnrollRequested& request, EnrolDone done) = 0;

  virtual void seen(std::string_view peer_key, Instant now) = 0;
  virtual void status(std::string_view peer_key, const StatusArrived& status, Instant now) = 0;
  virtual void conflict(const IdentityConflict& conflict) = 0;

  /// {"skus": […], "locations": […], "max_age_s"}: what can be promised. location: of the agent that asks.
  virtual StockAnswer availability(const LocationId& location, BytesView body, Instant now) = 0;

  /// Items behind `after`, in order, at most what one deliver frame holds.
  virtual Result<std::vector<wire::InboxItem>> inbox_items(const AgentId& agent_id, std::uint64_t after) = 0;
  virtual void inbox_delivered(const AgentId& agent_id, std::uint64_t no) = 0;
  /// One of the machines of a conflict asks again.
  virtual void machine_seen(const ConflictMachineSeen& /*seen*/) {}

  /// An agent that was told to rotate its keys offers the new one: {"command_id", "public_key"}. `done` comes after COMMIT and from another
  /// thread; with 200 the key is good from then on, beside the one that it has.
  using OfferDone = std::function<void(StockAnswer)>;
  virtual void offer_key(const AgentId& /*agent_id*/, BytesView /*body*/, OfferDone done) { done({501, {}}); }
  /// This agent has a session by this key. Where it is the one that was offered, the key before is replaced. Called often.
  virtual void key_used(const AgentId& /*agent_id*/, std::string_view /*key*/) {}

  /// What an agent is told to do and has not answered, oldest first.
  virtual Result<std::vector<wire::Command>> open_commands(const AgentId& /*agent_id*/, Instant /*now*/) { return std::vector<wire::Command>{}; }
  virtual void commands_sent(std::vector<std::string> /*command_ids*/) {}
  virtual void command_result(const AgentId& /*agent_id*/, const wire::CommandResult& /*result*/) {}

  /// The agent's inbox stands at inbox_cursor; numbers that are given from now on must lie behind it. renumbered: called, from another
  /// thread, after COMMIT where items got new numbers, so that every session looks for them.
  virtual void connected(const Connected& connected, std::function<void()> renumbered) = 0;
};

}  // namespace tillsync::hub
