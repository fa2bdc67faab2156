// stock, availability, reservations, leases, safety-stock.
#include <iostream>

#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

class StockCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    define_stock();
    define_reservations();
    define_leases();
    define_safety_stock();
  }

 private:
  void define_stock() {
    auto* stock = app_.add_subcommand("stock", "Stock on hand");
    stock->require_subcommand(0, 1);
    stock->add_option("--location", arguments_.location, "Only at this location");
    stock->add_option("--sku", arguments_.sku, "Only of this SKU");
    auto* verify = stock->add_subcommand("verify", "Hold every sum of stock against its records");
    verify->add_flag("--repair", arguments_.repair, "Make reserved and leased sums what their records say, as a recorded correction");
    verify->add_option("--reason", arguments_.reason, "Why, for the record; needed with --repair");
    does(verify, [this] { return verify_stock(); });
    const auto list = [this] {
      return list_pages(options_, with_query("/v1/stock", {{"location", arguments_.location}, {"sku", arguments_.sku}}),
                        {{"location", "LOCATION"},
                         {"sku", "SKU"},
                         {"state", "STATE"},
                         {"owner", "OWNER"},
                         {"lot", "LOT"},
                         {"on_hand", "ON HAND"},
                         {"age_s", "AGE (S)"}},
                        "No stock record.");
    };
    // What stands alone lists; a subcommand's own action stays.
    stock->callback([this, stock, list] {
      if (stock->get_subcommands().empty()) action_ = list;
    });
    stock->add_flag("--json", options_.as_json, "Print the hub's answer as JSON");

    auto* availability = app_.add_subcommand("availability", "What can be promised of SKUs, with the age of the information");
    availability->add_option("sku", arguments_.skus, "One or more SKUs")->required();
    availability->add_option("--location", arguments_.location, "Only at this location");
    availability->add_option("--max-age", arguments_.max_age, "Seconds; older information does not count in the sums");
    does(availability, [this] { return show_availability(); });
  }

  int verify_stock() {
    if (arguments_.repair) return send("POST", "/v1/stock/repair", {{"reason", arguments_.reason}});
    std::size_t found = 0;
    CtlOptions looking = options_;
    looking.as_json = false;  // the answer is looked at before it is printed
    const int code = call_and_show(looking, "GET", "/v1/stock/verify", {}, [this, &found](const json& answer) {
      const json items = answer.value("items", json::array());
      found = items.size();
      if (options_.as_json)
        std::cout << answer.dump() << "\n";
      else
        std::cout << format_table(items, {{"what", "WHAT"}, {"location", "LOCATION"}, {"sku", "SKU"}, {"id", "ID"}, {"stored", "STORED"}, {"records", "RECORDS"}},
                                "Every sum is what its records say.");
    });
    return code == 0 && found > 0 ? static_cast<int>(CtlExit::kDifferences) : code;
  }

  int show_availability() {
    std::string path = "/v1/availability";
    char separator = '?';
    const auto add = [&](const std::string& name, const std::string& value) {
      if (value.empty()) return;
      path += separator + name + "=" + url_encode(value);
      separator = '&';
    };
    for (const std::string& sku : arguments_.skus) add("sku", sku);
    add("location", arguments_.location);
    add("max_age_s", arguments_.max_age);
    return call_and_show(options_, "GET", path, {}, [](const json& answer) {
      json rows = json::array();
      for (const json& item : answer.value("items", json::array())) {
        for (json row : item.value("locations", json::array())) {
          row["sku"] = item.value("sku", "");
          rows.push_back(std::move(row));
        }
      }
      std::cout << format_table(rows,
                                {{"sku", "SKU"}, {"location", "LOCATION"}, {"available", "AVAILABLE"}, {"confident", "CONFIDENT"}, {"on_hand", "ON HAND"},
                                 {"reserved", "RESERVED"}, {"leased", "LEASED"}, {"safety_stock", "SAFETY"}, {"age_s", "AGE (S)"}},
                                "None of it is anywhere.");
    });
  }

  void define_reservations() {
    auto* reservations = group("reservations", "Stock that is held for somebody");
    auto* create = reservations->add_subcommand("create", "Hold stock");
    create->add_option("--sku", arguments_.sku, "What")->required();
    create->add_option("--qty", arguments_.quantity, "How much")->required();
    create->add_option("--location", arguments_.location, "Where; default: as the policy says");
    create->add_option("--key", arguments_.key, "Idempotency key: the same gives the same answer")->required();
    create->add_option("--order-no", arguments_.order_no, "Of which order");
    create->add_option("--ttl", arguments_.ttl, "Seconds until it ends by itself")->check(CLI::PositiveNumber);
    does(create, [this] {
      json line = {{"line_no", 1}, {"sku", arguments_.sku}, {"qty", arguments_.quantity}};
      if (!arguments_.location.empty()) line["locations"] = {arguments_.location};
      json body = {{"idempotency_key", arguments_.key}, {"purpose", "phone_hold"}, {"lines", {line}}};
      if (!arguments_.order_no.empty()) body["order_no"] = arguments_.order_no;
      if (arguments_.ttl > 0) body["ttl_s"] = arguments_.ttl;
      return send("POST", "/v1/reservations", body);
    });
    auto* list = reservations->add_subcommand("list", "List them, newest first");
    list->add_option("--state", arguments_.status, "held, confirmed, picked, ready, fulfilled, released, expired, broken");
    list->add_option("--order-no", arguments_.order_no, "Only of this order");
    list->add_option("--location", arguments_.location, "With --sku: who holds units there");
    list->add_option("--sku", arguments_.sku, "With --location");
    does(list, [this] {
      return list_pages(options_,
                        with_query("/v1/reservations", {{"state", arguments_.status}, {"order_no", arguments_.order_no}, {"location", arguments_.location}, {"sku", arguments_.sku}}),
                        {{"reservation_id", "RESERVATION"}, {"state", "STATE"}, {"purpose", "PURPOSE"}, {"channel", "CHANNEL"}, {"order_no", "ORDER"}, {"priority", "PRIORITY"}, {"expires_at", "EXPIRES"}},
                        "None match.");
    });
    shows(reservations, "/v1/reservations/", "id", "Its id (r_…, or a promise's)");
    for (const auto& [verb, description] : {std::pair("confirm", "Keep it"), std::pair("pick", "Its units are off the shelf"), std::pair("ready", "It waits to be fetched"),
                                            std::pair("release", "Its units are free again"), std::pair("extend", "A new time limit, from now"),
                                            std::pair("break", "Break it by hand, also when it is picked or ready")}) {
      auto* step = reservations->add_subcommand(verb, description);
      step->add_option("id", arguments_.id, "Its id")->required();
      step->add_option("--reason", arguments_.reason, "Why, for the record");
      step->add_option("--ttl", arguments_.ttl, "Seconds, of confirm and extend")->check(CLI::PositiveNumber);
      does(step, [this, verb = verb] {
        json body = {{"reason", arguments_.reason}};
        if (arguments_.ttl > 0) body["ttl_s"] = arguments_.ttl;
        return send("POST", "/v1/reservations/" + url_encode(arguments_.id) + "/" + verb, body);
      });
    }
  }

  void define_leases() {
    auto* leases = group("leases", "Units set apart for what agents promise while they are dark");
    auto* grant = leases->add_subcommand("grant", "Lease units to an agent");
    grant->add_option("--agent", arguments_.agent, "Its id (a_…)")->required();
    grant->add_option("--sku", arguments_.sku, "What")->required();
    grant->add_option("--qty", arguments_.quantity, "How much")->required();
    grant->add_option("--location", arguments_.location, "Whose stock; default: the agent's own");
    grant->add_option("--ttl", arguments_.ttl, "Seconds; a day when not given")->check(CLI::PositiveNumber);
    grant->add_option("--reason", arguments_.reason, "Why, for the record");
    does(grant, [this] {
      json body = {{"agent_id", arguments_.agent}, {"sku", arguments_.sku}, {"qty", arguments_.quantity}, {"reason", arguments_.reason}};
      if (!arguments_.location.empty()) body["location"] = arguments_.location;
      if (arguments_.ttl > 0) body["ttl_s"] = arguments_.ttl;
      return send("POST", "/v1/leases", body);
    });
    auto* list = leases->add_subcommand("list", "List them, newest first");
    list->add_option("--agent", arguments_.agent, "Only of this agent");
    list->add_option("--location", arguments_.location, "Only of this location's stock");
    list->add_option("--sku", arguments_.sku, "Only of this SKU");
    list->add_option("--state", arguments_.status, "open, ending, frozen, closed, forced");
    does(list, [this] {
      return list_pages(options_,
                        with_query("/v1/leases", {{"agent_id", arguments_.agent}, {"location", arguments_.location}, {"sku", arguments_.sku}, {"state", arguments_.status}}),
                        {{"lease_id", "LEASE"}, {"agent_id", "AGENT"}, {"location", "LOCATION"}, {"sku", "SKU"}, {"state", "STATE"}, {"qty", "QTY"}, {"used", "USED"}, {"open", "OPEN"}, {"expires_at", "EXPIRES"}},
                        "No lease.");
    });
    shows(leases, "/v1/leases/", "id", "Its id (l_…)");
    for (const auto& [verb, description] : {std::pair("renew", "A new time limit, from now"), std::pair("shrink", "To --qty: the agent closes it and gets a smaller one"),
                                            std::pair("end", "Ask the agent to close it"), std::pair("force", "Free what is left of a frozen or ending one without the agent's word")}) {
      auto* step = leases->add_subcommand(verb, description);
      step->add_option("id", arguments_.id, "Its id (l_…)")->required();
      step->add_option("--reason", arguments_.reason, "Why, for the record; needed to force");
      step->add_option("--qty", arguments_.quantity, "Of shrink");
      step->add_option("--ttl", arguments_.ttl, "Seconds, of renew")->check(CLI::PositiveNumber);
      does(step, [this, verb = verb] {
        json body = {{"reason", arguments_.reason}};
        if (!arguments_.quantity.empty()) body["qty"] = arguments_.quantity;
        if (arguments_.ttl > 0) body["ttl_s"] = arguments_.ttl;
        return send("POST", "/v1/leases/" + url_encode(arguments_.id) + "/" + verb, body);
      });
    }
  }

  void define_safety_stock() {
    auto* safety = group("safety-stock", "What is never promised");
    auto* put = safety->add_subcommand("put", "Put or change an entry; the most exact one counts");
    put->add_option("--location", arguments_.location, "Where; default: everywhere");
    put->add_option("--sku", arguments_.sku, "Of what; default: everything");
    put->add_option("--qty", arguments_.quantity, "How much; without it the entry goes");
    does(put, [this] {
      json item = {{"location", arguments_.location}, {"sku", arguments_.sku}, {"qty", nullptr}};
      if (!arguments_.quantity.empty()) item["qty"] = arguments_.quantity;
      return send("PUT", "/v1/safety-stock", {{"items", {item}}});
    });
    does(safety->add_subcommand("list", "List them"), [this] {
      return list_pages(options_, "/v1/safety-stock", {{"location", "LOCATION"}, {"sku", "SKU"}, {"qty", "QTY"}}, "None.");
    });
  }
};

}  // namespace

std::shared_ptr<void> define_stock_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<StockCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
