#include "hub/postings/chart.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace tillsync::hub {
namespace {

using nlohmann::json;
using Accounts = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kOthers = "*";
constexpr std::size_t kAccountMax = 64;  // bytes

/// Thrown inside this file only; parse_charts turns it into an Error.
struct BadChart {
  std::string field, want;
};

std::string_view account_of(const Accounts& accounts, std::string_view name) {
  auto found = accounts.find(name);
  if (found == accounts.end()) found = accounts.find(kOthers);
  TS_CHECK(found != accounts.end());
  return found->second;
}

std::string account(const json& value, const std::string& field) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty() || value.get_ref<const std::string&>().size() > kAccountMax)
    throw BadChart{field, "an account: a text of 1 to 64 bytes"};
  return value.get<std::string>();
}

void only(const json& object, const std::string& where, std::initializer_list<std::string_view> names) {
  if (!object.is_object()) throw BadChart{where, "an object"};
  for (const auto& [name, value] : object.items())
    if (std::ranges::find(names, name) == names.end()) throw BadChart{where + "/" + name, "no such field is known"};
}

void read_accounts(const json& accounts, const std::string& field, Accounts& into) {
  if (!accounts.is_object()) throw BadChart{field, "an object: name to account"};
  for (const auto& [name, value] : accounts.items()) into[name] = account(value, field + "/" + name);
}

CostAccounts read_costs(const json& costs, const std::string& where) {
  only(costs, where, {"inventory", "received", "adjusted", "transit", "opening", "cost_of_goods"});
  const auto read = [&](const char* name) {
    if (!costs.contains(name)) throw BadChart{where + "/" + name, "an account: a text of 1 to 64 bytes"};
    return account(costs[name], where + "/" + name);
  };
  return {read("inventory"), read("received"), read("adjusted"), read("transit"), read("opening"), costs.contains("cost_of_goods") ? read("cost_of_goods") : ""};
}

Chart read_company(const json& company, const std::string& where, std::set<std::string>& taken) {
  only(company, where, {"name", "locations", "currency", "accounts"});
  Chart chart = default_chart();
  if (!company.contains("name") || !company["name"].is_string()) throw BadChart{where + "/name", "a text"};
  chart.company = company["name"];
  if (company.contains("locations")) {
    if (!company["locations"].is_array()) throw BadChart{where + "/locations", "a list of locations"};
    for (const json& location : company["locations"]) {
      if (!location.is_string()) throw BadChart{where + "/locations", "a list of locations"};
      if (!taken.insert(location).second) throw BadChart{where + "/locations", location.get<std::string>() + " has a company already"};
      chart.locations.emplace_back(location.get<std::string>());
    }
  } else if (!taken.insert("").second) {
    throw BadChart{where + "/locations", "a list of locations: only one company may have all others"};
  }
  if (company.contains("currency")) {
    if (!company["currency"].is_string() || company["currency"].get_ref<const std::string&>().size() != 3) throw BadChart{where + "/currency", "an ISO 4217 code"};
    chart.currency = company["currency"];
  }
  if (!company.contains("accounts")) return chart;
  const json& accounts = company["accounts"];
  const std::string at = where + "/accounts";
  only(accounts, at, {"tenders", "lines", "taxes", "discounts", "rounding", "over_short", "petty_cash", "safe", "costs"});
  for (const auto& [name, into] : {std::pair("tenders", &chart.tenders), std::pair("lines", &chart.lines), std::pair("taxes", &chart.taxes)})
    if (accounts.contains(name)) read_accounts(accounts[name], at + "/" + name, *into);
  for (const auto& [name, into] : {std::pair("discounts", &chart.discounts), std::pair("rounding", &chart.rounding), std::pair("over_short", &chart.over_short),
                                   std::pair("petty_cash", &chart.petty_cash), std::pair("safe", &chart.safe)})
    if (accounts.contains(name)) *into = account(accounts[name], at + "/" + name);
  if (accounts.contains("costs")) {
    chart.costs = read_costs(accounts["costs"], at + "/costs");
    if (chart.currency.empty()) throw BadChart{where + "/currency", "an ISO 4217 code: costs need one"};
  }
  return chart;
}

}  // namespace

std::string_view Chart::tender_account(std::string_view type, std::string_view foreign) const {
  const std::string_view own = foreign.empty() ? std::string_view() : own_tender_account(type, foreign);
  return own.empty() ? account_of(tenders, type) : own;
}

std::string_view Chart::own_tender_account(std::string_view type, std::string_view foreign) const {
  const auto found = tenders.find(std::string(type) + "/" + std::string(foreign));
  return found == tenders.end() ? std::string_view() : std::string_view(found->second);
}

std::string_view Chart::line_account(std::string_view kind) const { return account_of(lines, kind); }

std::string_view Chart::tax_account(std::string_view code) const { return account_of(taxes, code); }

Chart default_chart() {
  Chart chart;
  chart.tenders = {{"cash", std::string(kCashAccount)},
                   {"card", std::string(kCardAccount)},
                   {"credit_card", std::string(kCardAccount)},
                   {"debit_card", std::string(kCardAccount)},
                   {"cheque", std::string(kChequeAccount)},
                   {"check", std::string(kChequeAccount)},
                   {"bank_transfer", std::string(kTransferAccount)},
                   {"transfer", std::string(kTransferAccount)},
                   {"wallet", std::string(kWalletAccount)},
                   {"mobile", std::string(kWalletAccount)},
                   {"account", std::string(kReceivableAccount)},
                   {"invoice", std::string(kReceivableAccount)},
                   {"gift_card", std::string(kGiftCardAccount)},
                   {"voucher", std::string(kGiftCardAccount)},
                   {"deposit", std::string(kDepositAccount)},
                   {"loyalty", std::string(kLoyaltyAccount)},
                   {"points", std::string(kLoyaltyAccount)},
                   {std::string(kOthers), std::string(kOtherTenderAccount)}};
  chart.lines = {{"goods", std::string(kGoodsAccount)},       {"service", std::string(kServiceAccount)}, {"shipping", std::string(kShippingAccount)},
                 {"fee", std::string(kFeeAccount)},           {"discount", std::string(kDiscountAccount)}, {"gift_card", std::string(kGiftCardAccount)},
                 {"deposit", std::string(kDepositAccount)},   {"tip", std::string(kTipAccount)},         {"donation", std::string(kDonationAccount)},
                 {"account", std::string(kReceivableAccount)}, {std::string(kOthers), std::string(kOtherRevenueAccount)}};
  chart.taxes = {{std::string(kOthers), std::string(kTaxAccount)}};
  chart.rounding = kRoundingAccount;
  chart.over_short = kOverShortAccount;
  chart.petty_cash = kPettyCashAccount;
  chart.safe = kSafeAccount;
  return chart;
}

const Chart& ChartBook::of(const LocationId& location) const {
  static const Chart kDefault = default_chart();
  const Chart* others = nullptr;
  for (const Chart& chart : charts_) {
    if (chart.locations.empty()) others = &chart;
    if (std::ranges::find(chart.locations, location) != chart.locations.end()) return chart;
  }
  return others == nullptr ? kDefault : *others;
}

Result<ChartBook> parse_charts(std::string_view json_text) {
  constexpr const char* kOperation = "read the chart of accounts";
  const json root = json::parse(json_text, nullptr, false);
  if (!root.is_object()) return fail(ErrorCode::kInvalid, kOperation, "this is no JSON object");
  try {
    only(root, "", {"companies"});
    if (!root.contains("companies") || !root["companies"].is_array() || root["companies"].empty()) throw BadChart{"/companies", "a list of one or more"};
    std::vector<Chart> charts;
    std::set<std::string> taken;
    for (std::size_t i = 0; i < root["companies"].size(); ++i) charts.push_back(read_company(root["companies"][i], "/companies/" + std::to_string(i), taken));
    return ChartBook(std::move(charts));
  } catch (const BadChart& bad) {
    return fail(ErrorCode::kInvalid, kOperation, bad.field + ": " + bad.want);
  }
}

}  // namespace tillsync::hub
