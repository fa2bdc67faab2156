#include "hub/ctl/ctl_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "hub/ctl/api_client.h"
#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

class Commands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    define_locations();
    define_documents();
    define_rest();
  }

 private:
  void define_locations() {
    auto* locations = group("location", "Stores and warehouses");
    auto* put = locations->add_subcommand("put", "Create or change a location");
    put->add_option("id", arguments_.id, "Its id, e.g. GB")->required();
    put->add_option("--name", arguments_.name, "Name for people")->required();
    put->add_option("--kind", arguments_.kind, "store or warehouse")->check(CLI::IsMember({"store", "warehouse"}));
    put->add_option("--time-zone", arguments_.time_zone, "e.g. Europe/London");
    put->add_option("--status", arguments_.status, "planned, open, closed or refit; open when not given")
        ->check(CLI::IsMember({"planned", "open", "closed", "refit"}));
    put->add_option("--hours", arguments_.hours, "Opening hours, for people");
    put->add_option("--group", arguments_.group, "Group for roll-outs and sourcing");
    put->add_option("--till", arguments_.tills, "Its tills, once for each");
    does(put, [this] {
      json body = {{"id", arguments_.id},
                   {"name", arguments_.name},
                   {"kind", arguments_.kind.empty() ? "store" : arguments_.kind},
                   {"status", arguments_.status.empty() ? "open" : arguments_.status}};
      const auto set = [&body](const char* member, const std::string& value) {
        if (!value.empty()) body[member] = value;
      };
      set("time_zone", arguments_.time_zone);
      set("opening_hours", arguments_.hours);
      set("group", arguments_.group);
      for (const std::string& till : arguments_.tills) body["tills"].push_back({{"id", till}});
      return send("PUT", "/v1/locations/" + url_encode(arguments_.id), body);
    });
    does(locations->add_subcommand("list", "List them"), [this] {
      return list_pages(options_, "/v1/locations",
                        {{"id", "ID"}, {"name", "NAME"}, {"kind", "KIND"}, {"status", "STATUS"}},
                        "No location yet. Create one: tillsyncctl location put GB --name \"London\"");
    });

    shows(locations, "/v1/locations/", "id", "Its id, e.g. GB");

    auto* products = group("products", "Products");
    auto* put_file =
        products->add_subcommand("put", "Create or change products from a file: a JSON array of product/1");
    put_file->add_option("file", arguments_.file, "The file")->required()->check(CLI::ExistingFile);
    does(put_file, [this] { return send_file(options_, "PUT", "/v1/products", arguments_.file, "products"); });
    shows(products, "/v1/products/", "sku", "Its SKU");

    auto* prices = group("prices", "Prices");
    auto* put_prices = prices->add_subcommand("put", "Create or change prices from a file: a JSON array of price/1");
    put_prices->add_option("file", arguments_.file, "The file")->required()->check(CLI::ExistingFile);
    does(put_prices, [this] { return send_file(options_, "PUT", "/v1/prices", arguments_.file, "prices"); });
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
      return list_pages(options_,
                        with_query("/v1/events", {{"location", arguments_.location},
                                                  {"till", arguments_.till},
                                                  {"contract", arguments_.contract},
                                                  {"document_no", arguments_.document_no},
                                                  {"correlation_id", arguments_.correlation_id}}),
                        {{"event_id", "EVENT"},
                         {"location", "LOCATION"},
                         {"till", "TILL"},
                         {"contract", "CONTRACT"},
                         {"document_no", "NUMBER"},
                         {"business_date", "DATE"},
                         {"received_at", "RECEIVED"}},
                        "None match.");
    });
    shows(events, "/v1/events/", "event", "Its id (e_…)");

    auto* documents = group("documents", "Facts of WMS, 3PL and ERP");
    auto* put_documents = documents->add_subcommand(
        "put", "Record documents from a file: one, or a JSON array, each with location and source");
    put_documents->add_option("file", arguments_.file, "The file")->required()->check(CLI::ExistingFile);
    does(put_documents, [this] { return send_file(options_, "POST", "/v1/documents", arguments_.file, "documents"); });

    auto* traces = group("traces", "The way of a document, milestone by milestone");
    auto* trace = traces->add_subcommand("show", "Everything under one correlation id");
    trace->add_option("correlation-id", arguments_.id, "The id")->required();
    does(trace, [this] {
      return call_and_show(options_, "GET", "/v1/traces/" + url_encode(arguments_.id), {}, [](const json& answer) {
        std::cout << format_table(
            answer.value("milestones", json::array()),
            {{"at", "AT"}, {"clock", "CLOCK"}, {"milestone", "MILESTONE"}, {"event_id", "EVENT"}}, "No milestone.");
      });
    });
  }

  void define_rest() {
    auto* reconciliation =
        app_.add_subcommand("reconciliation", "Per location: documents, money and units at hub and ERP");
    reconciliation->add_option("--business-date", arguments_.date, "Only of this date (YYYY-MM-DD)");
    reconciliation->add_option("--location", arguments_.location, "Only of this location");
    does(reconciliation, [this] {
      return list_pages(
          options_,
          with_query("/v1/reconciliation", {{"business_date", arguments_.date}, {"location", arguments_.location}}),
          {{"location", "LOCATION"},
           {"currency", ""},
           {"hub.documents", "HUB DOCS"},
           {"erp.documents", "ERP DOCS"},
           {"hub.gross", "HUB GROSS"},
           {"erp.gross", "ERP GROSS"},
           {"hub.units", "HUB UNITS"},
           {"erp.units", "ERP UNITS"}},
          "Nothing recorded.");
    });
    does(app_.add_subcommand("health", "Is the hub well?"), [this] { return get("/readyz"); });
  }
};

}  // namespace

std::shared_ptr<void> define_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<Commands>(app, options, arguments, action);
  commands->define_all();
  auto stock_commands = define_stock_commands(app, options, arguments, action);
  auto day_commands = define_day_commands(app, options, arguments, action);
  auto exception_commands = define_exception_commands(app, options, arguments, action);
  auto erp_commands = define_erp_commands(app, options, arguments, action);
  auto insight_commands = define_insight_commands(app, options, arguments, action);
  auto access_commands = define_access_commands(app, options, arguments, action);
  auto fleet_commands = define_fleet_commands(app, options, arguments, action);
  return std::make_shared<std::vector<std::shared_ptr<void>>>(std::vector<std::shared_ptr<void>>{
      std::move(commands), std::move(stock_commands), std::move(day_commands), std::move(exception_commands), std::move(erp_commands), std::move(fleet_commands), std::move(access_commands), std::move(insight_commands)});
}

}  // namespace tillsync::hub
