// Sends what waits in the queue of notifications: one at a time for each target, the targets beside each other, so that one that hangs holds up only itself.
#pragma once

#include <filesystem>
#include <memory>

#include "common/base/error.h"
#include "hub/insight/notify_client.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

class NotifyLoop {
 public:
  /// Looks every `pause`, one second but for tests. The end of the object waits for what is being sent, at most kNotifyTimeout; what was not recorded is sent again.
  static Result<std::unique_ptr<NotifyLoop>> start(const std::filesystem::path& database, WriterPort& writer, MailSettings mail, Duration pause = seconds(1),
                                                   Duration timeout = kNotifyTimeout);
  virtual ~NotifyLoop() = default;
};

}  // namespace tillsync::hub
