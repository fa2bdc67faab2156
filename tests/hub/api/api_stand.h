// The hub's API in this process, over a real database and writer with all stages, without sync and ERP. Every answer is written
// down for contract.py.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "hub/access/access.h"
#include "hub/access/token_store.h"
#include "hub/api/api_server.h"
#include "hub/api/live_topics.h"
#include "hub/api/operation_loop.h"
#include "hub/app/hub_database.h"
#include "hub/exceptions/exceptions_stage.h"
#include "hub/fleet/fleet_store.h"
#include "hub/insight/insight_stage.h"
#include "hub/intake/intake_stage.h"
#include "hub/ledger/ledger_stage.h"
#include "hub/outbound/outbound_stage.h"
#include "hub/postings/postings_stage.h"
#include "hub/reconcile/close_checks_stage.h"
#include "hub/reconcile/days_stage.h"
#include "hub/reservations/reservations_stage.h"
#include "hub/writer/writer_loop.h"
#include "tests/common/http/raw_client.h"
#include "tests/support/http.h"

namespace tillsync::hub::test {

using nlohmann::json;
using tillsync::test::HttpAnswer;

inline void write_down(const std::string& method, const std::string& path, const HttpAnswer& answer) {
  const char* bin = std::getenv("TILLSYNC_BIN_DIR");
  // Other programs use this stand as well, perhaps at the same time; contract.py reads what the API's own test was answered.
  if (bin == nullptr || std::string_view(program_invocation_short_name) != "test_hub_api") return;
  static std::ofstream file(std::filesystem::path(bin).parent_path() / "tests" / "api_answers.jsonl", std::ios::trunc);
  const auto type = answer.headers.find("content-type");
  const bool is_json = type != answer.headers.end() && type->second.find("json") != std::string::npos;
  file << json{{"method", method},
               {"path", path.substr(0, path.find('?'))},
               {"status", answer.status},
               {"content_type", type == answer.headers.end() ? "" : type->second},
               {"body", is_json ? answer.body : ""}}
              .dump()
       << std::endl;
}

/// The writer, which takes no more than `left` commands when that is not below zero: as a hub that goes down.
struct LimitedPort : WriterPort {
  WriterPort* inner = nullptr;
  std::atomic<int> left{-1};
  Result<void> submit(Priority priority, Command command) override {
    if (left == 0) return fail(ErrorCode::kShuttingDown, "submit to the writer", "the hub is shutting down");
    if (left > 0) --left;
    return inner->submit(priority, std::move(command));
  }
  std::size_t bulk_waiting() const override { return inner->bulk_waiting(); }
};

class ApiStand {
 public:
  explicit ApiStand(AccessLimits limits = {}, unsigned connections_max = 512,
                    std::chrono::milliseconds head_timeout = std::chrono::seconds(20)) {
    std::filesystem::create_directories(folder_);
    const auto database = folder_ / "hub.db";
    auto connection = take(open_database(database, 4));
    for (const char* role : {"viewer", "operator", "finance", "administrator"}) add_token(*connection, role, role, {}, {});
    add_token(*connection, "expired", "administrator", os::now() - seconds(1), {});
    add_token(*connection, "revoked", "administrator", {}, os::now());
    access = take(Access::open(*connection, limits));
    std::vector<std::unique_ptr<Stage>> stages;
    stages.push_back(std::make_unique<IntakeStage>());
    stages.push_back(std::make_unique<LedgerStage>());
    stages.push_back(std::make_unique<ReservationsStage>(ReservationsOptions{{}, &os::monotonic, &os::now, &availability, {}}));
    stages.push_back(std::make_unique<DaysStage>());
    stages.push_back(std::make_unique<PostingsStage>());
    stages.push_back(std::make_unique<CloseChecksStage>());
    stages.push_back(std::make_unique<OutboundStage>());
    stages.push_back(std::make_unique<ExceptionsStage>());
    stages.push_back(std::make_unique<InsightStage>(metrics));
    writer = take(WriterLoop::start(std::move(connection), take(open_for_checkpoints(database)), std::move(stages), {}));
    reads_ = take(ReadPool::open(3, [database] { return open_for_reading(database); }));
    port.inner = writer.get();
    context_.reset(new ApiContext{.writer = port,
                                  .reads = *reads_,
                                  .now =
                                      [this] {
                                        skipped_ += skip_time.load().micros;
                                        return os::now() + Duration{skipped_ + ahead_micros};
                                      },
                                  .authenticate = {},
                                  .metrics_text = [this] { return metrics.text(); },
                                  .not_ready = [this] { return not_ready; },
                                  .connectors = [] { return std::vector{ConnectorState{"generic", "http://erp/postings", "flowing", ""}}; },
                                  .test_connector = [](const std::string& name, const std::string& sample) -> Result<std::string> {
                                    if (name != "tryton") return fail(ErrorCode::kNotFound, "test connector", "there is no such connector");
                                    return nlohmann::json{{"connector", name}, {"turns", nlohmann::json::array()}, {"result", {{"sample", sample}}}, {"differences", nlohmann::json::array()}}.dump();
                                  },
                                  .agents = agents,
                                  .availability = availability,
                                  .availability_mark = "mark",
                                  .dark_after = seconds(120),
                                  .outbound_advanced = [] {},
                                  .keys_in_progress = {},
                                  .days = {{}, certificate_keys},
                                  .enrol_endpoint = "tcp://hub:7001",
                                  .hub_public_key = std::string(40, 'k'),
                                  .access = access.get(),
                                  .listen = {.trusted_proxies = {"127.0.0.9"}}});
    live_ = std::make_unique<LiveFeed>(live_topics(*context_), &os::now, milliseconds(20));
    context_->insight.live = live_.get();
    http::ServerOptions options;
    options.threads = 2;
    options.connections_max = connections_max;
    options.head_timeout = head_timeout;
    server_ = take(ApiServer::start(options, *context_));
  }
  const std::filesystem::path& folder() const { return folder_; }
  ~ApiStand() {
    server_->stop_accepting();
    access->passwords.stop();
    writer->stop();
    operations_.reset();
    server_.reset();
    live_.reset();
    context_.reset();
    reads_.reset();
    writer.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  /// token "" sends none. A POST gets a key of its own unless `headers` names one.
  HttpAnswer call(const std::string& method, const std::string& path, const std::string& body = {}, const std::string& token = "administrator",
                  std::vector<std::string> headers = {}) {
    const auto has = [&](const std::string& name) {
      return std::ranges::any_of(headers, [&](const std::string& header) { return header.starts_with(name); });
    };
    if (!token.empty() && !has("Authorization:")) headers.push_back("Authorization: Bearer " + token);
    if (!has("Content-Type:") && !body.empty()) headers.push_back("Content-Type: application/json");
    if (method == "POST" && !has("Idempotency-Key")) headers.push_back("Idempotency-Key: key-" + std::to_string(++calls_));
    HttpAnswer answer = path == "/v1/stream" ? open_stream(headers) : tillsync::test::http(method, url(path), body, headers);
    write_down(method, path, answer);
    return answer;
  }
  std::uint16_t port_number() const { return server_->port(); }
  /// The beginning of an answer that has no end.
  HttpAnswer open_stream(const std::vector<std::string>& headers) const {
    http::RawClient client(server_->port());
    std::string request = "GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const std::string& header : headers) request += header + "\r\n";
    client.send(request + "\r\n");
    const http::RawAnswer head = client.receive_head();
    HttpAnswer answer;
    answer.status = head.status;
    std::istringstream lines(head.head);
    for (std::string line; std::getline(lines, line);)
      if (const auto colon = line.find(": "); colon != std::string::npos) {
        std::string name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        answer.headers[name] = line.substr(colon + 2, line.find('\r') - colon - 2);
      }
    if (answer.status != 200 && answer.headers.contains("content-length")) answer.body = client.take(std::stoul(answer.headers["content-length"]));
    return answer;
  }
  /// From any thread, as administrator.
  HttpAnswer call_unrecorded(const std::string& method, const std::string& path, const std::string& body, std::vector<std::string> headers) const {
    headers.insert(headers.end(), {"Authorization: Bearer administrator", "Content-Type: application/json"});
    return tillsync::test::http(method, url(path), body, headers);
  }
  std::string url(const std::string& path) const { return "http://127.0.0.1:" + std::to_string(server_->port()) + path; }
  json get(const std::string& path) {
    const HttpAnswer answer = call("GET", path);
    INFO(path << ": " << answer.body);
    REQUIRE(answer.status == 200);
    return json::parse(answer.body);
  }
  json items(const std::string& path) { return get(path).at("items"); }

  /// A location, a product and a sale of six of it, with its posting.
  std::string add_sale(const std::string& number = "1", const std::string& sku = "A") {
    REQUIRE(call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
    REQUIRE(call("PUT", "/v1/products/A", R"({"sku":"A","description":"Heart"})").status == 200);
    const HttpAnswer answer = call("POST", "/v1/documents", sale(number, sku).dump());
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    return json::parse(answer.body).at("event_id");
  }
  static json sale(const std::string& number, const std::string& sku = "A") {
    return {{"contract", "sale/1"}, {"location", "GB"}, {"source", "WMS"}, {"till", "GB-1"}, {"document_no", number},
            {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:26:00Z"}, {"currency", "GBP"}, {"correlation_id", "trace-" + number},
            {"lines", {{{"line_no", 1}, {"kind", "goods"}, {"sku", sku}, {"qty", "6"}, {"unit_price", "2.55"}, {"amount", "15.30"}, {"tax_codes", {"S"}}}}},
            {"tax_summary", {{{"code", "S"}, {"rate", "0.175"}, {"base", "15.30"}, {"amount", "2.68"}}}},
            {"tenders", {{{"tender_no", 1}, {"type", "card"}, {"amount", "17.98"}}}},
            {"totals", {{"net", "15.30"}, {"tax", "2.68"}, {"gross", "17.98"}, {"rounding", "0.00"}}}};
  }
  /// A write of the test's own, committed when it returns.
  void write(const std::function<Result<void>(sql::Connection&)>& apply) {
    auto done = std::make_shared<std::promise<Result<void>>>();
    auto future = done->get_future();
    REQUIRE(writer->submit(Priority::kRequest, Task{"test", [apply](sql::Connection& connection, Instant) { return apply(connection); },
                                                    [done](Result<void> result) { done->set_value(std::move(result)); }}));
    REQUIRE(future.get());
  }

  /// From here on operations are worked on, as in the hub; again: as after a restart.
  void work_on_operations() {
    context_->operations_changed = {};
    operations_.reset();
    operations_ = std::make_unique<OperationLoop>(*context_);
    context_->operations_changed = [this] { operations_->notify(); };
  }
  /// The operation when it has ended.
  json ended_operation(const std::string& id) {
    for (int i = 0; i < 2'000; ++i) {
      const json operation = get("/v1/operations/" + id);
      if (!operation.at("finished_at").is_null()) return operation;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL("operation " << id << " does not end");
    return {};
  }
  /// Before the calls that are to see it.
  void trust_proxy(const std::string& address) { context_->listen.trusted_proxies = {address}; }
  /// Before the calls that are to see it.
  void tell_erp_request(std::function<Result<std::string>(const Posting&)> erp_request) { context_->erp_request = std::move(erp_request); }

  /// For what is given to the server before the calls that are to see it, and for parts that work without one.
  ApiContext& context() { return *context_; }

  Metrics metrics;
  AvailabilityCache availability;
  AgentRegistry agents;
  SignatureKeyPair certificate_keys = generate_signature_keys();
  std::unique_ptr<Access> access;
  std::atomic<std::int64_t> ahead_micros{0};  // of the API's clock
  std::unique_ptr<WriterLoop> writer;
  LimitedPort port;
  std::optional<std::string> not_ready;
  std::atomic<Duration> skip_time{};  // the clock of the API goes ahead by it at each look

 private:
  template <class T>
  static T take(Result<T> result) {
    if (!result) FAIL(to_string(result.error()));
    return std::move(*result);
  }
  static void add_token(sql::Connection& connection, const std::string& name, const std::string& role, std::optional<Instant> expires_at,
                        std::optional<Instant> revoked_at) {
    REQUIRE(add_api_token(connection, {.token_id = "id-" + name, .name = name, .role = role, .created_at = Instant{}, .expires_at = expires_at, .revoked_at = {}}, name));
    if (revoked_at) REQUIRE(revoke_api_token(connection, "id-" + name, *revoked_at));
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / random_secret("tillsync-api-");
  std::unique_ptr<ReadPool> reads_;
  std::unique_ptr<ApiContext> context_;
  std::unique_ptr<LiveFeed> live_;
  std::unique_ptr<ApiServer> server_;
  std::unique_ptr<OperationLoop> operations_;
  int calls_ = 0;
  std::atomic<std::int64_t> skipped_{0};
};

inline std::string code_of(const HttpAnswer& answer) {
  const json problem = json::parse(answer.body, nullptr, false);
  const std::string type = problem.is_object() ? problem.value("type", "") : "", prefix = "urn:tillsync:problem:";
  return type.starts_with(prefix) ? type.substr(prefix.size()) : "";
}

}  // namespace tillsync::hub::test
