// tillsync-replay: what packaging/demo is made of. Makes or reads days of trade, plays them into the agents' doors, and
// compares POS, hub and ERP afterwards.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "common/base/os.h"
#include "packaging/demo.d/balance_client.h"
#include "packaging/demo.d/file_door.h"
#include "packaging/demo.d/generate.h"
#include "packaging/demo.d/relay_loop.h"
#include "packaging/demo.d/replay_loop.h"
#include "packaging/demo.d/trading_plan.h"

namespace {

using namespace tillsync;
using namespace tillsync::demo;

constexpr int kFailed = 1;
constexpr int kTillsMax = 20;
constexpr std::size_t kFileBytesMax = 64'000'000;

struct Source {
  std::string data;
  GenerateOptions generate;
  TradeRules rules;

  void add_to(CLI::App* command) {
    command->add_option("--data", data, "file of the Online Retail form, .csv or .csv.zst; without it trade is made from the seed")
        ->option_text("FILE");
    command->add_option("--seed", generate.seed, "of everything that is made up")->capture_default_str();
    command->add_option("--days", generate.days, "days of made-up trade")->check(CLI::Range(1, kGenerateDaysMax))->capture_default_str();
    command->add_option("--invoices", generate.invoices_per_day, "invoices a day of made-up trade")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_option("--tills", rules.gb_tills, "tills of the United Kingdom's shop")->check(CLI::Range(1, kTillsMax))->capture_default_str();
  }

  Result<RetailTable> read() {
    rules.seed = generate.seed;
    if (!data.empty()) return read_retail_file(data);
    RetailTable table;
    for (const auto& row : demo::generate(generate)) TS_RETURN_IF_ERROR(table.add(row));
    table.finish();
    return table;
  }
};

int report(const Error& error) {
  fmt::print(stderr, "tillsync-replay: {}\n", to_string(error));
  return kFailed;
}

Result<void> write_json_list(const std::filesystem::path& path, const std::vector<std::string>& entries) {
  std::string text = "[";
  for (const auto& entry : entries) text += (text.size() == 1 ? "\n" : ",\n") + entry;
  return os::write_file_durably(path, text + "\n]\n", false);
}

/// locations/ID.json and products.json (bodies for the hub's API), stores.tsv (id, documents, name) and dark (an id).
Result<void> write_plan(Source& source, const std::filesystem::path& folder) {
  TS_ASSIGN_OR_RETURN(const RetailTable table, source.read());
  TS_ASSIGN_OR_RETURN(TradingPlan plan, TradingPlan::make(table, source.rules));
  TS_ASSIGN_OR_RETURN(const SumsByLocation totals, plan.total());
  std::error_code error;
  std::filesystem::create_directories(folder / "locations", error);
  if (error) return fail(ErrorCode::kIo, "make " + folder.string(), error.message());
  std::vector<std::string> products;
  std::string stores;
  std::int64_t documents = 0;
  for (const auto& location : plan.locations()) {
    TS_RETURN_IF_ERROR(
        os::write_file_durably(folder / "locations" / (location.id.value + ".json"), location_to_json(location) + "\n", false));
    const std::int64_t count = totals.at(location.id.value).sent();
    documents += count;
    stores += fmt::format("{}\t{}\t{}\n", location.id.value, count, location.name.value);
  }
  for (const auto& product : plan.products()) products.push_back(product_to_json(product));
  TS_RETURN_IF_ERROR(write_json_list(folder / "products.json", products));
  TS_RETURN_IF_ERROR(os::write_file_durably(folder / "stores.tsv", stores, false));
  TS_RETURN_IF_ERROR(os::write_file_durably(folder / "dark", choose_dark_location(totals) + "\n", false));
  fmt::print("{} rows, {} invoices, {} locations, {} stock codes, {} documents\n", table.row_count(), table.invoice_count(),
             plan.locations().size(), plan.products().size(), documents);
  return {};
}

/// Lines "GB<TAB>http://127.0.0.1:7070".
Result<std::map<std::string, std::string>> read_doors(const std::string& path) {
  TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(path, kFileBytesMax));
  std::map<std::string, std::string> doors;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos) return fail(ErrorCode::kInvalid, "read " + path, "'" + line + "' is not LOCATION<TAB>URL");
    doors[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return doors;
}

Result<void> post(Source& source, ReplayOptions options, const std::string& doors, const std::string& sums_file) {
  TS_ASSIGN_OR_RETURN(options.doors, read_doors(doors));
  options.seed = source.generate.seed;
  TS_ASSIGN_OR_RETURN(const RetailTable table, source.read());
  TS_ASSIGN_OR_RETURN(TradingPlan plan, TradingPlan::make(table, source.rules));
  TS_ASSIGN_OR_RETURN(const SumsByLocation totals, plan.total());
  TS_ASSIGN_OR_RETURN(const ReplayReport done, ReplayLoop(plan, totals, options).run());
  TS_RETURN_IF_ERROR(os::write_file_durably(sums_file, sums_to_json(done.sums), false));
  fmt::print("{} documents in {} requests: {} new, {} known already, {} warnings, {} requests sent again\n",
             done.outcome.accepted + done.outcome.known, done.requests, done.outcome.accepted, done.outcome.known,
             done.outcome.warnings, done.outcome.retries);
  if (done.dark)
    fmt::print("{} was dark for its documents {} to {}; {} waited at its agent when the line came back\n", done.dark->location,
               done.dark->from_document, done.dark->to_document, done.dark->waiting ? std::to_string(*done.dark->waiting) : "an unknown number");
  return {};
}

/// true when it balances.
Result<bool> balance(const BalanceOptions& options, const std::string& sums_file) {
  TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(sums_file, kFileBytesMax));
  TS_ASSIGN_OR_RETURN(const SumsByLocation pos, sums_from_json(text));
  TS_ASSIGN_OR_RETURN(const auto rows, BalanceClient(options).settle(pos));
  fmt::print("{}", balance_table(rows));
  return !rows.empty() && std::all_of(rows.begin(), rows.end(), [](const BalanceRow& row) { return row.balances(); });
}

Result<void> relay(const RelayOptions& options) {
  TS_ASSIGN_OR_RETURN(const auto loop, RelayLoop::open(options));
  fmt::print("port {} control {}\n", loop->port(), loop->control_port());
  std::fflush(stdout);
  return loop->run();
}

}  // namespace

int main(int argc, char** argv) {
  os::prepare_process();
  CLI::App app{"Plays real or made-up sales into Tillsync's agents and compares the books afterwards"};
  app.set_version_flag("--version", TILLSYNC_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  const auto finish = [&](const Result<void>& outcome) {
    if (!outcome) exit_code = report(outcome.error());
  };

  Source source;
  std::string out, doors, sums_file, order;
  ReplayOptions replay;
  BalanceOptions books;
  RelayOptions wire;
  std::uint16_t control = 0;

  auto* generate_command = app.add_subcommand("generate", "print made-up days of trade as a file of the Online Retail form");
  source.add_to(generate_command);
  generate_command->callback([&] {
    std::string text = retail_header() + "\n";
    for (const auto& row : demo::generate(source.generate)) text += to_csv_line(row);
    // A reader that has seen enough (head) closes the pipe.
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) exit_code = kFailed;
  });

  auto* plan_command = app.add_subcommand("plan", "write locations, products and stores of the trade into a folder");
  source.add_to(plan_command);
  plan_command->add_option("--out", out, "folder")->required();
  plan_command->callback([&] { finish(write_plan(source, out)); });

  auto* post_command = app.add_subcommand("post", "post all documents to the agents in the order of time");
  source.add_to(post_command);
  post_command->add_option("--agents", doors, "file with lines LOCATION<TAB>URL")->required();
  post_command->add_option("--sums", sums_file, "where to leave what was posted, for 'balance'")->required();
  post_command->add_option("--dark", replay.dark_location, "location whose line is cut for the middle third of its documents");
  post_command->add_option("--relay-control", replay.relay_control, "control port of the relay on that line");
  post_command->add_option("--spread", replay.spread_s, "take at least this many seconds")->check(CLI::NonNegativeNumber);
  post_command->add_option("--patience", replay.patience_s, "seconds that an agent may be away")->capture_default_str();
  post_command->callback([&] { finish(post(source, replay, doors, sums_file)); });

  auto* balance_command = app.add_subcommand("balance", "wait for what is on its way, then compare POS, hub and ERP; exit 0 when all are equal");
  balance_command->add_option("--sums", sums_file, "file that 'post' has left")->required();
  balance_command->add_option("--hub", books.hub_url, "URL of the hub")->envname("TILLSYNC_HUB_URL")->required();
  balance_command->add_option("--token", books.hub_token, "token for the hub (better in the environment)")->envname("TILLSYNC_TOKEN")->required();
  balance_command->add_option("--erp", books.erp_url, "URL of the reference ERP")->required();
  balance_command->add_option("--patience", books.patience_s, "seconds without movement before the wait is given up")->capture_default_str();
  balance_command->callback([&] {
    const auto equal = balance(books, sums_file);
    if (!equal)
      exit_code = report(equal.error());
    else if (!*equal)
      exit_code = kFailed;
  });

  auto* relay_command = app.add_subcommand("relay", "a line between store and hub that can be cut; prints its ports");
  relay_command->add_option("--port", wire.port, "where the store connects; 0 = any free one");
  relay_command->add_option("--control", wire.control, "where orders come in; 0 = any free one");
  relay_command->add_option("--to", wire.target, "port of the hub")->required();
  relay_command->callback([&] { finish(relay(wire)); });

  auto* order_command = app.add_subcommand("relay-order", "tell a relay: down, up or status");
  order_command->add_option("--control", control, "control port of the relay")->required();
  order_command->add_option("order", order)->required();
  order_command->callback([&] {
    const auto answer = order_relay(control, order);
    if (!answer)
      exit_code = report(answer.error());
    else
      fmt::print("{}\n", *answer);
  });

  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
