// day: which days are closed, what stands in the way, closing and reopening them, their certificates, and where POS, hub and ERP differ.
#include <fstream>
#include <iostream>
#include <sstream>

#include "hub/ctl/certificate_check.h"
#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

const std::vector<Column> kDayColumns = {{"location", "LOCATION"},         {"name", "NAME"},           {"state", "STATE"},          {"missing_tills", "NO CLOSE"},
                                         {"missing_numbers", "NUMBERS"},   {"differences", "DIFFER"},  {"exceptions", "EXCEPTIONS"}, {"postings_open", "POSTINGS"},
                                         {"backlog", "BACKLOG"},           {"owner", "OWNER"},         {"overdue_s", "OVERDUE (S)"}, {"certificate", "CERTIFICATE"}};
const std::vector<Column> kBlockerColumns = {{"code", "IN THE WAY"}, {"till", "TILL"}, {"detail", "DETAIL"}};

/// For people: the state, what stands in the way, the tills, what was done.
void show_day(const json& day) {
  std::cout << day.value("location", "") << " " << day.value("business_date", "") << ": " << day.value("state", "") << (day.value("complete", false) ? ", complete" : ", not complete")
            << (day.value("period_closed", false) ? ", period closed" : "") << "\n";
  if (const json blockers = day.value("in_the_way", json::array()); !blockers.empty()) std::cout << "\n" << format_table(blockers, kBlockerColumns, "");
  std::cout << "\n"
            << format_table(day.value("tills", json::array()),
                            {{"till", "TILL"}, {"judged", "JUDGED"}, {"complete", "COMPLETE"}, {"documents", "DOCUMENTS"}, {"missing_count", "MISSING"}, {"missing", "NUMBERS"}, {"doubled", "TWICE"}},
                            "No till.");
  if (const json history = day.value("history", json::array()); !history.empty())
    std::cout << "\n" << format_table(history, {{"at", "AT"}, {"state", "STATE"}, {"who", "WHO"}, {"forced", "FORCED"}, {"certificate", "CERTIFICATE"}, {"reason", "REASON"}}, "");
}

class DayCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;

  void define_all() {
    auto* day = group("day", "Business days: complete, closed, certified");
    define_reading(day);
    define_steps(day);
    define_comparing(day);
  }

 private:
  void takes_day(CLI::App* command) {
    command->add_option("location", arguments_.location, "Where, e.g. GB")->required();
    command->add_option("business-date", arguments_.date, "Which day, YYYY-MM-DD")->required();
  }
  std::string day_path() const { return "/v1/closes/" + url_encode(arguments_.location) + "/" + url_encode(arguments_.date); }

  void define_reading(CLI::App* day) {
    auto* list = day->add_subcommand("list", "The days of a date, one per location: which are not closed, and why");
    list->add_option("--business-date", arguments_.date, "YYYY-MM-DD; yesterday when not given");
    list->add_option("--state", arguments_.status, "running, blocked, differs, ready, closed, reopened, or unclosed");
    does(list, [this] {
      return list_pages(options_, with_query("/v1/closes", {{"business_date", arguments_.date}, {"state", arguments_.status}}), kDayColumns, "No such day.");
    });
    auto* summary = day->add_subcommand("summary", "How many days of a date are in which state");
    summary->add_option("--business-date", arguments_.date, "YYYY-MM-DD; yesterday when not given");
    does(summary, [this] { return get(with_query("/v1/closes/summary", {{"business_date", arguments_.date}})); });
    auto* show = day->add_subcommand("show", "One day as it is now");
    takes_day(show);
    does(show, [this] { return call_and_show(options_, "GET", day_path(), {}, show_day); });
    auto* certificate = day->add_subcommand("certificate", "Print the certificate as it was signed, to be saved");
    takes_day(certificate);
    certificate->add_option("--number", arguments_.id, "Its number; the newest when not given");
    does(certificate, [this] {
      return call_and_show(options_, "GET", with_query(day_path() + "/certificate", {{"number", arguments_.id}}), {}, [](const json& answer) { std::cout << answer.dump() << "\n"; });
    });
    does(day->add_subcommand("key", "The public key that certificates are checked with"), [this] { return get("/v1/certificate-key"); });
    auto* verify = day->add_subcommand("verify", "Check a saved certificate, without a hub");
    verify->add_option("file", arguments_.file, "The certificate, as `day certificate` printed it")->required()->check(CLI::ExistingFile);
    verify->add_option("--key", arguments_.key, "Public key of the hub, 64 hex digits (`day key`)")->required();
    does(verify, [this] { return verify_file(); });
  }

  int verify_file() {
    std::ifstream input(arguments_.file, std::ios::binary);
    std::stringstream text;
    text << input.rdbuf();
    json certificate;
    const CertificateStatus status = check_certificate(text.str(), arguments_.key, certificate);
    const bool is_valid = status == CertificateStatus::kValid;
    if (options_.as_json) {
      std::cout << json{{"valid", is_valid}, {"status", to_string(status)}}.dump() << "\n";
    } else if (is_valid) {
      std::cout << "valid: certificate " << certificate.value("number", 0) << " of " << certificate.value("location", "") << " " << certificate.value("business_date", "") << ", issued "
                << certificate.value("issued_at", "") << " by " << certificate.value("issued_by", "") << (certificate.value("complete", false) ? ", complete" : ", not complete")
                << (certificate.value("forced", false) ? ", forced: " + certificate.value("reason", "") : "") << "\n";
    } else {
      std::cerr << "tillsyncctl: " << arguments_.file << ": " << to_string(status) << "\n";
    }
    return static_cast<int>(is_valid ? CtlExit::kOk : CtlExit::kDifferences);
  }

  void define_steps(CLI::App* day) {
    auto* close = day->add_subcommand("close", "Close the day and issue its certificate; says what stands in the way");
    takes_day(close);
    close->add_flag("--force", arguments_.force, "Close although something is missing; needs --reason");
    close->add_option("--reason", arguments_.reason, "Why, for the record");
    does(close, [this] { return call_and_show(options_, "POST", day_path() + "/close", json{{"force", arguments_.force}, {"reason", arguments_.reason}}.dump(), show_day); });
    auto* reopen = day->add_subcommand("reopen", "Open the period again: what was held for it is sent");
    takes_day(reopen);
    reopen->add_option("--reason", arguments_.reason, "Why, for the record")->required();
    does(reopen, [this] { return call_and_show(options_, "POST", day_path() + "/reopen", json{{"reason", arguments_.reason}}.dump(), show_day); });
    auto* release = day->add_subcommand("release", "Give postings that are held for the closed period another date");
    takes_day(release);
    release->add_option("--posting-date", arguments_.posting_date, "YYYY-MM-DD; the next open date when not given");
    release->add_option("--reason", arguments_.reason, "Why, for the record")->required();
    does(release, [this] {
      json body = {{"reason", arguments_.reason}};
      if (!arguments_.posting_date.empty()) body["posting_date"] = arguments_.posting_date;
      return send("POST", day_path() + "/release", body);
    });
  }

  void define_comparing(CLI::App* day) {
    auto* differences = day->add_subcommand("differences", "Documents that are not the same at POS, hub and ERP");
    differences->add_option("business-date", arguments_.date, "YYYY-MM-DD")->required();
    differences->add_option("--location", arguments_.location, "Only of this location");
    does(differences, [this] {
      return list_pages(options_, with_query("/v1/reconciliation/differences", {{"business_date", arguments_.date}, {"location", arguments_.location}}),
                        {{"location", "LOCATION"}, {"till", "TILL"}, {"contract", "KIND"}, {"document_no", "NUMBER"}, {"kind", "DIFFERENCE"}, {"status", "POSTING"}, {"gross", "GROSS"},
                         {"currency", ""}, {"detail", "DETAIL"}},
                        "Nothing differs.");
    });
    auto* stock = day->add_subcommand("stock", "The newest comparison of stock on hand with the ERP");
    stock->add_option("--location", arguments_.location, "The SKUs of this location that differ; else a line per location");
    does(stock, [this] {
      if (arguments_.location.empty())
        return list_pages(options_, "/v1/reconciliation/stock",
                          {{"location", "LOCATION"}, {"items", "SKUS"}, {"differing", "DIFFER"}, {"hub_has_more", "HUB HAS MORE"}, {"hub_has_less", "LESS"}, {"erp_as_of", "ERP AS OF"}, {"compared_at", "COMPARED"}},
                          "No comparison yet.");
      return list_pages(options_, "/v1/reconciliation/stock/" + url_encode(arguments_.location), {{"sku", "SKU"}, {"hub", "HUB"}, {"erp", "ERP"}}, "Nothing differs.");
    });
  }
};

}  // namespace

std::shared_ptr<void> define_day_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<DayCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
