#include "packaging/demo.d/balance_client.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "common/base/os.h"

namespace tillsync::demo {
namespace {

constexpr std::int64_t kAskEveryMs = 250;
constexpr std::int64_t kTellEveryS = 5;
constexpr int kOk = 200;

Result<std::string> ask(HttpClient& http, const std::string& url, const std::vector<std::string>& headers) {
  TS_ASSIGN_OR_RETURN(const HttpAnswer answer, http.get(url, headers));
  if (answer.status != kOk)
    return fail(ErrorCode::kUnavailable, url, "it answers " + std::to_string(answer.status) + ": " + answer.body.substr(0, 200));
  return answer.body;
}

}  // namespace

Result<HubBooks> BalanceClient::hub_books() {
  TS_ASSIGN_OR_RETURN(const std::string text,
                      ask(hub_, options_.hub_url + "/v1/reconciliation", {"Authorization: Bearer " + options_.hub_token}));
  TS_ASSIGN_OR_RETURN(HubBooks books, hub_books_from_json(text));
  TS_RETURN_IF_ERROR(add_closes(books.sums));
  return books;
}

Result<void> BalanceClient::add_closes(SumsByLocation& sums) {
  std::string after;
  do {
    TS_ASSIGN_OR_RETURN(const std::string text, ask(hub_, options_.hub_url + "/v1/events?contract=till-close/1&limit=200" + after,
                                                    {"Authorization: Bearer " + options_.hub_token}));
    TS_ASSIGN_OR_RETURN(const EventPage page, event_page_from_json(text));
    for (const auto& location : page.locations) ++sums[location].closes;
    after = page.next.empty() ? "" : "&after=" + page.next;
  } while (!after.empty());
  return {};
}

Result<SumsByLocation> BalanceClient::erp_sums() {
  TS_ASSIGN_OR_RETURN(const std::string text, ask(erp_, options_.erp_url + "/summary", {}));
  return sums_from_json(text);
}

Result<std::vector<BalanceRow>> BalanceClient::settle(const SumsByLocation& pos) {
  Duration moved_at = os::monotonic();
  Duration told_at = moved_at;
  Distance before{-1, -1};
  std::int64_t waiting_before = -1;
  for (;;) {
    const auto hub = hub_books();
    const auto erp = erp_sums();
    const Duration now = os::monotonic();
    const bool patient = now - moved_at < seconds(options_.patience_s);
    if (hub && erp) {
      auto rows = compare(pos, hub->sums, *erp);
      const Distance left = distance(rows);
      if ((left.hub == 0 && left.erp == 0 && hub->waiting == 0) || !patient) return rows;
      if (left.hub != before.hub || left.erp != before.erp || hub->waiting != waiting_before) moved_at = now;
      before = left;
      waiting_before = hub->waiting;
      if (now - told_at >= seconds(kTellEveryS)) {
        fmt::print(stderr, "on the way: {} documents to the hub, {} to the ERP\n", left.hub, left.erp);
        told_at = now;
      }
    } else if (!patient) {
      return std::unexpected(hub ? erp.error() : hub.error());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(kAskEveryMs));
  }
}

}  // namespace tillsync::demo
