// connector: how ERPs are spoken to.
#include <fstream>
#include <iostream>
#include <sstream>

#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

/// What went out and came back, and how it ends; for people.
void show_conversation(const json& ran) {
  std::size_t number = 0;
  for (const json& turn : ran.at("turns")) {
    const json& request = turn.at("request");
    std::cout << ++number << ". " << request.value("name", "") << ": " << request.value("method", "") << " " << request.value("path", "")
              << (request.value("effect", false) ? "   (may change something at the ERP)" : "") << "\n";
    if (request.contains("query")) std::cout << "   query  " << request["query"].dump() << "\n";
    if (request.contains("headers")) std::cout << "   header " << request["headers"].dump() << "\n";
    if (request.contains("body")) std::cout << "   body   " << request["body"].dump(2) << "\n";
    if (!turn.at("answer").is_null()) std::cout << "   answer " << turn["answer"].dump() << "\n";
  }
  if (ran.at("result").is_null()) std::cout << "It waits for an answer that the sample does not have: add it under \"turns\".\n";
  else std::cout << "Result: " << ran["result"].dump(2) << "\n";
  for (const json& difference : ran.at("differences")) std::cout << "Different: " << difference.get<std::string>() << "\n";
}

class ErpCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    auto* connectors = group("connector", "How ERPs are spoken to");
    does(connectors->add_subcommand("list", "Those in use, and whether they flow"), [this] {
      return list_pages(options_, "/v1/connectors", {{"name", "NAME"}, {"url", "URL"}, {"breaker", "BREAKER"}, {"waiting", "WAITING"}, {"last_error", "LAST ERROR"}}, "No connector.");
    });
    shows(connectors, "/v1/connectors/", "name", "Its name, e.g. tryton");
    auto* test = connectors->add_subcommand("test", "Show what a connector makes of a posting and of the ERP's answers; nothing is sent");
    test->add_option("name", arguments_.id, "Its name, e.g. tryton")->required();
    test->add_option("--sample", arguments_.file, "A posting as JSON, or an example with its answers (hub/erp/connectors/README.md)")->required()->check(CLI::ExistingFile);
    does(test, [this] { return run_test(); });
    test->footer("Exit codes: 0 it went as the sample says, 1 the hub refused the sample, 6 it differs from what the sample says.");
  }

 private:
  int run_test() {
    std::ifstream file(arguments_.file);
    std::ostringstream text;
    text << file.rdbuf();
    bool differs = false;
    const bool as_json = options_.as_json;
    CtlOptions looking = options_;
    looking.as_json = false;  // the answer is looked at before it is printed
    const int code = call_and_show(looking, "POST", "/v1/connectors/" + url_encode(arguments_.id) + "/test", text.str(), [&](const json& ran) {
      differs = !ran.at("differences").empty();
      if (as_json) std::cout << ran.dump() << "\n";
      else show_conversation(ran);
    });
    return code == 0 && differs ? static_cast<int>(CtlExit::kDifferences) : code;
  }
};

}  // namespace

std::shared_ptr<void> define_erp_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<ErpCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
