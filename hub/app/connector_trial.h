// `connector test`: a connector's conversation against the answers of a sample; nothing is sent. Any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/base/error.h"
#include "hub/jq/program_runner.h"

namespace tillsync::hub {

class ConnectorTrial {
 public:
  /// folder: erp.connectors_dir. configured: the connector in force, whose settings are `settings`; others get their defaults, and their
  /// own names for what has none.
  ConnectorTrial(std::filesystem::path folder, std::string configured, std::map<std::string, std::string> settings, std::unique_ptr<ProgramRunner> programs)
      : folder_(std::move(folder)), configured_(std::move(configured)), settings_(std::move(settings)), programs_(std::move(programs)) {}

  /// sample: an example as of connectors/README.md, or one posting/1. Returns {"connector", "turns", "result", "differences"} as JSON, secrets
  /// masked. kNotFound: no such connector; kInvalid: the sample; kUnsupported: a plain connector.
  Result<std::string> run(const std::string& name, const std::string& sample);

 private:
  const std::filesystem::path folder_;
  const std::string configured_;
  const std::map<std::string, std::string> settings_;
  std::mutex mutex_;  // one program at a time
  std::unique_ptr<ProgramRunner> programs_;
};

}  // namespace tillsync::hub
