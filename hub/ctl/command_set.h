// What the definitions of commands share: groups, "show", one call. Used by the files of this folder that define commands.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "hub/ctl/api_client.h"
#include "hub/ctl/ctl_calls.h"
#include "hub/ctl/ctl_commands.h"

namespace tillsync::hub {

class CommandSet {
 public:
  CommandSet(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action)
      : app_(app), options_(options), arguments_(arguments), action_(action) {}

 protected:
  CLI::App* group(const std::string& name, const std::string& description) {
    auto* command = app_.add_subcommand(name, description);
    command->require_subcommand(1);
    return command;
  }
  void does(CLI::App* command, std::function<int()> action) {
    command->callback([this, action = std::move(action)] { action_ = action; });
    command->add_flag("--json", options_.as_json, "Print the hub's answer as JSON");
  }
  /// "show": one of them by its id.
  void shows(CLI::App* parent, const std::string& path, const std::string& argument, const std::string& description) {
    auto* show = parent->add_subcommand("show", "Show one");
    show->add_option(argument, arguments_.id, description)->required();
    does(show, [this, path] { return get(path + url_encode(arguments_.id)); });
  }
  int get(const std::string& path) { return call_and_show(options_, "GET", path, {}, show_object); }
  int send(const std::string& method, const std::string& path, const nlohmann::json& body) {
    return call_and_show(options_, method, path, body.dump(), show_object);
  }


  CLI::App& app_;
  CtlOptions& options_;
  CtlArguments& arguments_;
  std::function<int()>& action_;
};

/// stock, availability, reservations, leases, safety-stock: in ctl_stock_commands.cpp. The result must outlive the parsing.
std::shared_ptr<void> define_stock_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);
/// exceptions, postings, connectors, operations: in ctl_exception_commands.cpp.
std::shared_ptr<void> define_exception_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);

/// day: in ctl_day_commands.cpp. The result must outlive the parsing.
std::shared_ptr<void> define_day_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);
/// user, token, audit: in ctl_access_commands.cpp.
std::shared_ptr<void> define_access_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);
/// enrolment-token, agent, config-revision, rollout: in ctl_fleet_commands.cpp.
std::shared_ptr<void> define_fleet_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);
/// overview, search, trace, kpis, alerts, alert-rules, notification-targets, watch: in ctl_insight_commands.cpp. The result must outlive the parsing.
std::shared_ptr<void> define_insight_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);
/// connector: in ctl_erp_commands.cpp.
std::shared_ptr<void> define_erp_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action);

}  // namespace tillsync::hub
