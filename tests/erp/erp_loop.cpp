#include "tests/erp/erp_loop.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/os.h"
#include "common/base/time.h"
#include "common/crypto/crypto.h"

namespace tillsync::erp {
namespace {

using nlohmann::json;

constexpr std::size_t kQueueMax = 2'048;  // requests
constexpr std::size_t kGroupMax = 512;    // requests in one transaction
constexpr std::string_view kByKey = "/postings/by-key/";

http::Response json_response(int status, const json& body) { return {.status = status, .body = body.dump(), .headers = {}}; }

http::Response refusal_response(const Refusal& refusal) {
  return json_response(refusal.status, {{"error", {{"code", refusal.code}, {"message", refusal.message}}}});
}

http::Response unavailable(std::string_view why) {
  http::Response response = json_response(503, {{"error", {{"code", "unavailable"}, {"message", why}}}});
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

Result<std::unique_ptr<ErpLoop>> ErpLoop::start(ErpStore store) {
  TS_ASSIGN_OR_RETURN(MasterData master, store.load_master_data());
  std::unique_ptr<ErpLoop> loop(new ErpLoop(std::move(store), std::move(master)));
  loop->worker_ = std::thread([raw = loop.get()] { raw->work(); });
  return loop;
}

ErpLoop::~ErpLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (worker_.joinable()) worker_.join();
}

void ErpLoop::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < kQueueMax) {
      queue_.push_back(std::move(job));
      arrived_.notify_one();
      return;
    }
  }
  job.responder->send(unavailable("the queue is full"));
}

void ErpLoop::work() {
  for (;;) {
    std::vector<Job> group;
    bool stopping = false;
    {
      std::unique_lock lock(mutex_);
      const auto ready = [&] { return stopping_ || !queue_.empty(); };
      if (delayed_.empty()) {
        arrived_.wait(lock, ready);
      } else {
        const std::int64_t wait = std::max<std::int64_t>(0, delayed_.begin()->first - os::monotonic().micros);
        arrived_.wait_for(lock, std::chrono::microseconds(wait), ready);
      }
      while (!queue_.empty() && group.size() < kGroupMax) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      stopping = stopping_ && group.empty();
    }
    if (!group.empty()) run_group(std::move(group));
    send_due(os::monotonic(), stopping);
    if (stopping) return;
  }
}

void ErpLoop::run_group(std::vector<Job> group) {
  const FaultPlan faults_before = faults_;
  auto outcomes = book_group(group);
  if (!outcomes) {
    (void)store_.connection().rollback();
    faults_ = faults_before;
    if (auto reloaded = store_.load_master_data()) master_ = std::move(*reloaded);
    for (Job& job : group) job.responder->send(unavailable(to_string(outcomes.error())));
    return;
  }
  const Duration now = os::monotonic();
  for (std::size_t i = 0; i < group.size(); ++i) {
    Outcome& outcome = (*outcomes)[i];
    if (outcome.delay_ms == 0) {
      group[i].responder->send(std::move(outcome.response));
    } else {
      delayed_.emplace((now + milliseconds(outcome.delay_ms)).micros,
                       std::pair(std::move(group[i].responder), std::move(outcome.response)));
    }
  }
}

Result<std::vector<ErpLoop::Outcome>> ErpLoop::book_group(const std::vector<Job>& group) {
  std::vector<Outcome> outcomes;
  TS_ASSIGN_OR_RETURN(auto transaction, sql::Transaction::begin(store_.connection()));
  for (const Job& job : group) {
    TS_ASSIGN_OR_RETURN(Outcome outcome, answer(job.request));
    outcomes.push_back(std::move(outcome));
  }
  TS_RETURN_IF_ERROR(transaction.commit());
  return outcomes;
}

Result<ErpLoop::Outcome> ErpLoop::answer(const http::Request& request) {
  if (request.method == "POST" && request.path == "/control") {
    auto plan = FaultPlan::parse(request.body);
    if (!plan) return Outcome{refusal_response({400, "bad_control", plan.error()})};
    faults_ = *plan;
    return Outcome{{.body = faults_.to_json(), .headers = {}}};
  }
  if (request.method == "GET" && request.path == "/control") return Outcome{{.body = faults_.to_json(), .headers = {}}};
  if (request.method == "POST" && request.path == "/postings") return take_posting(request);
  if (faults_.is_down()) return Outcome{unavailable("down")};
  if (request.method == "GET" && request.path.starts_with(kByKey)) {
    TS_ASSIGN_OR_RETURN(auto found, store_.find(std::string_view(request.path).substr(kByKey.size())));
    if (!found) return Outcome{refusal_response({404, "not_found", "no document has this key"})};
    return Outcome{json_response(200, {{"erp_reference", found->reference}})};
  }
  if (request.method == "GET" && request.path == "/summary") {
    TS_ASSIGN_OR_RETURN(std::string summary, store_.summary_json());
    return Outcome{{.body = std::move(summary), .headers = {}}};
  }
  if (request.method == "POST" && request.path == "/items") {
    TS_ASSIGN_OR_RETURN(http::Response response, take_items(request));
    return Outcome{std::move(response)};
  }
  if (request.method == "POST" && request.path == "/periods") {
    TS_ASSIGN_OR_RETURN(http::Response response, take_periods(request));
    return Outcome{std::move(response)};
  }
  return Outcome{refusal_response({404, "not_found", "no such path"})};
}

Result<ErpLoop::Outcome> ErpLoop::take_posting(const http::Request& request) {
  const Fault fault = faults_.next();
  if (fault.mode == FaultMode::kDown) return Outcome{unavailable("down")};
  if (fault.mode == FaultMode::kError5xx) return Outcome{refusal_response({500, "internal", "an error was asked for"}), fault.delay_ms};
  const auto posting = read_posting(request.body, request.header("idempotency-key").value_or(""));
  if (!posting) return Outcome{refusal_response(posting.error()), fault.delay_ms};
  const Sha256Digest digest = sha256({request.body});
  const BytesView hash(digest.data(), digest.size());
  TS_ASSIGN_OR_RETURN(auto known, store_.find(posting->idempotency_key));
  if (known && known->body_hash != hash) {
    return Outcome{refusal_response({409, "key_reused", "the key was used for another body"}), fault.delay_ms};
  }
  if (known) return Outcome{json_response(200, {{"erp_reference", known->reference}}), fault.delay_ms};
  if (auto refusal = check_master_data(*posting, master_)) return Outcome{refusal_response(*refusal), fault.delay_ms};
  TS_ASSIGN_OR_RETURN(std::string reference, store_.book(*posting, hash, request.body));
  return Outcome{json_response(201, {{"erp_reference", reference}}), fault.delay_ms};
}

Result<http::Response> ErpLoop::take_items(const http::Request& request) {
  const json item = json::parse(request.body, nullptr, false);
  if (!item.is_object() || !item.contains("sku") || !item["sku"].is_string()) {
    return refusal_response({400, "bad_field", "want {\"sku\":TEXT,\"blocked\":BOOL}"});
  }
  const bool blocked = item.contains("blocked") && item["blocked"].is_boolean() && item["blocked"].get<bool>();
  TS_RETURN_IF_ERROR(store_.put_item(item["sku"].get<std::string>(), blocked));
  TS_ASSIGN_OR_RETURN(master_, store_.load_master_data());
  return json_response(200, {{"sku", item["sku"]}, {"blocked", blocked}});
}

Result<http::Response> ErpLoop::take_periods(const http::Request& request) {
  const json period = json::parse(request.body, nullptr, false);
  const bool clear = period.is_object() && period.contains("closed_before") && period["closed_before"] == "";
  if (!period.is_object() || !period.contains("closed_before") || !period["closed_before"].is_string() ||
      (!clear && !parse_date(period["closed_before"].get<std::string>()))) {
    return refusal_response({400, "bad_field", "want {\"closed_before\":\"YYYY-MM-DD\" or \"\"}"});
  }
  TS_RETURN_IF_ERROR(store_.set_closed_before(period["closed_before"].get<std::string>()));
  TS_ASSIGN_OR_RETURN(master_, store_.load_master_data());
  return json_response(200, period);
}

void ErpLoop::send_due(Duration now, bool all) {
  while (!delayed_.empty() && (all || delayed_.begin()->first <= now.micros)) {
    auto& [responder, response] = delayed_.begin()->second;
    responder->send(std::move(response));
    delayed_.erase(delayed_.begin());
  }
}

}  // namespace tillsync::erp
