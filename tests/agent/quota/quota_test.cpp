#include "agent/quota/quota.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace tillsync;
using namespace tillsync::agent;

namespace {

constexpr Instant kQuotaNow{1'800'000'000'000'000};

QuotaLease lease(std::string id, std::int64_t units, std::string sku = "A", std::string location = "GB") {
  QuotaLease made;
  made.lease_id = std::move(id);
  made.sku = Sku(std::move(sku));
  made.location = LocationId(std::move(location));
  made.qty_milli = units * 1'000;
  made.ends_at = kQuotaNow + seconds(60);
  return made;
}

ReservationRequest wanted(std::vector<std::pair<std::string, std::int64_t>> lines, std::vector<std::string> locations = {}) {
  ReservationRequest request;
  request.idempotency_key = "k";
  request.purpose = "collect";
  for (const auto& [sku, units] : lines) {
    ReservationLine line;
    line.line_no = static_cast<std::int64_t>(request.lines.size()) + 1;
    line.sku = Sku(sku);
    line.qty = Quantity{units * 1'000};
    for (const std::string& location : locations) line.locations.emplace_back(location);
    request.lines.push_back(std::move(line));
  }
  return request;
}

/// "line<lease=units …", "no" when it is not covered.
std::string planned(const ReservationRequest& request, const std::vector<QuotaLease>& leases) {
  const auto parts = plan_promise(request, leases, LocationId("GB"), kQuotaNow);
  if (!parts) return "no";
  std::string text;
  for (const PromisePart& part : *parts)
    text += (text.empty() ? "" : " ") + std::to_string(part.line) + "<" + leases[part.lease].lease_id + "=" + format_quantity(Quantity{part.qty_milli});
  return text;
}

}  // namespace

TEST_CASE("quota: a request is covered whole, or not at all", "[agent][quota]") {
  CHECK(planned(wanted({{"A", 2}}), {lease("l1", 3)}) == "0<l1=2");
  CHECK(planned(wanted({{"A", 4}}), {lease("l1", 3)}) == "no");
  CHECK(planned(wanted({{"A", 4}}), {lease("l1", 3), lease("l2", 2)}) == "0<l1=3 0<l2=1");
  CHECK(planned(wanted({{"A", 2}, {"A", 2}}), {lease("l1", 3)}) == "no");
  CHECK(planned(wanted({{"A", 1}, {"B", 1}}), {lease("l1", 3), lease("l2", 1, "B")}) == "0<l1=1 1<l2=1");
  CHECK(planned(wanted({{"A", 1}, {"B", 1}}), {lease("l1", 3)}) == "no");
  CHECK(planned(wanted({}), {lease("l1", 3)}) == "no");
  QuotaLease used = lease("l1", 3);
  used.used_milli = 2'000;
  CHECK(planned(wanted({{"A", 1}}), {used}) == "0<l1=1");
  CHECK(planned(wanted({{"A", 2}}), {used}) == "no");
}

TEST_CASE("quota: nothing is promised out of a lease that has ended, is frozen or closed", "[agent][quota]") {
  for (const QuotaState state : {QuotaState::kFrozen, QuotaState::kClosed}) {
    QuotaLease shut = lease("l1", 3);
    shut.state = state;
    CHECK(planned(wanted({{"A", 1}}), {shut}) == "no");
  }
  QuotaLease ended = lease("l1", 3);
  ended.ends_at = kQuotaNow;
  CHECK(planned(wanted({{"A", 1}}), {ended}) == "no");
  ended.ends_at = kQuotaNow + Duration{1};
  CHECK(planned(wanted({{"A", 1}}), {ended}) == "0<l1=1");
}

TEST_CASE("quota: another place's stock is promised only where the request names the place", "[agent][quota]") {
  const std::vector<QuotaLease> leases = {lease("there", 3, "A", "WH1")};
  CHECK(planned(wanted({{"A", 1}}), leases) == "no");
  CHECK(planned(wanted({{"A", 1}}, {"GB"}), leases) == "no");
  CHECK(planned(wanted({{"A", 1}}, {"GB", "WH1"}), leases) == "0<there=1");
}

TEST_CASE("quota: what a stored request means", "[agent][quota]") {
  ContentHash hash, other;
  other.data[0] = 'x';
  const auto stored = [&](RequestState state) { return std::optional(StoredRequest{hash, state, 201, "{}"}); };
  CHECK(decide_request(std::nullopt, hash, true) == RequestAction::kAskHub);
  CHECK(decide_request(std::nullopt, hash, false) == RequestAction::kPromise);
  for (const bool is_linked : {true, false}) {
    CHECK(decide_request(stored(RequestState::kAnswered), hash, is_linked) == RequestAction::kAnswer);
    CHECK(decide_request(stored(RequestState::kPromised), hash, is_linked) == RequestAction::kAnswer);
    CHECK(decide_request(stored(RequestState::kSent), other, is_linked) == RequestAction::kOtherKey);
  }
  CHECK(decide_request(stored(RequestState::kSent), hash, true) == RequestAction::kAskHub);
  // What was sent is never promised here as well.
  CHECK(decide_request(stored(RequestState::kSent), hash, false) == RequestAction::kUnknown);
}

TEST_CASE("quota: items of the hub are read, and what is none is passed over", "[agent][quota]") {
  const std::string good = R"({"lease_id":"l_1","location":"GB","sku":"A","state":"open","qty":"2.5","ttl_s":60})";
  const auto item = read_lease_item(good, 7, kQuotaNow);
  REQUIRE(item);
  CHECK(item->lease.qty_milli == 2'500);
  CHECK(item->lease.ends_at == kQuotaNow + seconds(60));
  CHECK(item->lease.item_no == 7);
  const auto with_state = [&](const std::string& state) {
    std::string text = good;
    text.replace(text.find("open"), 4, state);
    return *read_lease_item(text, 7, kQuotaNow);
  };
  CHECK(with_state("ending").is_ending);
  CHECK(with_state("frozen").is_frozen);
  CHECK(with_state("closed").is_over);
  CHECK(with_state("forced").is_over);
  for (const char* bad : {"", "[]", "{}", R"({"lease_id":"l_1"})", R"({"lease_id":"l_1","location":"GB","sku":"A","state":"open","qty":"-1","ttl_s":60})",
                          R"({"lease_id":"l_1","location":"GB","sku":"A","state":"open","qty":"1","ttl_s":-60})",
                          R"({"lease_id":7,"location":"GB","sku":"A","state":"open","qty":"1","ttl_s":60})"}) {
    INFO(bad);
    CHECK_FALSE(read_lease_item(bad, 1, kQuotaNow));
  }
  CHECK(read_shelf_item(R"({"sku":"A","on_hand":"5","reserved":"2","leased":"1"})")->leased_milli == 1'000);
  CHECK_FALSE(read_shelf_item(R"({"sku":"A","on_hand":"5"})"));
}

TEST_CASE("quota: promise and close are documents of the agent, numbered by what they are about", "[agent][quota]") {
  ReservationRequest request = wanted({{"A", 2}});
  request.order_no = "W-1";
  request.ttl_s = 600;
  const std::vector<QuotaLease> leases = {lease("l1", 3)};
  const auto parts = plan_promise(request, leases, LocationId("GB"), kQuotaNow);
  const Document document = promise_document(request, leases, *parts, "p_1", kQuotaNow);
  CHECK(check_document(document).empty());
  CHECK(document.header.document_no.value == "p_1");
  const auto& promise = std::get<Promise>(document.body);
  CHECK(promise.hold_until == kQuotaNow + seconds(600));
  CHECK(promise.lines[0].lease_id == "l1");
  CHECK(promise.lines[0].qty.milli == 2'000);
  const auto answer = nlohmann::json::parse(promise_json(request, leases, *parts, "p_1", kQuotaNow));
  CHECK(answer["reservation_id"] == "p_1");
  CHECK(answer["promised_here"] == true);
  CHECK(answer["lines"][0]["allocations"][0]["location"] == "GB");

  QuotaLease used = lease("l1", 3);
  used.used_milli = 2'000;
  const Document close = lease_close_document(used, "why", kQuotaNow);
  CHECK(check_document(close).empty());
  CHECK(close.header.document_no.value == "l1");
  CHECK(std::get<LeaseClose>(close.body).used.milli == 2'000);
  CHECK(std::get<LeaseClose>(close.body).unused.milli == 1'000);
}
