// overview, search, trace, kpis, alerts, alert-rules, notification-targets, watch: how the chain is, and where things are.
#include <iostream>
#include <sstream>

#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

const std::vector<Column> kNeedColumns = {{"role", ""}, {"title", "NEEDS YOU"}, {"due_at", "DUE"}, {"owner", "OWNER"}, {"acknowledged_by", "SEEN BY"}, {"need_id", "NEED"}};
const std::vector<Column> kAlertColumns = {{"alert_id", "ALERT"}, {"severity", ""}, {"title", "TITLE"}, {"detail", "DETAIL"}, {"status", "STATUS"}, {"since", "SINCE"}, {"acknowledged_by", "BY"}};
const std::vector<Column> kMilestoneColumns = {{"name", "MILESTONE"}, {"pos_time", "POS TIME"}, {"hub_time", "HUB TIME"}, {"wait_s", "WAIT (S)"}, {"skew_s", "SKEW (S)"}, {"actor", "BY"}, {"detail", "DETAIL"}};

void show_overview_for_people(const json& overview) {
  const json figures = overview.value("figures", json::object());
  std::cout << "Online " << figures.value("agents_online", 0) << "/" << figures.value("agents_all", 0) << " | Backlog " << figures.value("backlog", 0) << " | Oldest "
            << figures.value("oldest_unsent_s", 0) / 60 << " min | Refused " << figures.value("refused_postings", 0) << " | Overdue " << figures.value("exceptions_overdue", 0) << " of "
            << figures.value("exceptions_open", 0) << " | Unclosed days " << figures.value("days_unclosed", 0) << "\n\n"
            << format_table(overview.value("needs", json::array()), kNeedColumns, "Nothing needs you. Checked " + overview.value("as_of", "") + ".");
}

void show_trace_for_people(const json& trace) {
  std::cout << trace.value("correlation_id", "") << ": " << trace.value("state", "") << "\n\n" << format_table(trace.value("milestones", json::array()), kMilestoneColumns, "No milestone.");
  if (trace.value("more", false)) std::cout << "There are more.\n";
  if (const json next = trace.value("next_milestone", json()); next.is_object()) std::cout << "\nNext: " << next.value("name", "") << ", waits for " << next.value("waiting_for", "") << "\n";
}

class InsightCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    define_looking();
    define_alerts();
    define_targets();
    define_watch();
  }

 private:
  void define_looking() {
    auto* overview = app_.add_subcommand("overview", "What needs you this morning");
    does(overview, [this] { return call_and_show(options_, "GET", "/v1/overview", {}, show_overview_for_people); });
    auto* acknowledge = app_.add_subcommand("acknowledge", "Say that somebody has seen a need of the overview");
    acknowledge->add_option("need", arguments_.id, "Its id (n_…)")->required();
    acknowledge->add_option("--reason", arguments_.reason, "For the record");
    does(acknowledge, [this] { return send("POST", "/v1/needs/" + url_encode(arguments_.id) + "/acknowledge", {{"reason", arguments_.reason}}); });

    auto* search = app_.add_subcommand("search", "Whatever begins with a text: document, order, SKU, GTIN, agent, location, posting, ERP number, exception");
    search->add_option("text", arguments_.id, "The text")->required();
    does(search, [this] {
      return list_pages(options_, with_query("/v1/search", {{"q", arguments_.id}}), {{"kind", "KIND"}, {"id", "ID"}, {"title", "TITLE"}, {"state", "STATE"}, {"at", "AT"}}, "Nothing begins with that.");
    });
    auto* trace = app_.add_subcommand("trace", "Where is it? By correlation id, document number, posting, order, SKU, ERP number");
    trace->add_option("text", arguments_.id, "The id or number")->required();
    trace->add_option("--location", arguments_.location, "Only of this location");
    does(trace, [this] { return find_and_show(); });
    auto* kpis = app_.add_subcommand("kpis", "The figures by which the connection is judged, and the day before");
    kpis->add_option("--from", arguments_.date, "RFC 3339; 24 hours ago when not given");
    does(kpis, [this] {
      return list_pages(options_, with_query("/v1/kpis", {{"from", arguments_.date}}), {{"title", "FIGURE"}, {"value", "VALUE"}, {"unit", ""}, {"previous", "BEFORE"}, {"goal", "GOAL"}}, "Nothing was measured yet.");
    });
  }

  /// One hit is shown; several are listed, of which one can be shown by its correlation id.
  int find_and_show() {
    const auto found = fetch(options_, "GET", with_query("/v1/traces", {{"q", arguments_.id}, {"location", arguments_.location}}));
    if (!found) return found.error();
    const json items = found->value("items", json::array());
    if (items.size() == 1) return call_and_show(options_, "GET", "/v1/traces/" + url_encode(items[0].value("correlation_id", "")), {}, show_trace_for_people);
    if (options_.as_json) {
      std::cout << found->dump() << "\n";
    } else if (items.empty()) {
      const json missing = found->value("not_found", json::object());
      std::cout << missing.value("hint", "Not at the hub.") << "\n"
                << format_table(missing.value("agents", json::array()), {{"name", "STORE"}, {"status", "STATUS"}, {"backlog", "UNSENT"}, {"last_seen", "LAST SEEN"}, {"agent_id", "AGENT"}}, "");
    } else {
      std::cout << format_table(items, {{"title", "TITLE"}, {"location", "LOCATION"}, {"state", "STATE"}, {"at", "AT"}, {"correlation_id", "CORRELATION ID"}}, "");
    }
    return static_cast<int>(items.empty() ? CtlExit::kRefused : CtlExit::kOk);
  }

  void define_alerts() {
    auto* alerts = group("alerts", "What is beyond its limit");
    auto* list = alerts->add_subcommand("list", "Newest first");
    list->add_option("--status", arguments_.status, "firing, acknowledged, silenced or resolved");
    does(list, [this] { return list_pages(options_, with_query("/v1/alerts", {{"status", arguments_.status}}), kAlertColumns, "No alert."); });
    auto* acknowledge = alerts->add_subcommand("acknowledge", "Say that somebody works on it");
    acknowledge->add_option("alert", arguments_.id, "Its id (al_…)")->required();
    acknowledge->add_option("--reason", arguments_.reason, "For the record");
    does(acknowledge, [this] { return send("POST", "/v1/alerts/" + url_encode(arguments_.id) + "/acknowledge", {{"reason", arguments_.reason}}); });
    auto* silence = alerts->add_subcommand("silence", "Tell nobody of it for a while");
    silence->add_option("alert", arguments_.id, "Its id (al_…)")->required();
    silence->add_option("--for", arguments_.ttl, "Seconds")->required();
    silence->add_option("--reason", arguments_.reason, "For the record")->required();
    does(silence, [this] { return send("POST", "/v1/alerts/" + url_encode(arguments_.id) + "/silence", {{"for_s", arguments_.ttl}, {"reason", arguments_.reason}}); });

    auto* rules = group("alert-rules", "From which limit on something is an alert");
    does(rules->add_subcommand("list", "List them"), [this] {
      return list_pages(options_, "/v1/alert-rules", {{"name", "RULE"}, {"title", "TITLE"}, {"limit", "LIMIT"}, {"unit", "UNIT"}, {"for_s", "FOR (S)"}, {"severity", "SEVERITY"}, {"enabled", "ON"}}, "No rule.");
    });
    auto* set = rules->add_subcommand("set", "Change one; what is not named stays");
    set->add_option("rule", arguments_.name, "Its name")->required();
    auto* limit = set->add_option("--limit", limit_, "In the rule's unit");
    auto* for_s = set->add_option("--for", arguments_.ttl, "Seconds for which the limit must be passed");
    set->add_option("--severity", arguments_.kind, "f (failed) or a (attention)")->check(CLI::IsMember({"f", "a"}));
    set->add_option("--enabled", arguments_.status, "true or false")->check(CLI::IsMember({"true", "false"}));
    does(set, [this, limit, for_s] {
      json body = json::object();
      if (limit->count() > 0) body["limit"] = limit_;
      if (for_s->count() > 0) body["for_s"] = arguments_.ttl;
      if (!arguments_.kind.empty()) body["severity"] = arguments_.kind;
      if (!arguments_.status.empty()) body["enabled"] = arguments_.status == "true";
      return send("PUT", "/v1/alert-rules/" + url_encode(arguments_.name), body);
    });
  }

  void define_targets() {
    auto* targets = group("notification-targets", "Who is told of alerts");
    does(targets->add_subcommand("list", "List them"), [this] {
      return list_pages(options_, "/v1/notification-targets",
                        {{"name", "TARGET"}, {"kind", "KIND"}, {"url", "URL"}, {"address", "ADDRESS"}, {"rules", "RULES"}, {"enabled", "ON"}, {"waiting", "WAITING"}, {"last_status", "LAST"}, {"last_error", "ERROR"}},
                        "Nobody is told.");
    });
    auto* put = targets->add_subcommand("put", "Create or change one; a webhook's secret is shown once");
    put->add_option("target", arguments_.name, "Its name")->required();
    auto* url = put->add_option("--url", arguments_.file, "Webhook: http or https");
    put->add_option("--address", arguments_.owner, "Mailbox")->excludes(url);
    put->add_option("--rule", arguments_.tills, "Only this rule, once for each; all when not given");
    put->add_flag("--off", arguments_.force, "Switch it off");
    does(put, [this] {
      json body = {{"enabled", !arguments_.force}, {"rules", nullptr}};
      if (!arguments_.tills.empty()) body["rules"] = arguments_.tills;
      body["kind"] = arguments_.owner.empty() ? "webhook" : "email";
      body[arguments_.owner.empty() ? "url" : "address"] = arguments_.owner.empty() ? arguments_.file : arguments_.owner;
      return send("PUT", "/v1/notification-targets/" + url_encode(arguments_.name), body);
    });
    auto* test = targets->add_subcommand("test", "Send a test");
    test->add_option("target", arguments_.name, "Its name")->required();
    does(test, [this] { return send("POST", "/v1/notification-targets/" + url_encode(arguments_.name) + "/test", json::object()); });
  }

  void define_watch() {
    auto* watch = app_.add_subcommand("watch", "The live view, a line per change, until Ctrl-C");
    watch->add_option("--topic", arguments_.tills, "Only this one, once for each: overview, counts, connectors, operations, agents, alerts, rollouts");
    watch->add_option("--events", events_, "End after so many")->check(CLI::PositiveNumber);
    does(watch, [this] { return follow_stream(); });
  }

  int follow_stream() {
    std::string pending;
    const auto answer = ApiClient(options_.hub, options_.token).follow("/v1/stream", [&](std::string_view bytes) {
      pending += bytes;
      for (std::size_t end = pending.find("\n\n"); end != std::string::npos; end = pending.find("\n\n")) {
        const std::string event = pending.substr(0, end);
        pending.erase(0, end + 2);
        if (show_event(event) && events_ > 0 && --events_ == 0) return false;
      }
      return true;
    });
    if (!answer) {
      std::cerr << "tillsyncctl: " << to_string(answer.error()) << "\n";
      return static_cast<int>(CtlExit::kUnreachable);
    }
    if (answer->status == 200) return static_cast<int>(CtlExit::kOk);
    std::cerr << "tillsyncctl: " << answer->status << " " << answer->body << "\n";
    return static_cast<int>(answer->status == 401 || answer->status == 403 ? CtlExit::kDenied : answer->status >= 500 ? CtlExit::kHubFailed : CtlExit::kRefused);
  }

  /// False: of no topic that is watched.
  bool show_event(const std::string& event) const {
    std::istringstream lines(event);
    std::string name, data;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("event: ")) name = line.substr(7);
      if (line.starts_with("data: ")) data = line.substr(6);
    }
    if (name == "ping" || (!arguments_.tills.empty() && std::ranges::find(arguments_.tills, name) == arguments_.tills.end())) return false;
    if (options_.as_json) {
      std::cout << R"({"event":")" << name << R"(","data":)" << data << "}" << std::endl;
      return true;
    }
    const json body = json::parse(data, nullptr, false);
    if (name == "overview" && body.is_object()) show_overview_for_people(body);
    else std::cout << name << " " << data << std::endl;
    return true;
  }

  long long limit_ = 0, events_ = 0;
};

}  // namespace

std::shared_ptr<void> define_insight_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<InsightCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
