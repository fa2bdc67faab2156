#include "tests/support/stand.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace tillsync::test {

using nlohmann::json;

std::string bin_folder() {
  const char* folder = std::getenv("TILLSYNC_BIN_DIR");
  return folder != nullptr ? folder : "build/bin";
}

void wait_until(const std::string& what, const std::function<bool()>& condition, double timeout_s, double pause_s) {
  const double start = seconds_now();
  while (!condition()) {
    if (seconds_now() - start > timeout_s) throw std::runtime_error("waited in vain for " + what);
    std::this_thread::sleep_for(std::chrono::duration<double>(pause_s));
  }
}

Stand::Stand(const std::string& name) {
  std::string pattern = (std::filesystem::temp_directory_path() / ("tillsync-" + name + ".XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder = pattern;
}

Stand::~Stand() {
  agents.clear();
  hub = nullptr;
  erp = nullptr;
  if (std::getenv("TILLSYNC_KEEP") == nullptr) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
}

void Stand::start_erp(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {bin_folder() + "/tillsync-reference-erp", "--listen", "127.0.0.1:" + std::to_string(erp_port), "--data",
                                      (folder / "erp").string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  erp = std::make_unique<Process>(command, std::map<std::string, std::string>{}, (folder / "erp.log").string());
  wait_until("the ERP", [this] { return accepts(erp_port); });
}

void Stand::start_hub() {
  if (hub_config.empty()) {
    const auto init = json::parse(run({bin_folder() + "/tillsync-hub", "init", "--data", (folder / "hub").string(), "--json"}));
    hub_key = init.at("public_key");
    hub_config = init.at("config");
    admin_token = init.at("admin_token");
  }
  auto environment = hub_environment;
  environment["TILLSYNC_HUB_LISTEN_SYNC"] = "tcp://127.0.0.1:" + std::to_string(sync_port);
  environment["TILLSYNC_HUB_LISTEN_HTTP"] = "127.0.0.1:" + std::to_string(hub_port);
  if (!environment.contains("TILLSYNC_HUB_ERP_URL"))
    environment["TILLSYNC_HUB_ERP_URL"] = "http://127.0.0.1:" + std::to_string(erp_port) + "/postings";
  hub = std::make_unique<Process>(std::vector<std::string>{bin_folder() + "/tillsync-hub", "run", "--config", hub_config}, environment,
                                  (folder / "hub.log").string());
  wait_until("the hub", [this] { return http("GET", "http://127.0.0.1:" + std::to_string(hub_port) + "/readyz").status == 200; });
}

void Stand::kill(std::unique_ptr<Process>& process) { process = nullptr; }

std::map<std::string, std::string> Stand::ctl_environment() const {
  return {{"TILLSYNC_HUB_URL", "http://127.0.0.1:" + std::to_string(hub_port)}, {"TILLSYNC_TOKEN", admin_token}};
}

json Stand::ctl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), bin_folder() + "/tillsyncctl");
  arguments.emplace_back("--json");
  const std::string output = run(arguments, ctl_environment());
  return output.empty() ? json() : json::parse(output);
}

void Stand::enrol(const std::string& location) {
  ctl({"location", "put", location, "--name", "Store " + location});
  const auto token = ctl({"enrolment-token", "create", "--location", location}).at("token").get<std::string>();
  run({bin_folder() + "/tillsync-agent", "enroll", "--hub", "tcp://127.0.0.1:" + std::to_string(sync_port), "--hub-key", hub_key, "--token", token,
       "--data", (folder / ("agent-" + location)).string()});
  pos_ports[location] = free_port();
}

void Stand::start_agent(const std::string& location, std::map<std::string, std::string> environment) {
  const auto port = pos_ports.at(location);
  environment.try_emplace("TILLSYNC_AGENT_POS_HTTP", "127.0.0.1:" + std::to_string(port));
  environment.try_emplace("TILLSYNC_AGENT_POS_ZMQ", "ipc://" + (folder / ("pos-" + location + ".sock")).string());
  environment.try_emplace("TILLSYNC_AGENT_POS_SPOOL", (folder / ("spool-" + location)).string());
  agents[location] = std::make_unique<Process>(
      std::vector<std::string>{bin_folder() + "/tillsync-agent", "run", "--config", (folder / ("agent-" + location) / "agent.toml").string()},
      environment, (folder / ("agent-" + location + ".log")).string());
  wait_until("the agent of " + location, [port] { return accepts(port); });
}

void Stand::put_products(const std::vector<std::string>& skus) {
  json products = json::array();
  for (const auto& sku : skus) products.push_back({{"sku", sku}, {"description", "Product " + sku}, {"kind", "goods"}});
  const auto file = folder / "products.json";
  std::ofstream(file) << products.dump();
  ctl({"products", "put", file.string()});
}

HttpAnswer Stand::post(const std::string& location, const std::string& body, const std::vector<std::string>& headers) {
  return http("POST", "http://127.0.0.1:" + std::to_string(pos_ports.at(location)) + "/v1/documents", body, headers);
}

HttpAnswer Stand::hub_call(const std::string& method, const std::string& path, const std::string& body) {
  static int call = 0;
  return http(method, "http://127.0.0.1:" + std::to_string(hub_port) + path, body,
              {"Authorization: Bearer " + admin_token, "Content-Type: application/json", "Idempotency-Key: test-" + std::to_string(++call)});
}

json Stand::hub_get(const std::string& path) {
  const auto answer = hub_call("GET", path);
  if (answer.status != 200) throw std::runtime_error("GET " + path + " gave " + std::to_string(answer.status) + ": " + answer.body);
  return json::parse(answer.body);
}

double Stand::metric(const std::string& name_and_labels) {
  const auto answer = hub_call("GET", "/metrics");
  std::istringstream lines(answer.body);
  std::string line;
  double sum = 0;
  while (std::getline(lines, line))
    if (line.starts_with(name_and_labels)) sum += std::atof(line.substr(line.rfind(' ') + 1).c_str());
  return sum;
}

std::string smallest_sale(const std::string& till, const std::string& number, const std::string& sku) {
  return R"({"contract":"sale/1","till":")" + till + R"(","document_no":")" + number +
         R"(","business_date":"2010-12-01","occurred_at":"2010-12-01T08:26:00Z","currency":"GBP","prices_include_tax":false,"lines":[{"line_no":1,"kind":"goods","sku":")" +
         sku +
         R"(","description":"WHITE HANGING HEART T-LIGHT HOLDER","qty":"6","unit_price":"2.55","amount":"15.30","tax_codes":["S"]}],"tax_summary":[{"code":"S","rate":"0.175","base":"15.30","amount":"2.68"}],"tenders":[{"tender_no":1,"type":"card","amount":"17.98"}],"totals":{"net":"15.30","tax":"2.68","gross":"17.98","rounding":"0.00"}})";
}

}  // namespace tillsync::test
