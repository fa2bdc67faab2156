#include "hub/erp/talks_driver.h"

#include <catch2/catch.hpp>

#include "tests/hub/erp/posting_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

/// Keeps what was sent; the test answers.
struct HeldClient : ErpClient {
  std::vector<ErpCall> calls;
  bool refuses = false;
  Result<void> start(ErpCall call) override {
    if (refuses) return fail(ErrorCode::kInvalid, "call", "this is no http or https address");
    calls.push_back(std::move(call));
    return {};
  }
  std::size_t in_flight() const override { return calls.size(); }
  std::vector<std::pair<std::uint64_t, ErpAnswer>> wait(Duration) override { return {}; }
  void wakeup() override {}
};

/// Says for each operation what the test laid down, by how many answers it has.
struct ByOperation : ProgramRunner {
  std::map<std::string, std::vector<json>> says;
  std::vector<json> inputs;
  Result<std::string> run(const std::string& program, const std::string& input) override {
    inputs.push_back(json::parse(input));
    return says.at(program).at(inputs.back()["answers"].size()).dump();
  }
};

struct TalksFixture {
  Connector connector = *parse_connector(R"({"name": "x", "operations": {"login": {"program": "login.jq", "turns_max": 3}, "post": {"program": "post.jq", "turns_max": 3},
    "look_up": {"program": "look_up.jq", "turns_max": 2}, "on_hand": {"program": "on_hand.jq", "turns_max": 2}}, "batch": {"postings_max": 2},
    "answers": {"handled": ["2xx"], "stale_session": [401]}, "limits": {"concurrency": 8, "rate_per_s": 0, "connect_timeout_ms": 1, "timeout_ms": 2, "answer_bytes_max": 3}})");
  HeldClient client;
  ByOperation programs;
  Duration now = seconds(100);
  std::optional<TalksDriver> talks;
  std::vector<ClaimedPosting> claimed;

  TalksFixture() {
    for (auto& [name, operation] : connector.operations) operation.text = name;
    programs.says["login"] = {ask("log_in"), {{"session", {{"token", "t"}}}, {"expires_in_s", 60}}};
    programs.says["post"] = {ask("create"), {{"outcomes", {{{"status", "posted"}, {"reference", "1"}}}}}};
    for (std::int64_t no = 1; no <= 4; ++no) {
      claimed.emplace_back();
      claimed.back().posting_no = no;
      claimed.back().payload = encode_posting(posting(no, "GB").posting);
    }
  }
  static json ask(const std::string& name) { return {{"request", {{"name", name}, {"method", "POST"}, {"path", "/" + name}}}}; }
  void begin() {
    TalkOptions options;
    options.connector = &connector;
    options.url = "http://erp";
    options.hub_id = "hub-1";
    options.programs = &programs;
    options.items = [](const std::vector<Sku>&) -> Result<ErpItems> { return ErpItems{{"85123A", "ITEM-1"}}; };
    options.collisions = [](const std::vector<Sku>& skus) -> Result<std::vector<ItemCollision>> {
      std::vector<ItemCollision> found;
      for (const Sku& sku : skus)
        if (sku.value == "85123a") found.push_back({sku, Sku("85123A"), "85123a", "85123A"});
      return found;
    };
    options.now = [] { return Instant{}; };
    options.monotonic = [this] { return now; };
    talks.emplace(std::move(options), client, nullptr);
  }
  void start(std::uint64_t job_no, std::size_t postings = 1) {
    ForwardJob job;
    job.job_no = job_no;
    for (std::size_t i = 0; i < postings; ++i) job.postings.push_back(&claimed[i]);
    talks->start(std::move(job));
  }
  /// Answers the oldest request that is out.
  void answer(int status = 200) {
    REQUIRE_FALSE(client.calls.empty());
    ErpAnswer made;
    made.status = status;
    made.body = "{}";
    const std::uint64_t tag = client.calls.front().tag;
    client.calls.erase(client.calls.begin());
    talks->take_answers({{tag, made}});
  }
  std::vector<std::string> urls() const {
    std::vector<std::string> found;
    for (const ErpCall& call : client.calls) found.push_back(call.url);
    return found;
  }
};

using Urls = std::vector<std::string>;

}  // namespace

TEST_CASE("talks: one log-in for all that need one, and then each goes on", "[erp]") {
  TalksFixture fixture;
  fixture.begin();
  fixture.start(1);
  fixture.start(2);
  CHECK(fixture.urls() == Urls{"http://erp/log_in"});
  fixture.answer();
  CHECK(fixture.urls() == Urls{"http://erp/create", "http://erp/create"});
  CHECK(fixture.programs.inputs.back()["session"]["token"] == "t");
  fixture.answer();
  fixture.answer();
  const auto ended = fixture.talks->take_ended();
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].job_no == 1);
  CHECK(ended[1].outcomes.at(0).reference == "1");
  fixture.start(3);
  CHECK(fixture.urls() == Urls{"http://erp/create"});
  fixture.answer();
  fixture.now = seconds(160);  // the session is over
  fixture.start(4);
  CHECK(fixture.urls() == Urls{"http://erp/log_in"});
}

TEST_CASE("talks: a stale session is renewed once for all who find it so", "[erp]") {
  TalksFixture fixture;
  fixture.begin();
  fixture.start(1);
  fixture.answer();
  fixture.start(2);
  fixture.start(3);
  CHECK(fixture.urls().size() == 3);
  fixture.answer(401);
  CHECK(fixture.urls() == Urls{"http://erp/create", "http://erp/create", "http://erp/log_in"});
  fixture.answer(401);
  CHECK(fixture.urls() == Urls{"http://erp/create", "http://erp/log_in"});
  std::swap(fixture.client.calls[0], fixture.client.calls[1]);
  fixture.answer();  // logged in
  fixture.answer(401);  // the third was sent with the old one: the new one is there already
  CHECK(fixture.urls() == Urls{"http://erp/create", "http://erp/create", "http://erp/create"});
  for (int i = 0; i < 3; ++i) fixture.answer();
  CHECK(fixture.talks->take_ended().size() == 3);
}

TEST_CASE("talks: a log-in that fails ends those that wait for it, and the next tries again", "[erp]") {
  TalksFixture fixture;
  fixture.programs.says["login"][1] = {{"outcomes", {{{"status", "refused"}, {"text", "wrong password"}}}}};
  fixture.begin();
  fixture.start(1, 2);
  fixture.answer();
  const auto ended = fixture.talks->take_ended();
  REQUIRE(ended.size() == 1);
  REQUIRE(ended[0].outcomes.size() == 2);
  CHECK(ended[0].outcomes[1].kind == OutcomeKind::kTransient);
  fixture.start(2);
  CHECK(fixture.urls() == Urls{"http://erp/log_in"});
}

TEST_CASE("talks: requests keep to the rate, in turn", "[erp]") {
  TalksFixture fixture;
  fixture.connector.rate_per_s = 1;
  fixture.connector.operations.erase("login");
  fixture.begin();
  for (std::uint64_t job = 1; job <= 3; ++job) fixture.start(job);
  CHECK(fixture.client.calls.size() == 1);
  REQUIRE(fixture.talks->due_at());
  CHECK(*fixture.talks->due_at() > fixture.now);
  CHECK(*fixture.talks->due_at() <= fixture.now + seconds(1) + Duration{1});
  fixture.talks->step();
  CHECK(fixture.client.calls.size() == 1);
  fixture.now = *fixture.talks->due_at();
  fixture.talks->step();
  CHECK(fixture.client.calls.size() == 2);
  CHECK(fixture.client.calls[1].tag == 2);
  fixture.now = *fixture.talks->due_at();
  fixture.talks->step();
  CHECK_FALSE(fixture.talks->due_at());
}

TEST_CASE("talks: postings go with the ERP's items and a posting date", "[erp]") {
  TalksFixture fixture;
  fixture.connector.operations.erase("login");
  Posting sold = posting(1, "GB").posting;
  sold.stock.clear();
  for (const char* sku : {"85123A", "X"}) {
    sold.stock.emplace_back();
    sold.stock.back().sku = Sku(sku);
  }
  sold.business_date = Date{100};
  fixture.claimed[0].payload = encode_posting(sold);
  fixture.begin();
  fixture.start(1);
  const json given = fixture.programs.inputs.back()["postings"][0];
  CHECK(given["items"] == json({{"85123A", "ITEM-1"}, {"X", "X"}}));
  CHECK(given["posting_date"] == given["business_date"]);
}

TEST_CASE("talks: an ERP that folds case is told nothing of items that it would take for one", "[erp]") {
  TalksFixture fixture;
  fixture.connector.operations.erase("login");
  fixture.connector.folds_case = true;
  Posting sold = posting(1, "GB").posting;
  sold.stock[0].sku = Sku("85123a");
  fixture.claimed[0].payload = encode_posting(sold);
  fixture.begin();
  fixture.start(1, 2);
  auto ended = fixture.talks->take_ended();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].is_split);
  fixture.start(2);
  ended = fixture.talks->take_ended();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].outcomes.at(0).kind == OutcomeKind::kRefused);
  CHECK(ended[0].outcomes.at(0).code == "item_collision");
  CHECK(ended[0].outcomes.at(0).cause == "sku:85123a");
  CHECK(fixture.client.calls.empty());
  fixture.connector.folds_case = false;
  fixture.start(3);
  CHECK(fixture.client.calls.size() == 1);
}

TEST_CASE("talks: of several postings the one that cannot be read is looked for; alone it is refused", "[erp]") {
  TalksFixture fixture;
  fixture.connector.operations.erase("login");
  fixture.claimed[1].payload = Bytes("nonsense");
  fixture.begin();
  fixture.start(1, 2);
  auto ended = fixture.talks->take_ended();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].is_split);
  ForwardJob alone;
  alone.job_no = 2;
  alone.postings = {&fixture.claimed[1]};
  fixture.talks->start(alone);
  ended = fixture.talks->take_ended();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].outcomes.at(0).kind == OutcomeKind::kRefused);
  CHECK(ended[0].outcomes.at(0).code == "cannot_be_sent");
}

TEST_CASE("talks: a request that cannot start is as one that was never sent", "[erp]") {
  TalksFixture fixture;
  fixture.connector.operations.erase("login");
  fixture.client.refuses = true;
  fixture.begin();
  fixture.start(1);
  const auto ended = fixture.talks->take_ended();
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].outcomes.at(0).kind == OutcomeKind::kTransient);
}

TEST_CASE("talks: what the ERP has on hand is asked in a conversation of its own", "[erp]") {
  TalksFixture fixture;
  fixture.programs.says["on_hand"] = {TalksFixture::ask("read"), {{"on_hand", {{{"location", "GB"}, {"sku", "A"}, {"qty", "5"}}}}}};
  std::vector<std::string> told;
  const auto tell = [&told](const Result<std::vector<OnHandAtErp>>& rows) { told.push_back(rows ? rows->at(0).qty : rows.error().detail); };
  fixture.begin();
  fixture.talks->ask_on_hand({"GB"}, {"A"}, tell);
  fixture.answer();
  fixture.answer();
  CHECK(told == Urls{"5"});
  CHECK(fixture.programs.inputs.back()["skus"] == json({"A"}));
  fixture.talks->ask_on_hand({"GB"}, {"A"}, tell);
  fixture.answer(503);
  CHECK(told.back().starts_with("http_503"));
  fixture.connector.operations.erase("on_hand");
  fixture.talks->ask_on_hand({"GB"}, {"A"}, tell);
  CHECK(told.back() == "connector x cannot tell it");
  CHECK(fixture.talks->take_ended().empty());
}
