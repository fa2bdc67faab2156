#include "hub/app/connector_trial.h"

#include <nlohmann/json.hpp>

#include "hub/erp/connector_example.h"
#include "hub/erp/connector_reader.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr const char* kOperation = "test connector";

/// One posting alone is a sample too: the conversation is shown as far as it comes without an answer.
json as_example(json sample) {
  if (sample.contains("operation")) return sample;
  if (!sample.contains("items")) {
    sample["items"] = json::object();
    if (sample.contains("stock") && sample["stock"].is_array())
      for (const json& line : sample["stock"])
        if (line.contains("sku") && line["sku"].is_string()) sample["items"][line["sku"].get<std::string>()] = line["sku"];
  }
  for (const char* list : {"journal", "stock"})
    if (!sample.contains(list)) sample[list] = json::array();
  if (!sample.contains("posting_date") && sample.contains("business_date")) sample["posting_date"] = sample["business_date"];
  return {{"operation", "post"}, {"postings", json::array({std::move(sample)})}};
}

}  // namespace

Result<std::string> ConnectorTrial::run(const std::string& name, const std::string& sample) {
  TS_ASSIGN_OR_RETURN(const Connector connector, load_connector(name, folder_));
  const json read = json::parse(sample, nullptr, false);
  if (!read.is_object()) return fail(ErrorCode::kInvalid, kOperation, "the sample is no JSON object", "give a posting/1, or an example with its answers");
  std::map<std::string, std::string> given;
  if (name == configured_) given = settings_;
  for (const ConnectorSetting& setting : connector.settings)
    if (!setting.value_if_unset && !given.contains(setting.name)) given[setting.name] = setting.name;
  TS_ASSIGN_OR_RETURN(const json settings, fill_settings(connector, given));
  const std::lock_guard lock(mutex_);
  TS_ASSIGN_OR_RETURN(const ExampleRun ran, run_example(connector, as_example(read), settings, *programs_));
  json shown = {{"connector", name}, {"turns", json::array()}, {"result", ran.result}, {"differences", ran.differences}};
  for (const ExampleRun::Turn& turn : ran.turns) shown["turns"].push_back({{"request", turn.request}, {"answer", turn.answer}});
  return without_secrets(connector, settings, std::move(shown)).dump();
}

}  // namespace tillsync::hub
