// HTTP at the hub: targets, and bodies at every route that takes one. Whatever comes, one answer in the form that the API promises.
#include <nlohmann/json.hpp>

#include "common/http/target.h"
#include "hub/api/api_server.h"
#include "hub/app/hub_database.h"
#include "hub/exceptions/exceptions_stage.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/outbound/outbound_stage.h"
#include "hub/postings/postings_stage.h"
#include "hub/reconcile/close_checks_stage.h"
#include "hub/reconcile/days_stage.h"
#include "hub/reservations/reservations_stage.h"
#include "hub/writer/writer_core.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim/sim_disk.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

/// The hub behind its API, in memory and on one thread.
struct FuzzedHub final : WriterPort {
  sim::SimDisk disk{"fuzz"};
  std::unique_ptr<sql::Connection> connection = std::move(*open_database(disk.path("hub.db"), 4));
  AvailabilityCache availability;
  std::vector<std::unique_ptr<Stage>> stages = make_stages();
  WriterCore core{*connection, stages};
  std::unique_ptr<ReadPool> reads = std::move(*ReadPool::open(1, [this] { return open_for_reading(disk.path("hub.db")); }));
  AgentRegistry agents;
  ApiContext context{.writer = *this,
                     .reads = *reads,
                     .now = [] { return Instant{1'300'000'000'000'000}; },
                     .authenticate = [](std::string_view) { return std::optional(Caller{"fuzz", Role::kAdministrator}); },
                     .metrics_text = [] { return std::string(); },
                     .not_ready = [] { return std::optional<std::string>(); },
                     .connectors = [] { return std::vector<ConnectorState>(); },
                     .test_connector = [](const std::string& name, const std::string&) -> Result<std::string> {
                       return fail(ErrorCode::kNotFound, "test connector", "there is no connector " + name);
                     },
                     .agents = agents,
                     .availability = availability,
                     .availability_mark = "mark",
                     .dark_after = seconds(120),
                     .outbound_advanced = [] {},
                     .keys_in_progress = {}};
  std::vector<Endpoint> endpoints = all_endpoints();

  std::vector<std::unique_ptr<Stage>> make_stages() {
    std::vector<std::unique_ptr<Stage>> made;
    made.push_back(std::make_unique<IntakeStage>());
    made.push_back(std::make_unique<LedgerStage>());
    made.push_back(std::make_unique<ReservationsStage>(
        ReservationsOptions{{}, [] { return Duration{}; }, [] { return Instant{1'300'000'000'000'000}; }, &availability, {}}));
    made.push_back(std::make_unique<DaysStage>());
    made.push_back(std::make_unique<PostingsStage>());
    made.push_back(std::make_unique<CloseChecksStage>());
    made.push_back(std::make_unique<OutboundStage>());
    made.push_back(std::make_unique<ExceptionsStage>());
    return made;
  }
  FuzzedHub() { TS_CHECK(core.start().has_value()); }
  Result<void> submit(Priority, Command command) override {
    std::vector<Command> group;
    group.push_back(std::move(command));
    core.run_group(std::move(group), Instant{1'300'000'000'000'000});
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
};

struct CountedAnswer final : http::Responder {
  explicit CountedAnswer(int& answers) : answers_(answers) {}
  void send(http::Response response) override {
    ++answers_;
    TS_CHECK(response.status >= 200 && response.status < 600);
    if (response.status == 500) fuzz::show_and_fail("what comes from outside is the hub's own failure: " + response.body);
    if (response.content_type.find("json") != std::string::npos && !nlohmann::json::accept(response.body)) fuzz::show_and_fail("no JSON: " + response.body);
  }
  int& answers_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kCallsPerHub = 2'000;  // then a new one, so that memory stays bounded
  static std::unique_ptr<FuzzedHub> hub;
  static std::uint64_t calls = 0;
  if (!hub || ++calls % kCallsPerHub == 0) {
    hub = nullptr;
    hub = std::make_unique<FuzzedHub>();
  }
  fuzz::Choices choices(data, size);
  const auto& [route, handler] = hub->endpoints[choices.byte() % hub->endpoints.size()];
  http::Request request;
  request.method = route.method;
  const std::string raw(choices.some(choices.byte()));
  const auto target = http::parse_target(raw);
  if (target) request.query = target->query;
  const std::string parameter = target && !target->segments.empty() ? target->segments.back() : "x";
  request.path = route.pattern;
  for (std::size_t open = request.path.find('{'); open != std::string::npos; open = request.path.find('{'))
    request.path.replace(open, request.path.find('}', open) + 1 - open, parameter.find_first_of("/{}") == std::string::npos ? parameter : "x");
  const auto parameters = match_path(route.pattern, request.path);
  if (!parameters) return 0;  // the parameter makes another path of it
  request.body = Bytes(choices.rest());
  request.headers = {{"content-type", route.takes_msgpack && size % 2 == 1 ? "application/msgpack" : "application/json"},
                     {"idempotency-key", std::to_string(calls)}};
  int answers = 0;
  {
    ApiCall call;
    call.request = std::move(request);
    call.parameters = *parameters;
    call.caller = {"fuzz", Role::kAdministrator};
    call.correlation_id = "c";
    call.reply = std::make_shared<ApiReply>(std::make_unique<CountedAnswer>(answers), "c");
    handler(hub->context, std::move(call));
  }
  TS_CHECK(answers == 1);
  return 0;
}
