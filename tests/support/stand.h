// A whole chain on one machine, made of the built programs: hub, agents, reference ERP, each on free loopback ports and
// folders of its own. Everything is stopped and removed at the end of its scope.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/http.h"
#include "tests/support/process.h"

namespace tillsync::test {

/// build/bin, as ctest names it in TILLSYNC_BIN_DIR.
std::string bin_folder();

/// Calls `condition` until it holds; throws with `what` after timeout_s. pause_s: between calls.
void wait_until(const std::string& what, const std::function<bool()>& condition, double timeout_s = 60, double pause_s = 0.02);

class Stand {
 public:
  explicit Stand(const std::string& name);
  ~Stand();
  Stand(const Stand&) = delete;
  Stand& operator=(const Stand&) = delete;

  void start_erp(const std::vector<std::string>& arguments = {});
  void start_hub();     // init at the first call; waits until it is ready
  void kill(std::unique_ptr<Process>& process);  // kill -9
  /// Creates the location, takes a token, enrols. Does not start the agent.
  void enrol(const std::string& location);
  void start_agent(const std::string& location, std::map<std::string, std::string> environment = {});
  void put_products(const std::vector<std::string>& skus);

  HttpAnswer post(const std::string& location, const std::string& body, const std::vector<std::string>& headers = {"Content-Type: application/json"});
  nlohmann::json hub_get(const std::string& path);
  HttpAnswer hub_call(const std::string& method, const std::string& path, const std::string& body = {});
  double metric(const std::string& name_and_labels);  // sum of the lines that start so; 0 when there is none
  nlohmann::json ctl(std::vector<std::string> arguments);

  std::filesystem::path folder;
  std::uint16_t sync_port = free_port(), hub_port = free_port(), erp_port = free_port();
  std::string hub_key, hub_config, admin_token;
  std::map<std::string, std::string> hub_environment;
  std::map<std::string, std::uint16_t> pos_ports;
  std::unique_ptr<Process> hub, erp;
  std::map<std::string, std::unique_ptr<Process>> agents;

 private:
  std::map<std::string, std::string> ctl_environment() const;
};

/// sale/1 of one line: 6 × 2.55 GBP net, 20 % VAT … as INTERFACES has it; number and SKU vary.
std::string smallest_sale(const std::string& till, const std::string& number, const std::string& sku = "85123A");

}  // namespace tillsync::test
