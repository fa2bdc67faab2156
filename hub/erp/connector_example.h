// Runs a talking connector's conversation against written answers (connectors/README.md "Examples"): nothing is sent. For
// `tillsyncctl connector test` and for the tests of the connectors that ship. Pure but for the programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "hub/erp/connector.h"
#include "hub/jq/program_runner.h"

namespace tillsync::hub {

struct ExampleRun {
  struct Turn {
    nlohmann::json request;  // as an example writes it
    nlohmann::json answer;   // that it was given; null: the example has no more
  };
  std::vector<Turn> turns;
  nlohmann::json result;                 // null: it waits for an answer that the example does not have
  std::vector<std::string> differences;  // from what the example expects; empty: none
};

/// settings: what stands in for those that the example leaves out. kInvalid names what the example lacks.
Result<ExampleRun> run_example(const Connector& connector, const nlohmann::json& example, const nlohmann::json& settings, ProgramRunner& programs);

/// Every setting of the connector: the given one, else its default. kInvalid names those that are missing and those that it does not know.
Result<nlohmann::json> fill_settings(const Connector& connector, const std::map<std::string, std::string>& given);

/// The texts of secret settings, wherever they stand in it, are replaced by "***".
nlohmann::json without_secrets(const Connector& connector, const nlohmann::json& settings, nlohmann::json shown);

}  // namespace tillsync::hub
