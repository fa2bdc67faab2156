#include "tests/sim/sim_erp.h"

#include <nlohmann/json.hpp>

namespace tillsync::sim {
namespace {

constexpr Duration kAnswerTime = milliseconds(20), kSlowTime = seconds(10), kTimeout = seconds(30);

std::string key_of(const hub::ErpCall& call) {
  for (const auto& [name, value] : call.headers)
    if (name == "Idempotency-Key") return value;
  const auto at = call.url.rfind('/');
  return call.url.substr(at + 1);
}

hub::ErpAnswer failure(hub::TransportFailure what) {
  hub::ErpAnswer answer;
  answer.failure = what;
  answer.failure_text = "simulated";
  return answer;
}

hub::ErpAnswer status(int code, std::string body = "{}") {
  hub::ErpAnswer answer;
  answer.status = code;
  answer.body = std::move(body);
  return answer;
}

}  // namespace

hub::ErpAnswer SimErp::create(const hub::ErpCall& call) {
  const std::string key = key_of(call);
  const auto known = booked.find(key);
  ++creates;
  if (known != booked.end()) {
    if (known->second.body != call.body) {
      other_bodies.push_back(key);
      return status(409, R"({"error":{"code":"other_body","message":"this key has another body"}})");
    }
    return status(200, R"({"erp_reference":"ERP-)" + key + R"("})");
  }
  for (const std::string& sku : unknown_skus)
    if (call.body.find('"' + sku + '"') != std::string::npos)
      return status(422, R"({"error":{"code":"unknown_item","message":"item is not known"}})");
  booked[key] = {call.body, creates};
  return status(201, R"({"erp_reference":"ERP-)" + key + R"("})");
}

hub::ErpAnswer SimErp::look_up(const hub::ErpCall& call) const {
  const std::string key = key_of(call);
  return booked.contains(key) ? status(200, R"({"erp_reference":"ERP-)" + key + R"("})") : status(404);
}

void SimErp::call(const hub::ErpCall& call, std::function<void(hub::ErpAnswer)> done) {
  using enum ErpMode;
  ErpMode now = mode;
  if (now == kMixed) now = static_cast<ErpMode>(random_() % static_cast<std::uint64_t>(kMixed));
  const bool is_create = call.method == "POST";
  // Only what could have been looked up: a create whose answer is on its way when the hub ends is not there yet to be found.
  if (is_create && booked.contains(key_of(call))) ++creates_again;
  const auto answer = [this, call, is_create] { return is_create ? create(call) : look_up(call); };
  const auto after = [&](Duration wait, std::function<hub::ErpAnswer()> what) {
    later_(wait, [what = std::move(what), done] { done(what()); });
  };
  const auto booked_and = [&](Duration wait, hub::ErpAnswer told) {
    later_(kAnswerTime, [answer] { (void)answer(); });
    after(wait, [told] { return told; });
  };
  switch (now) {
    case kUp: return after(kAnswerTime, answer);
    case kSlow: return after(kSlowTime, answer);
    case kNoConnection: return after(kAnswerTime, [] { return failure(hub::TransportFailure::kNotSent); });
    case kBrokenBefore: return after(kAnswerTime, [] { return failure(hub::TransportFailure::kBroken); });
    case kBrokenAfter: return booked_and(kAnswerTime + kAnswerTime, failure(hub::TransportFailure::kBroken));
    case kTimeoutBefore: return after(kTimeout, [] { return failure(hub::TransportFailure::kTimeout); });
    case kTimeoutAfter: return booked_and(kTimeout, failure(hub::TransportFailure::kTimeout));
    case kUnavailable: return after(kAnswerTime, [] { return status(503); });
    case kErrorBefore: return after(kAnswerTime, [] { return status(500); });
    case kErrorAfter: return booked_and(kAnswerTime + kAnswerTime, status(500));
    case kMixed: break;
  }
  after(kAnswerTime, answer);
}

}  // namespace tillsync::sim
