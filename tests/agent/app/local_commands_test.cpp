#include "agent/app/local_commands.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "agent/app/agent_app.h"
#include "agent/app/door_client.h"
#include "agent/ingest/door_rules.h"
#include "common/base/os.h"
#include "tests/agent/app/app_fixture.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;

struct CommandFixture : AppFixture {
  std::unique_ptr<AgentApp> app;
  CommandFixture() {
    enrol();
    app = std::move(*AgentApp::start(config));
  }
  std::filesystem::path file(const std::string& name, const std::string& content) {
    std::ofstream(folder.file(name), std::ios::binary) << content;
    return folder.file(name);
  }
};

}  // namespace

TEST_CASE("submit: says what became of each file, and its exit code whether all were taken", "[agent][app]") {
  CommandFixture f;
  int code = -1;
  const auto submit = [&](std::vector<std::filesystem::path> files) { return printed([&] { code = submit_command(f.config, files); }); };
  CHECK(submit({f.file("a.json", sale("1"))}).find("accepted") != std::string::npos);
  CHECK(code == 0);
  submit({f.file("a.json", sale("1")), f.file("b.json", array_of_sales(2, 2)), f.file("c.jsonl", sale("4") + "\n\n" + sale("5") + "\n")});
  CHECK(code == 0);  // sent again is taken as well
  submit({f.file("d.csv", "till,document_no,currency,sku,qty,unit_price,amount\nGB-1,6,GBP,A,1,1.00,1.00\n")});
  CHECK(code == 0);
  const auto packed = json::to_msgpack(json::parse(sale("7")));
  submit({f.file("e.msgpack", std::string(packed.begin(), packed.end()))});
  CHECK(code == 0);
  submit({f.file("bad.json", "nonsense"), f.file("a.json", sale("8"))});
  CHECK(code == 1);
  submit({f.file("conflict.json", sale("1", "GB-1", "OTHER"))});
  CHECK(code == 1);
  submit({f.file("mixed.json", "[" + sale("9") + ",7]")});
  CHECK(code == 1);
  submit({f.file("bad.csv", "colour\n")});
  CHECK(code == 1);
  const auto status = json::parse(printed([&] { status_command(f.config, true); }));
  CHECK(status.at("last_seq") == 10);  // nine sales and one conflict
}

TEST_CASE("status: asks the running agent, else reads what the stopped one left", "[agent][app]") {
  CommandFixture f;
  printed([&] { submit_command(f.config, {f.file("a.json", array_of_sales(1, 2))}); });
  int code = -1;
  auto text = printed([&] { code = status_command(f.config, false); });
  CHECK(code == 0);
  CHECK(text.find("2 documents wait") != std::string::npos);
  CHECK(text.find("safe") != std::string::npos);
  CHECK(json::parse(printed([&] { code = status_command(f.config, true); })).at("waiting") == 2);

  f.app.reset();
  text = printed([&] { code = status_command(f.config, false); });
  CHECK(code == 1);
  CHECK(text.find("NOT RUNNING") != std::string::npos);
  CHECK(text.find("2 documents wait") != std::string::npos);
  CHECK(json::parse(printed([&] { code = status_command(f.config, true); })).at("running") == false);
}

TEST_CASE("outbox: lists what waits and shows one document with its names", "[agent][app]") {
  CommandFixture f;
  printed([&] { submit_command(f.config, {f.file("a.json", array_of_sales(1, 3))}); });
  int code = -1;
  const auto list = json::parse(printed([&] { code = outbox_list_command(f.config, 0, 2, true); }));
  CHECK(code == 0);
  REQUIRE(list.at("items").size() == 2);
  CHECK(list.at("items")[0].at("document_no") == "1");
  CHECK(list.at("items")[0].at("confirmed") == false);
  CHECK(printed([&] { outbox_list_command(f.config, 3, 10, false); }).find("sale/1  GB-1  3") != std::string::npos);
  const auto shown = printed([&] { code = outbox_show_command(f.config, 2); });
  CHECK(code == 0);
  CHECK(shown.find("\"document_no\": \"2\"") != std::string::npos);
  CHECK(outbox_show_command(f.config, 4) == 1);
}

TEST_CASE("pos-token: prints a token and the hash that the door knows it by", "[agent][app]") {
  const auto text = printed([] { pos_token_command("GB-1"); });
  const auto at = text.find("t_");
  const std::string token = text.substr(at, text.find('\n', at) - at);
  CHECK(text.find(format_till_token("GB-1", token)) != std::string::npos);
}

TEST_CASE("pos-token: one that is added is listed and its hash kept, until it is taken back", "[agent][app]") {
  AppFixture f;
  int code = -1;
  const std::string token = printed([&] { code = add_pos_token_command(f.config, "GB-1"); });
  CHECK(code == 0);
  CHECK(token.starts_with("t_"));
  const auto file = os::read_file(f.folder.file("pos-tokens"), 10'000);
  CHECK(*file == format_till_token("GB-1", token.substr(0, token.size() - 1)) + "\n");
  CHECK(printed([&] { list_pos_tokens_command(f.config); }) == "GB-1  1 token\n");
  CHECK(add_pos_token_command(f.config, "") == 1);
  CHECK(revoke_pos_token_command(f.config, "GB-2") == 1);
  CHECK(revoke_pos_token_command(f.config, "GB-1") == 0);
  CHECK(printed([&] { list_pos_tokens_command(f.config); }).find("No till") == 0);
  f.config.set("pos.tokens_file", std::string());
  CHECK(add_pos_token_command(f.config, "GB-1") == 1);
}

TEST_CASE("door client: an agent that is not there is an error in time", "[agent][app]") {
  TemporaryFolder folder;
  CHECK(ask_door("", "{}", milliseconds(1)).error().code == ErrorCode::kUnavailable);
  CHECK(ask_door("ipc://" + folder.file("none.sock").string(), "{}", milliseconds(50)).error().code == ErrorCode::kUnavailable);
}

}  // namespace tillsync::agent
