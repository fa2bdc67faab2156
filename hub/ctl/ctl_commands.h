// The commands of tillsyncctl, each with its options and what it calls.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hub/ctl/ctl_calls.h"

namespace CLI {
class App;
}

namespace tillsync::hub {

/// What options fill in; lives as long as the CLI::App that points into it.
struct CtlArguments {
  std::string id, name, kind, time_zone, hours, group, location, sku, file, code, status, owner, assignee, reason,
      contract, till, document_no, correlation_id, date, quantity, key, order_no, agent, max_age, posting_date;
  std::vector<std::string> tills, skus;
  bool repair = false, force = false;
  long long ttl = 0;
  int uses = 1;
  long long valid_hours = 24;
};

/// Adds every command to `app`; parsing one sets `action`, which does it and returns the exit code. Both call what is returned: keep it
/// as long as they.
[[nodiscard]] std::shared_ptr<void> define_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);

}  // namespace tillsync::hub
