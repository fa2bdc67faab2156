#include "hub/ctl/ctl_app.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/limits.h"
#include "hub/ctl/api_client.h"
#include "hub/ctl/table.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr int kPageLimit = 200;
constexpr const char* kDefaultHub = "http://127.0.0.1:7080";

struct Options {
  std::string hub = kDefaultHub;
  std::string token;
  bool as_json = false;
};

int finish(CtlExit code) { return static_cast<int>(code); }

/// Prints a refusal with the hub's own words and gives the exit code for its status.
int refuse(const Options& options, const ApiAnswer& answer) {
  if (options.as_json) {
    std::cout << answer.body << "\n";
  } else {
    const json problem = json::parse(answer.body, nullptr, false);
    std::string text = "status " + std::to_string(answer.status);
    if (problem.is_object()) text = problem.value("title", text) + (problem.contains("detail") ? ": " + problem.value("detail", std::string()) : "");
    std::cerr << "tillsyncctl: " << text << "\n";
    if (answer.status == 401) std::cerr << "Give a token with --token or TILLSYNC_TOKEN (tillsync-hub init printed the first one).\n";
  }
  if (answer.status == 401 || answer.status == 403) return finish(CtlExit::kDenied);
  return finish(answer.status >= 500 ? CtlExit::kHubFailed : CtlExit::kRefused);
}

int unreachable(const Error& error) {
  std::cerr << "tillsyncctl: " << to_string(error) << "\n";
  return finish(CtlExit::kUnreachable);
}

/// One call; prints the answer as JSON, or by `show`.
int call_and_show(const Options& options, const std::string& method, const std::string& path, const std::string& body,
                  const std::function<void(const json&)>& show) {
  const ApiClient client(options.hub, options.token);
  const auto answer = client.call(method, path, body);
  if (!answer) return unreachable(answer.error());
  if (answer->status / 100 != 2) return refuse(options, *answer);
  if (options.as_json) {
    std::cout << answer->body << "\n";
  } else {
    show(json::parse(answer->body, nullptr, false));
  }
  return finish(CtlExit::kOk);
}

/// Reads every page of a list and prints it whole.
int list(const Options& options, const std::string& path, const std::vector<Column>& columns, const std::string& empty) {
  const ApiClient client(options.hub, options.token);
  json items = json::array();
  std::string after;
  do {
    const std::string page = path + (path.find('?') == std::string::npos ? "?" : "&") + "limit=" + std::to_string(kPageLimit) +
                             (after.empty() ? "" : "&after=" + url_encode(after));
    const auto answer = client.call("GET", page);
    if (!answer) return unreachable(answer.error());
    if (answer->status != 200) return refuse(options, *answer);
    const json body = json::parse(answer->body, nullptr, false);
    for (const auto& item : body.value("items", json::array())) items.push_back(item);
    after = body.contains("next") && body["next"].is_string() ? body["next"].get<std::string>() : "";
  } while (!after.empty());
  if (options.as_json) {
    std::cout << json{{"items", items}, {"next", nullptr}}.dump() << "\n";
  } else {
    std::cout << format_table(items, columns, empty);
  }
  return finish(CtlExit::kOk);
}

std::string with_query(const std::string& path, const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string result = path;
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    result += separator + name + "=" + url_encode(value);
    separator = '&';
  }
  return result;
}

void show_object(const json& object) {
  if (!object.is_object()) {
    std::cout << object.dump(2) << "\n";
    return;
  }
  std::size_t width = 0;
  for (const auto& [name, value] : object.items()) width = std::max(width, name.size());
  for (const auto& [name, value] : object.items())
    std::cout << name << std::string(width - name.size() + 2, ' ')
              << (value.is_string() ? value.get<std::string>() : value.is_structured() ? value.dump(2) : value.dump()) << "\n";
}

/// Everything below keeps its texts alive as long as the CLI::App that points to them.
struct Arguments {
  std::string id, name, kind, time_zone, location, sku, file, code, status, owner, reason, contract, till, document_no, correlation_id, date;
  std::vector<std::string> skus;
  int uses = 1;
  long long valid_hours = 24;
};

int put_products(const Options& options, const std::string& file) {
  std::ifstream input(file, std::ios::binary);
  std::stringstream content;
  content << input.rdbuf();
  const json products = json::parse(input ? content.str() : "", nullptr, false);
  if (!products.is_array()) {
    std::cerr << "tillsyncctl: " << file << " is not a JSON array of product/1 documents\n";
    return finish(CtlExit::kUsage);
  }
  const ApiClient client(options.hub, options.token);
  std::size_t stored = 0;
  // The hub takes a bounded number in one request.
  for (std::size_t at = 0; at < products.size(); at += kDocumentsPerRequestMax) {
    json page = json::array();
    for (std::size_t i = at; i < std::min(products.size(), at + kDocumentsPerRequestMax); ++i) page.push_back(products[i]);
    const auto answer = client.call("PUT", "/v1/products", page.dump());
    if (!answer) return unreachable(answer.error());
    if (answer->status / 100 != 2) return refuse(options, *answer);
    stored += page.size();
  }
  if (options.as_json) {
    std::cout << json{{"stored", stored}}.dump() << "\n";
  } else {
    std::cout << stored << " products stored\n";
  }
  return finish(CtlExit::kOk);
}

class Commands {
 public:
  Commands(CLI::App& app, Options& options, Arguments& arguments, std::function<int()>& action)
      : app_(app), options_(options), arguments_(arguments), action_(action) {}

  void define_all() {
    define_locations();
    define_agents();
    define_documents();
    define_postings();
    define_rest();
  }

 private:
  CLI::App* group(const std::string& name, const std::string& description) {
    auto* command = app_.add_subcommand(name, description);
    command->require_subcommand(1);
    return command;
  }
  void does(CLI::App* command, std::function<int()> action) {
    command->callback([this, action = std::move(action)] { action_ = action; });
    command->add_flag("--json", options_.as_json, "Print the hub's answer as JSON");
  }
  int get(const std::string& path) { return call_and_show(options_, "GET", path, {}, show_object); }
  int send(const std::string& method, const std::string& path, const json& body) {
    return call_and_show(options_, method, path, body.dump(), show_object);
  }

  void define_locations() {
    auto* locations = group("location", "Stores and warehouses");
    auto* put = locations->add_subcommand("put", "Create or change a location");
    put->add_option("id", arguments_.id, "Its id, e.g. GB")->required();
    put->add_option("--name", arguments_.name, "Name for people")->required();
    put->add_option("--kind", arguments_.kind, "store or warehouse")->check(CLI::IsMember({"store", "warehouse"}));
    put->add_option("--time-zone", arguments_.time_zone, "e.g. Europe/London");
    does(put, [this] {
      json body = {{"id", arguments_.id}, {"name", arguments_.name}, {"kind", arguments_.kind.empty() ? "store" : arguments_.kind}, {"status", "open"}};
      if (!arguments_.time_zone.empty()) body["time_zone"] = arguments_.time_zone;
      return send("PUT", "/v1/locations/" + url_encode(arguments_.id), body);
    });
    does(locations->add_subcommand("list", "List them"), [this] {
      return list(options_, "/v1/locations", {{"id", "ID"}, {"name", "NAME"}, {"kind", "KIND"}, {"status", "STATUS"}},
                  "No location yet. Create one: tillsyncctl location put GB --name \"London\"");
    });

    auto* products = group("products", "Products");
    auto* put_file = products->add_subcommand("put", "Create or change products from a file: a JSON array of product/1");
    put_file->add_option("file", arguments_.file, "The file")->required()->check(CLI::ExistingFile);
    does(put_file, [this] { return put_products(options_, arguments_.file); });
  }

  void define_agents() {
    auto* tokens = group("enrolment-token", "Tokens that let a PC become an agent");
    auto* create = tokens->add_subcommand("create", "Create one; it is shown once");
    create->add_option("--location", arguments_.location, "Where the agent stands")->required();
    create->add_option("--uses", arguments_.uses, "How many PCs may use it")->check(CLI::Range(1, 100'000))->capture_default_str();
    create->add_option("--valid-hours", arguments_.valid_hours, "Until it expires")->check(CLI::Range(1, 24 * 365))->capture_default_str();
    does(create, [this] {
      return send("POST", "/v1/enrolment-tokens",
                  {{"location", arguments_.location}, {"uses", arguments_.uses}, {"valid_s", arguments_.valid_hours * 3600}});
    });
    does(tokens->add_subcommand("list", "List them, without their secrets"), [this] {
      return list(options_, "/v1/enrolment-tokens",
                  {{"id", "ID"}, {"location", "LOCATION"}, {"uses", "USED"}, {"uses_max", "OF"}, {"expires_at", "EXPIRES"}}, "No token.");
    });

    auto* agents = group("agent", "Agents: the PCs in stores and warehouses");
    does(agents->add_subcommand("list", "List them"), [this] {
      return list(options_, "/v1/agents",
                  {{"id", "ID"}, {"location", "LOCATION"}, {"status", "STATUS"}, {"last_seen", "LAST SEEN"}, {"backlog", "BACKLOG"},
                   {"oldest_unsent_s", "OLDEST (S)"}, {"version", "VERSION"}, {"name", "NAME"}},
                  "No agent yet. Create a token: tillsyncctl enrolment-token create --location GB");
    });
    auto* show = agents->add_subcommand("show", "Show one");
    show->add_option("id", arguments_.id, "Its id")->required();
    does(show, [this] { return get("/v1/agents/" + url_encode(arguments_.id)); });
    auto* revoke = agents->add_subcommand("revoke", "Refuse its key from now on; its documents stay with it");
    revoke->add_option("id", arguments_.id, "Its id")->required();
    revoke->add_option("--reason", arguments_.reason, "Why, for the record");
    does(revoke, [this] { return send("POST", "/v1/agents/" + url_encode(arguments_.id) + "/revoke", {{"reason", arguments_.reason}}); });
  }

  void define_documents() {
    auto* events = group("events", "Documents that the hub has recorded");
    auto* list_events = events->add_subcommand("list", "List them, oldest first");
    list_events->add_option("--location", arguments_.location, "Only of this location");
    list_events->add_option("--till", arguments_.till, "Only of this till");
    list_events->add_option("--contract", arguments_.contract, "Only of this contract, e.g. sale/1");
    list_events->add_option("--document-no", arguments_.document_no, "Only with this number");
    list_events->add_option("--correlation-id", arguments_.correlation_id, "Only of this trace");
    does(list_events, [this] {
      return list(options_,
                  with_query("/v1/events", {{"location", arguments_.location}, {"till", arguments_.till}, {"contract", arguments_.contract},
                                            {"document_no", arguments_.document_no}, {"correlation_id", arguments_.correlation_id}}),
                  {{"event_id", "EVENT"}, {"location", "LOCATION"}, {"till", "TILL"}, {"contract", "CONTRACT"}, {"document_no", "NUMBER"},
                   {"business_date", "DATE"}, {"received_at", "RECEIVED"}},
                  "None match.");
    });
    auto* show = events->add_subcommand("show", "Show one with its document");
    show->add_option("event", arguments_.id, "Its id (e_…)")->required();
    does(show, [this] { return get("/v1/events/" + url_encode(arguments_.id)); });

    auto* stock = app_.add_subcommand("stock", "Stock on hand");
    stock->add_option("--location", arguments_.location, "Only at this location");
    stock->add_option("--sku", arguments_.sku, "Only of this SKU");
    does(stock, [this] {
      return list(options_, with_query("/v1/stock", {{"location", arguments_.location}, {"sku", arguments_.sku}}),
                  {{"location", "LOCATION"}, {"sku", "SKU"}, {"state", "STATE"}, {"owner", "OWNER"}, {"lot", "LOT"}, {"on_hand", "ON HAND"},
                   {"age_s", "AGE (S)"}},
                  "No stock record.");
    });
  }

  void define_postings() {
    auto* postings = group("postings", "What the ERP is told");
    auto* list_postings = postings->add_subcommand("list", "List them");
    list_postings->add_option("--status", arguments_.status, "queued, sending, posted, retrying, unknown, refused, held, skipped");
    list_postings->add_option("--location", arguments_.location, "Only of this location");
    does(list_postings, [this] {
      return list(options_, with_query("/v1/postings", {{"status", arguments_.status}, {"location", arguments_.location}}),
                  {{"posting_id", "POSTING"}, {"kind", "KIND"}, {"location", "LOCATION"}, {"status", "STATUS"}, {"gross", "GROSS"},
                   {"currency", ""}, {"attempts", "TRIES"}, {"last_error", "LAST ERROR"}},
                  "Nothing waiting.");
    });
    for (const char* verb : {"retry", "replay", "skip"}) {
      auto* command = postings->add_subcommand(verb, std::string(verb) == "retry"    ? "Try a refused or waiting one again now"
                                                     : std::string(verb) == "replay" ? "Send one again under its key (harmless at the ERP)"
                                                                                     : "Give one up, with a reason");
      command->add_option("id", arguments_.id, "Its id (p_…)")->required();
      command->add_option("--reason", arguments_.reason, "Why, for the record");
      does(command, [this, verb] {
        return send("POST", "/v1/postings/" + url_encode(arguments_.id) + "/" + verb, {{"reason", arguments_.reason}});
      });
    }
    does(app_.add_subcommand("connectors", "Connections to ERPs and whether they flow"), [this] {
      return list(options_, "/v1/connectors", {{"name", "NAME"}, {"url", "URL"}, {"breaker", "BREAKER"}, {"waiting", "WAITING"}}, "No connector.");
    });
  }

  void define_rest() {
    auto* exceptions = group("exceptions", "What people must look at");
    auto* list_exceptions = exceptions->add_subcommand("list", "List them");
    list_exceptions->add_option("--code", arguments_.code, "Only of this code");
    list_exceptions->add_option("--status", arguments_.status, "open, assigned, resolved, dismissed");
    list_exceptions->add_option("--location", arguments_.location, "Only of this location");
    list_exceptions->add_option("--owner", arguments_.owner, "Only of this owner");
    does(list_exceptions, [this] {
      return list(options_,
                  with_query("/v1/exceptions", {{"code", arguments_.code}, {"status", arguments_.status}, {"location", arguments_.location},
                                                {"owner", arguments_.owner}}),
                  {{"exception_id", "EXCEPTION"}, {"code", "CODE"}, {"location", "LOCATION"}, {"status", "STATUS"}, {"owner", "OWNER"},
                   {"due_at", "DUE"}, {"detail", "DETAIL"}},
                  "None match.");
    });
    auto* reconciliation = app_.add_subcommand("reconciliation", "Per location: documents, money and units at hub and ERP");
    reconciliation->add_option("--business-date", arguments_.date, "Only of this date (YYYY-MM-DD)");
    reconciliation->add_option("--location", arguments_.location, "Only of this location");
    does(reconciliation, [this] {
      return list(options_, with_query("/v1/reconciliation", {{"business_date", arguments_.date}, {"location", arguments_.location}}),
                  {{"location", "LOCATION"}, {"currency", ""}, {"hub.documents", "HUB DOCS"}, {"erp.documents", "ERP DOCS"},
                   {"hub.gross", "HUB GROSS"}, {"erp.gross", "ERP GROSS"}, {"hub.units", "HUB UNITS"}, {"erp.units", "ERP UNITS"}},
                  "Nothing recorded.");
    });
    does(app_.add_subcommand("health", "Is the hub well?"), [this] { return get("/readyz"); });
  }

  CLI::App& app_;
  Options& options_;
  Arguments& arguments_;
  std::function<int()>& action_;
};

}  // namespace

int run_ctl(int argc, const char* const* argv) {
  CLI::App app{"tillsyncctl: run Tillsync's hub from the command line.\n"
               "Set TILLSYNC_HUB_URL and TILLSYNC_TOKEN once, then e.g.: tillsyncctl agent list"};
  app.footer("Exit codes: 0 done, 1 refused by the hub, 2 wrong command line, 3 hub not reachable, 4 not allowed, 5 the hub failed.");
  app.set_version_flag("--version", std::string("tillsyncctl ") + TILLSYNC_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Options options;
  Arguments arguments;
  std::function<int()> action;
  app.add_option("--hub", options.hub, "The hub's address")->envname("TILLSYNC_HUB_URL")->capture_default_str();
  app.add_option("--token", options.token, "API token")->envname("TILLSYNC_TOKEN");
  app.add_flag("--json", options.as_json, "Print the hub's answer as JSON");
  Commands(app, options, arguments, action).define_all();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? finish(CtlExit::kOk) : finish(CtlExit::kUsage);
  }
  while (!options.hub.empty() && options.hub.back() == '/') options.hub.pop_back();
  return action ? action() : finish(CtlExit::kUsage);
}

}  // namespace tillsync::hub
