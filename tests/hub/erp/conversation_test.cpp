#include "hub/erp/conversation.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

namespace {

const Instant kTalkWall{1'764'147'600'000'000};

Connector talker(bool logs_in = false) {
  Connector connector;
  connector.name = "test";
  connector.operations["post"] = {"post.jq", "", 4};
  connector.operations["look_up"] = {"look_up.jq", "", 4};
  connector.operations["on_hand"] = {"on_hand.jq", "", 4};
  if (logs_in) connector.operations["login"] = {"login.jq", "", 2};
  connector.handled = {{422}, {2}};
  connector.transient = {{503}, {}};
  connector.stale_session = {{401}, {}};
  return connector;
}

/// A conversation whose program says what the test says.
struct Talk {
  Connector connector;
  ConnectorMemory memory{seconds(60)};
  std::optional<Conversation> talk;

  explicit Talk(const std::string& operation = "post", std::size_t postings = 1, bool logs_in = false) : connector(talker(logs_in)) {
    ConversationSubject subject;
    subject.operation = operation;
    for (std::size_t i = 0; i < postings; ++i) subject.postings.push_back({{"posting_id", "p" + std::to_string(i)}});
    subject.settings = {{"company", "1"}};
    subject.hub_id = "hub-1";
    talk.emplace(connector, std::move(subject), false);
  }
  json input() { return json::parse(talk->program_input(memory, {}, kTalkWall)); }
  void say(const json& said) {
    (void)input();
    talk->program_gave(said.dump(), memory, {});
  }
  void ask(const std::string& name, bool has_effect = false) {
    say({{"request", {{"name", name}, {"method", "POST"}, {"path", "/x"}, {"body", {{"a", 1}}}, {"effect", has_effect}}}});
    REQUIRE(talk->step() == Conversation::Step::kSend);
  }
  void answer(int status, const std::string& body = "{}") {
    ErpAnswer answer;
    answer.status = status;
    answer.body = body;
    talk->answered(answer);
  }
  void fail_with(TransportFailure failure) {
    ErpAnswer answer;
    answer.failure = failure;
    talk->answered(answer);
  }
  const Outcome& outcome(std::size_t index = 0) {
    REQUIRE(talk->step() == Conversation::Step::kEnded);
    REQUIRE(talk->end().outcomes.size() > index);
    return talk->end().outcomes[index];
  }
};

}  // namespace

TEST_CASE("conversation: the program is given what the guide says, turn after turn", "[erp][connectors]") {
  Talk talk;
  json input = talk.input();
  CHECK(input["operation"] == "post");
  CHECK(input["postings"] == json::parse(R"([{"posting_id":"p0"}])"));
  CHECK(input["settings"] == json::parse(R"({"company":"1"})"));
  CHECK(input["hub"]["id"] == "hub-1");
  CHECK(input["now"] == "2025-11-26T09:00:00Z");
  CHECK(input["session"].is_null());
  CHECK(input["known"].is_null());
  CHECK(input["answers"] == json::object());
  talk.say({{"need", {{"account", {"4000", "1000"}}}}});
  CHECK(talk.input()["known"] == json::parse(R"({"account":{}})"));
  talk.say({{"remember", {{"account", {{"4000", 6}}}}}, {"request", {{"name", "a"}, {"method", "GET"}, {"path", "/a"}}}});
  ErpAnswer answer;
  answer.status = 200;
  answer.headers = {{"etag", "\"1\""}};
  answer.body = R"({"id": 1234567890123456789})";
  talk.talk->answered(answer);
  input = talk.input();
  CHECK(input["known"] == json::parse(R"({"account":{"4000":6}})"));
  CHECK(input["answers"] == json::parse(R"({"a":{"status":200,"headers":{"etag":"\"1\""},"body":{"id":"1234567890123456789"}}})"));
  talk.say({{"outcomes", {{{"status", "posted"}, {"reference", "JE-1"}}}}});
  CHECK(talk.outcome().kind == OutcomeKind::kPosted);
  CHECK(talk.outcome().reference == "JE-1");
}

TEST_CASE("conversation: requests go out as they are said", "[erp][connectors]") {
  Talk talk;
  talk.say({{"request",
             {{"name", "a"}, {"method", "PUT"}, {"path", "/a?x=1"}, {"query", {{"$filter", "a eq 'b'"}, {"top", 5}}}, {"headers", {{"X-Key", "k"}}}, {"body", {{"n", {{"$number", "12345678901234567.89"}}}}}}}});
  const ErpCall call = call_of(talk.talk->request(), "http://erp/base", 7);
  CHECK(call.tag == 7);
  CHECK(call.method == "PUT");
  CHECK(call.url == "http://erp/base/a?x=1&%24filter=a%20eq%20%27b%27&top=5");
  CHECK(call.body == R"({"n":12345678901234567.89})");
  CHECK(call.headers == std::vector<std::pair<std::string, std::string>>{{"X-Key", "k"}, {"Content-Type", "application/json"}, {"Accept", "application/json"}});
  Talk form;
  form.say({{"request", {{"name", "a"}, {"method", "POST"}, {"path", "/t"}, {"headers", {{"accept", "text/plain"}}}, {"form", {{"grant_type", "x y"}, {"b", "&"}}}}}});
  CHECK(form.talk->request().body == "b=%26&grant_type=x%20y");
  CHECK(form.talk->request().headers == std::vector<std::pair<std::string, std::string>>{{"accept", "text/plain"}, {"Content-Type", "application/x-www-form-urlencoded"}});
}

TEST_CASE("conversation: an answer that is no JSON is given as text", "[erp][connectors]") {
  Talk talk;
  talk.ask("a");
  talk.answer(422, "<html>\xff" + std::string(5'000, 'x'));
  const json answer = talk.input()["answers"]["a"];
  CHECK(answer["body"].is_null());
  CHECK(answer["text"].get<std::string>().starts_with("<html>"));
  CHECK(answer["text"].get<std::string>().size() < 4'010);
}

TEST_CASE("conversation: what fails is transient before an effect and unknown after one", "[erp][connectors]") {
  struct Case {
    const char* what;
    bool effect_before, effect_now;
    TransportFailure failure;
    int status;
    OutcomeKind kind;
  };
  using enum TransportFailure;
  const Case cases[] = {
      {"never sent, nothing before", false, true, kNotSent, 0, OutcomeKind::kTransient},
      {"never sent, an effect before", true, true, kNotSent, 0, OutcomeKind::kUnknown},
      {"time-out of a reading request", false, false, kTimeout, 0, OutcomeKind::kTransient},
      {"time-out of a writing request", false, true, kTimeout, 0, OutcomeKind::kUnknown},
      {"time-out of a reading request after a writing one", true, false, kTimeout, 0, OutcomeKind::kUnknown},
      {"broken while writing", false, true, kBroken, 0, OutcomeKind::kUnknown},
      {"not ready, reading", false, false, kNone, 503, OutcomeKind::kTransient},
      {"not ready, after an effect", true, false, kNone, 503, OutcomeKind::kUnknown},
      {"nobody's status, reading", false, false, kNone, 500, OutcomeKind::kTransient},
      {"nobody's status, writing", false, true, kNone, 500, OutcomeKind::kUnknown},
      {"stale session without a log-in", false, false, kNone, 401, OutcomeKind::kTransient},
      {"stale session after an effect", true, false, kNone, 401, OutcomeKind::kUnknown},
  };
  for (const Case& one : cases) {
    INFO(one.what);
    Talk talk("post", 2);
    if (one.effect_before) {
      talk.ask("first", true);
      talk.answer(200);
    }
    talk.ask("now", one.effect_now);
    if (one.failure == kNone) talk.answer(one.status);
    else talk.fail_with(one.failure);
    CHECK(talk.outcome(0).kind == one.kind);
    CHECK(talk.outcome(1).kind == one.kind);
    CHECK_FALSE(talk.outcome().code.empty());
  }
}

TEST_CASE("conversation: whatever goes wrong with a look-up leaves the posting unknown", "[erp][connectors]") {
  for (const auto failure : {TransportFailure::kNotSent, TransportFailure::kTimeout, TransportFailure::kBroken}) {
    Talk talk("look_up");
    talk.ask("search");
    talk.fail_with(failure);
    CHECK(talk.outcome().kind == OutcomeKind::kUnknown);
  }
  Talk said("look_up");
  said.say({{"outcomes", {{{"status", "transient"}, {"text", "later"}}}}});
  CHECK(said.outcome().kind == OutcomeKind::kUnknown);
  Talk failed("look_up");
  failed.say({{"nonsense", 1}});
  CHECK(failed.outcome().kind == OutcomeKind::kUnknown);
  Talk absent("look_up");
  absent.say({{"outcomes", {{{"status", "absent"}}}}});
  CHECK(absent.outcome().kind == OutcomeKind::kAbsent);
}

TEST_CASE("conversation: a stale session is renewed once, from the beginning", "[erp][connectors]") {
  Talk talk("post", 1, true);
  REQUIRE(talk.talk->step() == Conversation::Step::kLogIn);
  Outcome logged_in;
  logged_in.kind = OutcomeKind::kPosted;
  talk.memory.start_session({{"token", "a"}}, seconds(60));
  talk.talk->logged_in(logged_in);
  CHECK(talk.input()["session"]["token"] == "a");
  CHECK(talk.talk->session_no() == 1);
  talk.ask("search");
  talk.answer(401);
  REQUIRE(talk.talk->step() == Conversation::Step::kLogIn);
  talk.memory.start_session({{"token", "b"}}, seconds(60));
  talk.talk->logged_in(logged_in);
  CHECK(talk.input()["answers"] == json::object());
  CHECK(talk.input()["session"]["token"] == "b");
  SECTION("and goes on") {
    talk.ask("search");
    talk.answer(200);
    CHECK(talk.talk->step() == Conversation::Step::kRunProgram);
  }
  SECTION("not a second time") {
    talk.ask("search");
    talk.answer(401);
    CHECK(talk.outcome().kind == OutcomeKind::kTransient);
    CHECK(talk.outcome().code == "not_logged_in");
  }
  SECTION("the program may say so itself") {
    talk.say({{"login", true}});
    CHECK(talk.outcome().kind == OutcomeKind::kTransient);
  }
}

TEST_CASE("conversation: a log-in that fails is the set-up's fault: the postings wait", "[erp][connectors]") {
  Talk talk("post", 2, true);
  Outcome refused;
  refused.kind = OutcomeKind::kRefused;
  refused.code = "rejected";
  refused.text = "wrong password";
  talk.talk->logged_in(refused);
  CHECK(talk.outcome(1).kind == OutcomeKind::kTransient);
  CHECK(talk.outcome(1).text == "wrong password");
}

TEST_CASE("conversation: a log-in gives a session and for how long", "[erp][connectors]") {
  Talk talk("login", 0, true);
  REQUIRE(talk.talk->step() == Conversation::Step::kRunProgram);
  SECTION("well") {
    talk.say({{"session", {{"token", "t"}}}, {"expires_in_s", 60}});
    CHECK(talk.outcome().kind == OutcomeKind::kPosted);
    CHECK(talk.talk->end().session["token"] == "t");
    CHECK(talk.talk->end().session_expires_in == seconds(60));
  }
  SECTION("without a time") {
    talk.say({{"session", "t"}});
    CHECK(talk.outcome().code == "connector_failed");
  }
  SECTION("refused") {
    talk.say({{"outcomes", {{{"status", "refused"}, {"text", "wrong password"}}}}});
    CHECK(talk.outcome().kind == OutcomeKind::kRefused);
  }
  SECTION("it must have no effect") {
    talk.say({{"request", {{"name", "a"}, {"method", "POST"}, {"path", "/"}, {"effect", true}}}});
    CHECK(talk.outcome().code == "connector_failed");
  }
}

TEST_CASE("conversation: a batch may be split, a single posting not", "[erp][connectors]") {
  Talk batch("post", 2);
  batch.say({{"split", "one is bad"}});
  REQUIRE(batch.talk->step() == Conversation::Step::kEnded);
  CHECK(batch.talk->end().is_split);
  Talk single("post", 1);
  single.say({{"split", "one is bad"}});
  CHECK(single.outcome().kind == OutcomeKind::kRefused);
  CHECK(single.outcome().code == "connector_failed");
}

TEST_CASE("conversation: a batch that the program cannot take is split before any effect, and always when looking up", "[erp][connectors]") {
  Talk batch("post", 2);
  batch.say(json::array());
  REQUIRE(batch.talk->step() == Conversation::Step::kEnded);
  CHECK(batch.talk->end().is_split);
  Talk after("post", 2);
  after.ask("create", true);
  after.answer(200);
  after.say(json::array());
  CHECK_FALSE(after.talk->end().is_split);
  CHECK(after.outcome(1).kind == OutcomeKind::kUnknown);
  Talk look_up("look_up", 2);
  look_up.ask("finish", true);
  look_up.answer(200);
  look_up.say(json::array());
  CHECK(look_up.talk->end().is_split);
}

TEST_CASE("conversation: a program that says what stands in no table is at fault, in its own words", "[erp][connectors]") {
  const std::pair<json, std::string> cases[] = {
      {json::array(), "it must say an object"},
      {json::object(), "it says none of what it may say"},
      {{{"outcomes", json::array()}}, "it gave 0 outcomes for 1 postings"},
      {{{"outcomes", {{{"status", "done"}}}}}, "\"done\" is no status of an outcome"},
      {{{"outcomes", {{{"status", "absent"}}}}}, "\"absent\" is no status of an outcome"},
      {{{"outcomes", {{{"status", "posted"}, {"ref", "x"}}}}}, "\"ref\" is nothing that it may say here"},
      {{{"request", {{"method", "GET"}, {"path", "/"}}}}, "\"name\" must be a text"},
      {{{"request", {{"name", "a"}, {"method", "GIT"}, {"path", "/"}}}}, "\"method\" must be GET"},
      {{{"request", {{"name", "a"}, {"method", "GET"}, {"path", "http://elsewhere/"}}}}, "\"path\" must be empty or begin with a slash"},
      {{{"request", {{"name", "a"}, {"method", "GET"}, {"path", "/"}, {"body", 1}, {"form", json::object()}}}}, "a request has a \"body\" or a \"form\""},
      {{{"request", {{"name", "a"}, {"method", "GET"}, {"path", "/"}, {"body", {{"$number", "x"}}}}}}, "is no number"},
      {{{"request", {{"name", "a"}, {"method", "GET"}, {"path", "/"}, {"headers", {{"a", {1}}}}}}}, "\"a\" must be a text or a number"},
      {{{"request", {{"name", std::string(65, 'a')}, {"method", "GET"}, {"path", "/"}}}}, "1 to 64 bytes"},
      {{{"need", {"account"}}}, "\"need\" must be an object of lists"},
      {{{"need", json::object()}, {"remember", 1}}, "\"remember\" must be an object of objects"},
      {{{"on_hand", json::array()}}, "is nothing that it may say here"},
  };
  for (const auto& [said, why] : cases) {
    INFO(said.dump());
    Talk talk;
    talk.say(said);
    CHECK(talk.outcome().kind == OutcomeKind::kRefused);
    CHECK(talk.outcome().code == "connector_failed");
    CHECK(talk.outcome().text.starts_with("post.jq: "));
    CHECK(talk.outcome().text.find(why) != std::string::npos);
    Talk after;
    after.ask("create", true);
    after.answer(200);
    after.say(said);
    CHECK(after.outcome().kind == OutcomeKind::kUnknown);
  }
}

TEST_CASE("conversation: a request's name is used once, and turns are bounded", "[erp][connectors][limits]") {
  Talk twice;
  twice.ask("a");
  twice.answer(200);
  twice.say({{"request", {{"name", "a"}, {"method", "GET"}, {"path", "/"}}}});
  CHECK(twice.outcome().text.find("answered already") != std::string::npos);
  Talk at;
  for (const char* name : {"a", "b", "c"}) {
    at.ask(name);
    at.answer(200);
  }
  at.say({{"outcomes", {{{"status", "posted"}}}}});
  CHECK(at.outcome().kind == OutcomeKind::kPosted);
  Talk beyond;
  for (const char* name : {"a", "b", "c", "d"}) {
    beyond.ask(name);
    beyond.answer(200);
  }
  beyond.say({{"outcomes", {{{"status", "posted"}}}}});
  CHECK(beyond.outcome().text.find("more than 4 turns") != std::string::npos);
}

TEST_CASE("conversation: a program that could not be run is at fault before an effect", "[erp][connectors]") {
  Talk talk;
  (void)talk.input();
  talk.talk->program_gave(fail(ErrorCode::kInvalid, "run", "it took more than 2000 ms of processor time"), talk.memory, {});
  CHECK(talk.outcome().kind == OutcomeKind::kRefused);
  CHECK(talk.outcome().text == "post.jq: it took more than 2000 ms of processor time");
}

TEST_CASE("conversation: only a log-in may go to another address, and only to a safe one", "[erp][connectors][security]") {
  const auto elsewhere = [](const char* path) { return json{{"request", {{"name", "a"}, {"method", "POST"}, {"path", path}}}}; };
  Talk login("login", 0, true);
  login.say(elsewhere("https://login.example/token"));
  REQUIRE(login.talk->step() == Conversation::Step::kSend);
  CHECK(call_of(login.talk->request(), "http://erp", 1).url == "https://login.example/token");
  Talk plain("login", 0, true);
  plain.say(elsewhere("http://login.example/token"));
  CHECK(plain.outcome().code == "connector_failed");
  Talk post;
  post.say(elsewhere("https://login.example/token"));
  CHECK(post.outcome().code == "connector_failed");
}

TEST_CASE("conversation: what the ERP has on hand", "[erp][connectors]") {
  Talk talk("on_hand", 0);
  CHECK(talk.input().contains("skus"));
  CHECK_FALSE(talk.input().contains("postings"));
  talk.say({{"on_hand", {{{"location", "GB"}, {"sku", "A"}, {"qty", "5"}}}}});
  REQUIRE(talk.outcome().kind == OutcomeKind::kPosted);
  REQUIRE(talk.talk->end().on_hand.size() == 1);
  CHECK(talk.talk->end().on_hand[0].qty == "5");
  Talk later("on_hand", 0);
  later.say({{"outcomes", {{{"status", "transient"}, {"text", "busy"}}}}});
  CHECK(later.outcome().kind == OutcomeKind::kTransient);
  Talk bad("on_hand", 0);
  bad.say({{"on_hand", {{{"location", "GB"}, {"sku", "A"}, {"qty", 5}}}}});
  CHECK(bad.outcome().code == "connector_failed");
}
