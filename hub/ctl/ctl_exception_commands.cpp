// exceptions, postings: what people do with what did not go through.
#include <fstream>
#include <iostream>
#include <sstream>

#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

/// "4000=4010" → {"4000": "4010"}; nullopt when an entry has no '='.
std::optional<json> names_of(const std::vector<std::string>& entries) {
  json names = json::object();
  for (const std::string& entry : entries) {
    const std::size_t at = entry.find('=');
    if (at == std::string::npos || at == 0) return std::nullopt;
    names[entry.substr(0, at)] = entry.substr(at + 1);
  }
  return names;
}

/// "debit 6900 0.01" → a journal line; nullopt for anything else.
std::optional<json> line_of(const std::string& text) {
  std::istringstream words(text);
  std::string side, account, amount, more;
  if (!(words >> side >> account >> amount) || (words >> more) || (side != "debit" && side != "credit")) return std::nullopt;
  return json{{"account", account}, {side, amount}};
}

std::string number_text(const json& object, const char* member) { return std::to_string(object.value(member, std::int64_t{0})); }

class ExceptionCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    define_exceptions();
    define_bulk();
    define_postings();
  }

 private:
  void asks_first(CLI::App* command) {
    command->add_flag("--dry-run", is_dry_run_, "Only say what would be done");
    command->add_flag("--yes,-y", is_certain_, "Do not ask; for scripts");
  }
  void takes_correction(CLI::App* command) {
    command->add_option("--posting-date", posting_date_, "Date of the entry at the ERP (YYYY-MM-DD)");
    command->add_option("--account", accounts_, "FROM=TO, once for each account");
    command->add_option("--tax-code", tax_codes_, "FROM=TO, once for each tax code");
    command->add_option("--add-line", added_lines_, "A journal line more, 'debit ACCOUNT AMOUNT' or 'credit ACCOUNT AMOUNT'; not for many postings at once");
    command->add_option("--correction", arguments_.file, "A JSON file with the correction, in place of the other options")->check(CLI::ExistingFile);
  }

  void define_exceptions() {
    exceptions_ = group("exceptions", "What people must look at");
    auto* list = exceptions_->add_subcommand("list", "List them, newest first");
    list->add_option("--code", arguments_.code, "Only of this code");
    list->add_option("--cause", cause_, "Only of this cause, e.g. sku:85123A");
    list->add_option("--status", arguments_.status, "open, assigned, resolved, dismissed");
    list->add_option("--location", arguments_.location, "Only of this location");
    list->add_option("--owner", arguments_.owner, "store_it, master_data, stock_control or finance");
    list->add_option("--assignee", arguments_.assignee, "Only those of this person");
    list->add_option("--search", search_, "Only those with this text");
    list->add_flag("--overdue", is_overdue_, "Only those whose time has passed");
    list->add_option("--sort", sort_, "raised_at, -raised_at, due_at or -due_at");
    does(list, [this] {
      return list_pages(options_,
                        with_query("/v1/exceptions", {{"code", arguments_.code},
                                                      {"cause", cause_},
                                                      {"status", arguments_.status},
                                                      {"location", arguments_.location},
                                                      {"owner", arguments_.owner},
                                                      {"assignee", arguments_.assignee},
                                                      {"q", search_},
                                                      {"overdue", is_overdue_ ? "true" : ""},
                                                      {"sort", sort_}}),
                        {{"exception_id", "EXCEPTION"},
                         {"code", "CODE"},
                         {"location", "LOCATION"},
                         {"status", "STATUS"},
                         {"owner", "OWNER"},
                         {"due_at", "DUE"},
                         {"cause_key", "CAUSE"},
                         {"detail", "DETAIL"}},
                        "None match.");
    });
    auto* causes = exceptions_->add_subcommand("causes", "Open ones by what caused them, what is due first at the top: where the morning begins");
    causes->add_option("--code", arguments_.code, "Only of this code");
    causes->add_option("--location", arguments_.location, "Only of this location");
    causes->add_option("--owner", arguments_.owner, "store_it, master_data, stock_control or finance");
    does(causes, [this] {
      return list_pages(options_,
                        with_query("/v1/exceptions/causes", {{"code", arguments_.code}, {"location", arguments_.location}, {"owner", arguments_.owner}}),
                        {{"count", "OPEN"},
                         {"code", "CODE"},
                         {"cause_key", "CAUSE"},
                         {"locations", "LOCATIONS"},
                         {"assigned", "ASSIGNED"},
                         {"owner", "OWNER"},
                         {"oldest_at", "OLDEST"},
                         {"due_at", "DUE"},
                         {"overdue", "OVERDUE"}},
                        "Nothing is open.");
    });
    shows(exceptions_, "/v1/exceptions/", "id", "Its id (x_…)");
    auto* runbook = exceptions_->add_subcommand("runbook", "What to do about a code, step by step");
    runbook->add_option("code", arguments_.code, "The code, e.g. posting.closed_period")->required();
    does(runbook, [this] {
      const auto text = fetch_text(options_, "GET", "/v1/runbooks/" + url_encode(arguments_.code));
      if (!text) return text.error();
      std::cout << (options_.as_json ? json{{"code", arguments_.code}, {"text", *text}}.dump() + "\n" : *text);
      return 0;
    });

    auto* assign = step("assign", "Say who looks at it", false);
    assign->add_option("--to", arguments_.assignee, "Who")->required();
    step("retry", "Send its posting again, now", false);
    takes_correction(step("correct", "Correct its posting and send it; what the documents say stays as it is", true));
    step("skip", "Give its posting up; what is skipped is missing at the ERP", true);
    step("dismiss", "Say that nothing is to be done", true);
  }

  CLI::App* step(const std::string& verb, const std::string& description, bool needs_reason) {
    auto* command = exceptions_->add_subcommand(verb, description);
    command->add_option("id", arguments_.id, "Its id (x_…)")->required();
    command->add_option("--reason", arguments_.reason, "Why, for the record")->required(needs_reason);
    command->add_flag("--dry-run", is_dry_run_, "Only say what would be sent");
    does(command, [this, verb] { return act("/v1/exceptions/", verb); });
    return command;
  }

  /// One exception or posting.
  int act(const std::string& path, const std::string& verb) {
    json body = {{"reason", arguments_.reason}};
    if (verb == "assign") body["assignee"] = arguments_.assignee;
    if (verb == "correct") {
      auto correction = correction_of();
      if (!correction) return static_cast<int>(CtlExit::kUsage);
      body["correction"] = std::move(*correction);
    }
    if (is_dry_run_) body["dry_run"] = true;
    return send("POST", path + url_encode(arguments_.id) + "/" + verb, body);
  }

  /// From the options; says what is wrong with them.
  std::optional<json> correction_of() const {
    const auto wrong = [](const std::string& what) {
      std::cerr << "tillsyncctl: " << what << "\n";
      return std::nullopt;
    };
    if (!arguments_.file.empty()) {
      std::ifstream input(arguments_.file, std::ios::binary);
      json correction = json::parse(input, nullptr, false);
      if (!correction.is_object()) return wrong(arguments_.file + " holds no JSON object");
      return correction;
    }
    json correction = json::object();
    if (!posting_date_.empty()) correction["posting_date"] = posting_date_;
    const auto accounts = names_of(accounts_), tax_codes = names_of(tax_codes_);
    if (!accounts || !tax_codes) return wrong("--account and --tax-code take FROM=TO, e.g. --account 4000=4010");
    if (!accounts->empty()) correction["accounts"] = *accounts;
    if (!tax_codes->empty()) correction["tax_codes"] = *tax_codes;
    for (const std::string& text : added_lines_) {
      const auto line = line_of(text);
      if (!line) return wrong("--add-line takes 'debit ACCOUNT AMOUNT' or 'credit ACCOUNT AMOUNT', e.g. --add-line 'debit 6900 0.01'");
      correction["added_lines"].push_back(*line);
    }
    if (correction.empty()) return wrong("say what to correct: --posting-date, --account, --tax-code, --add-line or --correction FILE");
    return correction;
  }

  void define_bulk() {
    auto* bulk = exceptions_->add_subcommand("bulk", "Do the same with all open ones of one cause; asks before it begins");
    bulk->add_option("action", action_word_, "retry, correct, skip, dismiss or assign")
        ->required()
        ->check(CLI::IsMember({"retry", "correct", "skip", "dismiss", "assign"}));
    bulk->add_option("--code", arguments_.code, "Of which code")->required();
    bulk->add_option("--cause", cause_, "Of which cause, as exceptions causes shows it")->required();
    bulk->add_option("--location", arguments_.location, "Only of this location");
    bulk->add_option("--reason", arguments_.reason, "Why, for the record; needed by all but assign");
    bulk->add_option("--to", arguments_.assignee, "Who, with assign");
    takes_correction(bulk);
    asks_first(bulk);
    does(bulk, [this] { return run_bulk_command(); });
  }

  int run_bulk_command() {
    json body = {{"action", action_word_}, {"code", arguments_.code}, {"cause", cause_}, {"reason", arguments_.reason}};
    if (!arguments_.location.empty()) body["location"] = arguments_.location;
    if (!arguments_.assignee.empty()) body["assignee"] = arguments_.assignee;
    if (action_word_ == "correct") {
      auto correction = correction_of();
      if (!correction) return static_cast<int>(CtlExit::kUsage);
      body["correction"] = std::move(*correction);
    }
    const auto says = [this](const json& plan) {
      return action_word_ + " " + number_text(plan, "selected") + " open exceptions of " + arguments_.code + ", cause " + cause_ + ", at " +
             number_text(plan, "locations") + " locations";
    };
    return plan_and_run("/v1/exceptions/bulk", body, says,
                        {{"exception_id", "EXCEPTION"}, {"location", "LOCATION"}, {"subject", "SUBJECT"}, {"outcome", "OUTCOME"}, {"detail", "WHY NOT"}});
  }

  /// Looks first, says what would be done, asks, does it. says: "retry 412 open exceptions of …", of the plan.
  int plan_and_run(const std::string& path, json body, const std::function<std::string(const json&)>& says, const std::vector<Column>& columns) {
    if (is_dry_run_ || !is_certain_) {
      json looking = body;
      looking["dry_run"] = true;
      const auto plan = fetch(options_, "POST", path, looking.dump());
      if (!plan) return plan.error();
      if (is_dry_run_) {
        if (options_.as_json) {
          std::cout << plan->dump() << "\n";
        } else {
          std::cout << "Would " << says(*plan) << ".\n" << format_table(plan->value("items", json::array()), columns, "None.");
        }
        return static_cast<int>(CtlExit::kOk);
      }
      if (plan->value("selected", std::int64_t{0}) == 0) {
        std::cout << (options_.as_json ? plan->dump() : "None match; nothing to do.") << "\n";
        return static_cast<int>(CtlExit::kOk);
      }
      std::cerr << "This will " << says(*plan) << ". Go on? [y/N] " << std::flush;
      std::string reply;
      std::getline(std::cin, reply);
      if (reply != "y" && reply != "Y" && reply != "yes") {
        std::cerr << "Nothing was done. With --yes it does not ask.\n";
        return static_cast<int>(CtlExit::kNotConfirmed);
      }
    }
    return call_and_show(options_, "POST", path, body.dump(), [&columns](const json& answer) {
      std::cout << number_text(answer, "done") << " done";
      const json left_alone = answer.value("left_alone", json::object());
      for (const auto& [outcome, count] : left_alone.items()) std::cout << ", " << count << " left alone: " << outcome;
      std::cout << " (operation " << answer.value("operation_id", std::string("-")) << ")\n";
      std::cout << format_table(answer.value("items", json::array()), columns, "None.");
    });
  }

  void define_postings() {
    auto* postings = group("postings", "What the ERP is told");
    auto* list = postings->add_subcommand("list", "List them, newest first");
    list->add_option("--status", arguments_.status, "queued, sending, posted, retrying, unknown, refused, held, skipped, collected, summed");
    list->add_option("--location", arguments_.location, "Only of this location");
    list->add_option("--kind", arguments_.kind, "sale, return, stock, void, till_close, till_event or summed");
    list->add_option("--business-date", arguments_.date, "Only of this date (YYYY-MM-DD)");
    list->add_option("--search", search_, "A posting's id, a document's number, or a location");
    list->add_option("--sort", sort_, "created_at or -created_at");
    does(list, [this] {
      return list_pages(options_,
                        with_query("/v1/postings", {{"status", arguments_.status},
                                                    {"location", arguments_.location},
                                                    {"kind", arguments_.kind},
                                                    {"business_date", arguments_.date},
                                                    {"q", search_},
                                                    {"sort", sort_}}),
                        {{"posting_id", "POSTING"},
                         {"kind", "KIND"},
                         {"location", "LOCATION"},
                         {"status", "STATUS"},
                         {"gross", "GROSS"},
                         {"currency", ""},
                         {"attempts", "TRIES"},
                         {"last_error", "LAST ERROR"}},
                        "Nothing waiting.");
    });
    shows(postings, "/v1/postings/", "id", "Its id (p_…)");
    for (const auto& [verb, description] :
         {std::pair("retry", "Try a refused or waiting one again now"), std::pair("correct", "Correct a refused or held one and send it"),
          std::pair("skip", "Give one up, with a reason")}) {
      auto* command = postings->add_subcommand(verb, description);
      command->add_option("id", arguments_.id, "Its id (p_…)")->required();
      command->add_option("--reason", arguments_.reason, "Why, for the record");
      command->add_flag("--dry-run", is_dry_run_, "Only say what would be sent");
      if (std::string_view(verb) == "correct") takes_correction(command);
      does(command, [this, verb = verb] { return act("/v1/postings/", verb); });
    }
    define_replay(postings);
    does(app_.add_subcommand("connectors", "Connections to ERPs and whether they flow"), [this] {
      return list_pages(options_, "/v1/connectors", {{"name", "NAME"}, {"url", "URL"}, {"breaker", "BREAKER"}, {"waiting", "WAITING"}}, "No connector.");
    });
  }

  void define_replay(CLI::App* postings) {
    auto* replay = postings->add_subcommand("replay", "Send posted ones again under their keys, which the ERP knows: one, or all of a range");
    replay->add_option("id", arguments_.id, "Its id (p_…); without it a range");
    replay->add_option("--from", from_, "First business date (YYYY-MM-DD), or the instant from which the hub recorded them");
    replay->add_option("--to", to_, "Last business date, or the instant before which");
    replay->add_option("--location", arguments_.location, "Only of this location");
    replay->add_option("--kind", arguments_.kind, "sale, return, stock, void, till_close, till_event or summed");
    replay->add_option("--reason", arguments_.reason, "Why, for the record; a range needs it");
    asks_first(replay);
    does(replay, [this] {
      if (!arguments_.id.empty()) return act("/v1/postings/", "replay");
      if (from_.empty() || to_.empty()) {
        std::cerr << "tillsyncctl: name a posting, or a range with --from and --to\n";
        return static_cast<int>(CtlExit::kUsage);
      }
      json body = {{"from", from_}, {"to", to_}, {"reason", arguments_.reason}};
      if (!arguments_.location.empty()) body["location"] = arguments_.location;
      if (!arguments_.kind.empty()) body["kind"] = arguments_.kind;
      const auto says = [this](const json& plan) {
        return "send " + number_text(plan, "selected") + " posted postings from " + from_ + " to " + to_ + " again";
      };
      return plan_and_run("/v1/postings/replay", body, says, {{"posting_id", "POSTING"}, {"location", "LOCATION"}, {"outcome", "OUTCOME"}});
    });
  }

  CLI::App* exceptions_ = nullptr;
  std::string action_word_, cause_, posting_date_, from_, to_, search_, sort_;
  std::vector<std::string> accounts_, tax_codes_, added_lines_;
  bool is_dry_run_ = false, is_certain_ = false, is_overdue_ = false;
};

}  // namespace

std::shared_ptr<void> define_exception_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<ExceptionCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
