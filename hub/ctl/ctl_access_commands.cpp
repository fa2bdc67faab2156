// user, token, audit: who may call the hub, and who changed what.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

const std::vector<std::string> kRoleNames = {"viewer", "operator", "finance", "administrator"};

/// The first line of the file, or of standard input for "-": a password does not belong on a command line, which everybody on the machine sees.
std::string read_secret(const std::string& file) {
  std::string line;
  if (file == "-") std::getline(std::cin, line);
  else {
    std::ifstream input(file);
    std::getline(input, line);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

class AccessCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    define_users();
    define_tokens();
    define_audit();
  }

 private:
  void name_argument(CLI::App* command) { command->add_option("name", arguments_.id, "The user's name")->required(); }
  void role_option(CLI::App* command, bool is_required) {
    auto* option = command->add_option("--role", role_, "viewer, operator, finance or administrator")->check(CLI::IsMember(kRoleNames));
    if (is_required) option->required();
  }
  void password_option(CLI::App* command) {
    command->add_option("--password-file", arguments_.file, "File whose first line is the password; - is standard input")->required();
  }
  std::string user_path() const { return "/v1/users/" + url_encode(arguments_.id); }

  void define_users() {
    auto* users = group("user", "People who log in at the console");
    does(users->add_subcommand("list", "List them"), [this] {
      return list_pages(options_, "/v1/users",
                        {{"name", "NAME"}, {"role", "ROLE"}, {"disabled", "DISABLED"}, {"last_login_at", "LAST LOG-IN"}, {"locked_until", "LOCKED UNTIL"}},
                        "Nobody yet. Add somebody: tillsyncctl user add ana --role operator --password-file -");
    });
    shows(users, "/v1/users/", "name", "The user's name");
    auto* add = users->add_subcommand("add", "Add one");
    name_argument(add);
    role_option(add, true);
    password_option(add);
    does(add, [this] { return send("POST", "/v1/users", {{"name", arguments_.id}, {"role", role_}, {"password", read_secret(arguments_.file)}}); });
    auto* set = users->add_subcommand("set", "Change the role; ends the user's sessions");
    name_argument(set);
    role_option(set, true);
    does(set, [this] { return change({{"role", role_}}); });
    for (const bool is_disabled : {true, false}) {
      auto* command = users->add_subcommand(is_disabled ? "disable" : "enable", is_disabled ? "Let the user log in no more; ends the sessions" : "Let the user log in again");
      name_argument(command);
      does(command, [this, is_disabled] { return change({{"disabled", is_disabled}}); });
    }
    auto* password = users->add_subcommand("password", "Set a new password; ends the user's sessions and a lock");
    name_argument(password);
    password_option(password);
    does(password, [this] { return send("POST", user_path() + "/password", {{"new", read_secret(arguments_.file)}}); });
  }

  void define_tokens() {
    auto* tokens = group("token", "API tokens of people and scripts");
    does(tokens->add_subcommand("list", "List them, without their secrets"), [this] {
      return list_pages(options_, "/v1/tokens",
                        {{"token_id", "ID"}, {"name", "NAME"}, {"role", "ROLE"}, {"scopes", "SCOPES"}, {"expires_at", "EXPIRES"}, {"last_used_at", "LAST USED"}, {"revoked_at", "REVOKED"}},
                        "No token.");
    });
    auto* create = tokens->add_subcommand("create", "Create one; its secret is shown once");
    create->add_option("name", arguments_.name, "Who or what uses it")->required();
    role_option(create, true);
    create->add_option("--scope", scopes_, "Only paths behind /v1 that begin so, e.g. stock; once for each. Without: all");
    create->add_option("--valid-days", valid_days_, "Until it expires; without: never")->check(CLI::Range(1, 3'650));
    does(create, [this] {
      json body = {{"name", arguments_.name}, {"role", role_}};
      if (!scopes_.empty()) body["scopes"] = scopes_;
      if (valid_days_ > 0) body["expires_in_s"] = valid_days_ * 86'400;
      return send("POST", "/v1/tokens", body);
    });
    auto* revoke = tokens->add_subcommand("revoke", "Refuse it from now on");
    revoke->add_option("id", arguments_.id, "Its id (k_…)")->required();
    does(revoke, [this] { return send("POST", "/v1/tokens/" + url_encode(arguments_.id) + "/revoke", json::object()); });
  }

  void define_audit() {
    auto* audit = group("audit", "Who changed what");
    auto* list = audit->add_subcommand("list", "List changes, newest first");
    list->add_option("--who", who_, "Only by this user or token");
    list->add_option("--action", what_, "Only these, e.g. \"PUT\" or \"POST /v1/users\"");
    list->add_option("--object", object_, "Only of this object and below it, e.g. users/ana");
    list->add_option("--text", text_, "Only with this text, or of this correlation id");
    list->add_option("--from", from_, "From this instant on, e.g. 2026-01-31T00:00:00Z");
    list->add_option("--to", to_, "Before this instant");
    does(list, [this] {
      return list_pages(options_,
                        with_query("/v1/audit", {{"who", who_}, {"action", what_}, {"object", object_}, {"q", text_}, {"from", from_}, {"to", to_}}),
                        {{"at", "AT"}, {"who", "WHO"}, {"role", "ROLE"}, {"address", "FROM"}, {"action", "ACTION"}, {"object", "OBJECT"}, {"reason", "REASON"}}, "Nothing was changed.");
    });
  }

  /// Whatever version it is: a script says what shall be so.
  int change(const json& body) {
    options_.headers.emplace_back("If-Match: *");
    return send("PUT", user_path(), body);
  }

  std::string role_, who_, what_, object_, text_, from_, to_;
  std::vector<std::string> scopes_;
  long long valid_days_ = 0;
};

}  // namespace

std::shared_ptr<void> define_access_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<AccessCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
