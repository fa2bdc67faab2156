// What the sync loop asks of the agent's writer. Implemented in agent/app over agent/ingest's loop, which owns all writes. Called on
// the sync loop's thread; `done` comes after COMMIT and from the writer's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/outbox/outbox.h"
#include "agent/sync/key_ring.h"
#include "common/base/error.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

class SyncPort {
 public:
  virtual ~SyncPort() = default;
  /// Written with the next group; an older cursor only means sending again.
  virtual void submit_ack(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) = 0;
  /// done: with the last no that is durable.
  virtual void submit_inbox(std::vector<wire::InboxItem> items, std::function<void(Result<std::uint64_t>)> done) = 0;
  virtual void submit_rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation,
                             std::function<void(Result<OutboxState>)> done) = 0;
  /// The hub's word on a request that was asked.
  virtual void reply_arrived(const wire::Reply& reply) = 0;
  /// The hub tells this agent to do something; `done` at any time, from any thread, or never: the hub tells it again.
  virtual void command_arrived(const wire::Command& command, std::function<void(wire::CommandResult)> done) {
    done({command.command_id, false, R"({"detail":"this agent does not know the command"})"});
  }
  /// A pair that nobody has.
  virtual Result<KeyPair> make_keys() { return fail(ErrorCode::kUnsupported, "make keys", "this program cannot"); }
  /// Durable when it returns; rare. After an error either the old record or this one is there.
  virtual Result<void> save_keys(const KeyRecord& /*record*/) { return fail(ErrorCode::kUnsupported, "save keys", "this program cannot"); }
  /// Fills what a status says of the configuration.
  virtual void describe_config(wire::Status& /*status*/) {}
  /// Documents refused at the doors since the start.
  virtual std::uint64_t refused_documents() = 0;
};

}  // namespace tillsync::agent
