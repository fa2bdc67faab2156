#include "common/cli/manual.h"

#include <catch2/catch.hpp>

#include "tests/common/cli/example.h"

using namespace tillsync;
using namespace tillsync::cli;
using Catch::Matchers::Contains;

namespace {

const ManualFrame kFrame{"till-tool", "does things", "1.2.3", {{"/etc/till.toml", "its configuration"}}, {"till.toml(5)"}};

}  // namespace

TEST_CASE("manual: a command's page has its options, commands, files and exit codes", "[cli]") {
  const ExampleCommandLine example;
  const std::string page = command_manual(kFrame, 1, outline_of(example.app));
  CHECK(page.starts_with(".TH \"TILL\\-TOOL\" 1 "));
  CHECK_THAT(page, Contains("till\\-tool \\- does things"));
  CHECK_THAT(page, Contains("\\fB\\-\\-hub\\fR \\fITEXT\\fR"));
  CHECK_THAT(page, Contains("Environment: TILL_HUB."));
  CHECK_THAT(page, Contains(".SS agent list"));
  CHECK_THAT(page, Contains(".SS submit FILE"));
  CHECK_THAT(page, Contains(".SH EXIT STATUS\nExit codes: 0 done, 1 refused."));
  CHECK_THAT(page, Contains("\\fI/etc/till.toml\\fR"));
  CHECK_THAT(page, Contains(".BR till.toml (5)"));
  CHECK_THAT(page, !Contains("worker"));
}

TEST_CASE("manual: text that looks like a request of roff stays text", "[cli]") {
  CLI::App app{".hidden line\n'quoted\\path", "till-tool"};
  const std::string page = command_manual(kFrame, 1, outline_of(app));
  CHECK_THAT(page, Contains("\\&.hidden line"));
  CHECK_THAT(page, Contains("\\&'quoted\\epath"));
}

TEST_CASE("manual: a configuration's page has every key with unit, default and environment", "[cli]") {
  const std::vector<config::Key> keys = {{"listen.http", std::string("127.0.0.1:7080"), "address:port", "Where the API listens"},
                                         {"data.cache", std::int64_t{64}, "MiB", "Memory for pages"},
                                         {"pos.tokens", std::vector<std::string>{"a", "b"}, "", "Tokens"},
                                         {"log.utc", true, "", "In UTC"},
                                         {"erp.settings.*", std::string(), "", "Whatever the connector wants"}};
  const std::string page = config_manual(kFrame, keys, "TILLSYNC_HUB");
  CHECK_THAT(page, Contains("\\fBlisten.http\\fR (address:port)\nWhere the API listens. Default: \"127.0.0.1:7080\". Environment: TILLSYNC_HUB_LISTEN_HTTP."));
  CHECK_THAT(page, Contains("Default: 64."));
  CHECK_THAT(page, Contains("Default: [\"a\", \"b\"]."));
  CHECK_THAT(page, Contains("Default: true."));
  CHECK_THAT(page, !Contains("SETTINGS_*"));
}
