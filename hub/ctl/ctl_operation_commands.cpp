// operations: work on many in the background, begun, watched, undone and stopped.
#include <chrono>
#include <iostream>
#include <thread>

#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kWatchEvery{500};

std::string count_text(const json& object, const char* member) {
  const auto found = object.find(member);
  return found == object.end() || found->is_null() ? "?" : found->dump();
}

std::string progress_of(const json& operation) {
  std::string text = operation.value("operation_id", "") + ": " + operation.value("status", "") + ", " + count_text(operation, "done") + " done, " + count_text(operation, "failed") +
                     " failed, " + count_text(operation, "left") + " left";
  if (const std::string trouble = operation.value("trouble", ""); !trouble.empty()) text += " (" + trouble + ")";
  return text;
}

class OperationCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    operations_ = group("operations", "Work on many at once: begun, and how far it has come");
    does(operations_->add_subcommand("list", "List them, newest first"), [this] {
      return list_pages(options_, "/v1/operations",
                        {{"operation_id", "OPERATION"},
                         {"kind", "KIND"},
                         {"route", "WHAT"},
                         {"who", "WHO"},
                         {"status", "STATUS"},
                         {"selected", "SELECTED"},
                         {"done", "DONE"},
                         {"failed", "FAILED"},
                         {"left", "LEFT"},
                         {"started_at", "STARTED"},
                         {"finished_at", "FINISHED"}},
                        "None.");
    });
    shows(operations_, "/v1/operations/", "id", "Its id (o_…)");
    define_create();
    ends("undo", "Take back one that has not started yet");
    ends("stop", "Stop one; what it has done stays");
    auto* watch = operations_->add_subcommand("watch", "Follow one until it has ended");
    watch->add_option("id", arguments_.id, "Its id (o_…)")->required();
    does(watch, [this] { return watch_one(arguments_.id); });
  }

 private:
  void define_create() {
    auto* create = operations_->add_subcommand("create", "Begin one in the background; asks before it begins");
    create->add_option("kind", arguments_.kind, "retry, dismiss, assign, skip or replay")->required()->check(CLI::IsMember({"retry", "dismiss", "assign", "skip", "replay"}));
    create->add_option("--code", arguments_.code, "Open exceptions of this code");
    create->add_option("--cause", cause_, "Of this cause, e.g. sku:85123A");
    create->add_option("--location", arguments_.location, "Only of this location");
    create->add_option("--owner", arguments_.owner, "store_it, master_data, stock_control or finance");
    create->add_option("--assignee", arguments_.assignee, "Only those of this person");
    create->add_flag("--overdue", is_overdue_, "Only those whose time has passed");
    create->add_option("--search", search_, "Only those with this text");
    create->add_option("--id", ids_, "An exception or a posting, once for each, in place of the filters");
    create->add_option("--from", from_, "With replay: first business date, or the instant from which");
    create->add_option("--to", to_, "With replay: last business date, or the instant before which");
    create->add_option("--reason", arguments_.reason, "Why, for the record; needed by dismiss, skip and replay");
    create->add_option("--to-person", assign_to_, "Who, with assign");
    create->add_option("--start-in", start_in_s_, "Seconds until it starts, in which it can be undone")->check(CLI::Range(0, 3'600));
    create->add_flag("--dry-run", is_dry_run_, "Only say what would be done");
    create->add_flag("--yes,-y", is_certain_, "Do not ask; for scripts");
    create->add_flag("--wait", is_waiting_, "Follow it until it has ended");
    does(create, [this] { return begin(); });
  }

  void ends(const std::string& verb, const std::string& description) {
    auto* command = operations_->add_subcommand(verb, description);
    command->add_option("id", arguments_.id, "Its id (o_…)")->required();
    does(command, [this, verb] {
      return call_and_show(options_, "POST", "/v1/operations/" + url_encode(arguments_.id) + "/" + verb, {}, [](const json& operation) { std::cout << progress_of(operation) << "\n"; });
    });
  }

  json selection() const {
    json selection = json::object();
    if (!ids_.empty()) return {{"ids", ids_}};
    for (const auto& [member, value] : {std::pair("code", arguments_.code), std::pair("cause", cause_), std::pair("location", arguments_.location), std::pair("owner", arguments_.owner),
                                        std::pair("assignee", arguments_.assignee), std::pair("q", search_), std::pair("from", from_), std::pair("to", to_)})
      if (!value.empty()) selection[member] = value;
    if (is_overdue_) selection["overdue"] = true;
    return selection;
  }

  int begin() {
    json body = {{"kind", arguments_.kind}, {"selection", selection()}, {"start_in_s", start_in_s_}};
    if (!arguments_.reason.empty()) body["reason"] = arguments_.reason;
    if (!assign_to_.empty()) body["arguments"] = {{"assignee", assign_to_}};
    if (is_dry_run_ || !is_certain_) {
      json looking = body;
      looking["dry_run"] = true;
      const auto plan = fetch(options_, "POST", "/v1/operations", looking.dump());
      if (!plan) return plan.error();
      if (is_dry_run_) {
        show_plan(*plan);
        return static_cast<int>(CtlExit::kOk);
      }
      if (plan->value("count", std::int64_t{0}) == 0 && from_.empty()) {
        std::cout << (options_.as_json ? plan->dump() : "None match; nothing to do.") << "\n";
        return static_cast<int>(CtlExit::kOk);
      }
      std::cerr << "This will " << plan_text(*plan) << ". Go on? [y/N] " << std::flush;
      std::string reply;
      std::getline(std::cin, reply);
      if (reply != "y" && reply != "Y" && reply != "yes") {
        std::cerr << "Nothing was done. With --yes it does not ask.\n";
        return static_cast<int>(CtlExit::kNotConfirmed);
      }
    }
    const auto begun = fetch(options_, "POST", "/v1/operations", body.dump());
    if (!begun) return begun.error();
    if (is_waiting_) return watch_one(begun->value("operation_id", ""));
    if (options_.as_json) std::cout << begun->dump() << "\n";
    else std::cout << progress_of(*begun) << "; starts at " << begun->value("starts_at", "") << "\n";
    return static_cast<int>(CtlExit::kOk);
  }

  std::string plan_text(const json& plan) const {
    std::string text = arguments_.kind + " " + count_text(plan, "count") + (arguments_.kind == "replay" ? " postings" : " rows") + " of " + count_text(plan, "stores") + " stores";
    if (const auto worth = plan.find("worth"); worth != plan.end() && worth->is_object())
      for (const auto& [currency, amount] : worth->items()) text += ", " + currency + " " + amount.get<std::string>();
    return text;
  }

  void show_plan(const json& plan) const {
    if (options_.as_json) {
      std::cout << plan.dump() << "\n";
      return;
    }
    std::cout << "Would " << plan_text(plan) << ". The first ones:\n"
              << format_table(plan.value("samples", json::array()),
                              {{"exception_id", "EXCEPTION"}, {"posting_id", "POSTING"}, {"location", "LOCATION"}, {"outcome", "OUTCOME"}, {"detail", "WHY NOT"}}, "None.");
  }

  /// A line each time that it has come further; kDifferences when not every row was done.
  int watch_one(const std::string& id) {
    std::string said;
    while (true) {
      const auto operation = fetch(options_, "GET", "/v1/operations/" + url_encode(id));
      if (!operation) return operation.error();
      const std::string progress = progress_of(*operation);
      const bool has_ended = operation->contains("finished_at") && !operation->at("finished_at").is_null();
      if (!options_.as_json && progress != said) std::cout << progress << std::endl;
      said = progress;
      if (has_ended) {
        if (options_.as_json) std::cout << operation->dump() << "\n";
        const bool is_whole = operation->value("status", "") == "finished" && operation->value("failed", std::int64_t{0}) == 0;
        return static_cast<int>(is_whole ? CtlExit::kOk : CtlExit::kDifferences);
      }
      std::this_thread::sleep_for(kWatchEvery);
    }
  }

  CLI::App* operations_ = nullptr;
  std::string cause_, search_, from_, to_, assign_to_;
  std::vector<std::string> ids_;
  long long start_in_s_ = 10;
  bool is_overdue_ = false, is_dry_run_ = false, is_certain_ = false, is_waiting_ = false;
};

}  // namespace

std::shared_ptr<void> define_operation_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<OperationCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
