// tests/bench/reservations: durable decisions per second through the hub's real path, beside PostgreSQL and Redis doing the same on the
// same machine in the same run; and the latency of one reservation while 100 agents drain a backlog.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include <curl/curl.h>
#include <poll.h>

#include "tests/bench/src/light_agent.h"
#include "tests/bench/src/report.h"
#include "tests/support/stand.h"

namespace tillsync::bench {
namespace {

using nlohmann::json;
using test::seconds_now;

constexpr int kClientsMax = 256;
constexpr int kSkusSpread = 10'000;
constexpr double kZipf = 1.0;
constexpr double kWarmUpS = 1, kMeasureS = 5;
constexpr int kDrainAgents = 100;
constexpr std::uint64_t kDrainDocuments = 10'000;
constexpr double kLatencyS = 6;
constexpr int kPaceMs = 10;
constexpr double kKeepAliveS = 0.1;
constexpr std::int64_t kUnits = 100'000'000;

/// SKU numbers 1 … n, the k-th with weight 1/k.
class Zipf {
 public:
  explicit Zipf(int n) {
    double sum = 0;
    for (int k = 1; k <= n; ++k) sums_.push_back(sum += 1 / std::pow(k, kZipf));
  }
  int operator()(std::mt19937_64& random) const {
    const double at = std::uniform_real_distribution<double>(0, sums_.back())(random);
    return static_cast<int>(std::ranges::lower_bound(sums_, at) - sums_.begin()) + 1;
  }

 private:
  std::vector<double> sums_;
};

std::string body_of(std::uint64_t number, int sku) {
  return R"({"idempotency_key":"b-)" + std::to_string(number) + R"(","purpose":"web","ttl_s":86400,"lines":[{"line_no":1,"sku":"S)" + std::to_string(sku) +
         R"(","qty":"1","locations":["WH"]}]})";
}

struct Rate {
  double per_second = 0, p99_ms = 0;
};

class World {
 public:
  World() : keys_(herd_.enrol(kClientsMax + kDrainAgents)) {
    // One opening movement a thousand SKUs.
    for (int first = 1; first <= kSkusSpread; first += 1'000) {
      json lines = json::array();
      for (int sku = first; sku < first + 1'000; ++sku) lines.push_back({{"sku", "S" + std::to_string(sku)}, {"qty", std::to_string(kUnits)}});
      const json opening = {{"contract", "stock-movement/1"}, {"location", "WH"}, {"source", "bench"}, {"till", "bench"}, {"document_no", "open-" + std::to_string(first)},
                            {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:00:00Z"}, {"type", "opening"}, {"lines", std::move(lines)}};
      if (herd_.stand.hub_call("POST", "/v1/documents", opening.dump()).status != 201) throw std::runtime_error("the opening stock was not taken");
    }
    for (int i = 0; i < kClientsMax; ++i) {
      if (i % kAgentsPerContext == 0) contexts_.push_back(transport::make_context());
      clients_.push_back(std::make_unique<LightAgent>(keys_[static_cast<std::size_t>(i)], [](std::uint64_t) { return agent::OutboxRow{}; }));
      clients_.back()->connect(contexts_.back(), herd_.endpoint(), herd_.stand.hub_key);
    }
    for (const auto& client : clients_) {
      for (const int descriptor : client->descriptors()) polled_.push_back({descriptor, POLLIN, 0});
    }
    wait_for_links();
  }

  /// Each client has one request in flight, and asks again when it is answered.
  Rate over_zeromq(int clients, int skus) {
    wait_for_links();
    const Zipf zipf(skus);
    std::vector<double> asked(static_cast<std::size_t>(clients)), took;
    std::uint64_t refused = 0;
    bool goes_on = true;
    double counted_from = seconds_now() + kWarmUpS;
    std::uint64_t answered = 0;
    int waiting = 0;
    const auto ask = [&](std::size_t i) {
      asked[i] = seconds_now();
      ++waiting;
      ++number_;
      clients_[i]->ask({std::to_string(number_), "reservations.create", 0, body_of(number_, zipf(random_))});
    };
    for (std::size_t i = 0; i < static_cast<std::size_t>(clients); ++i) {
      clients_[i]->on_reply = [&, i](const wire::Reply& reply) {
        --waiting;
        const double now = seconds_now();
        if (reply.status != 201) ++refused;
        if (now >= counted_from && goes_on) {
          ++answered;
          took.push_back((now - asked[i]) * 1'000);
        }
        if (goes_on) ask(i);
      };
      ask(i);
    }
    const double end = counted_from + kMeasureS;
    while (seconds_now() < end) serve();
    goes_on = false;
    while (waiting > 0 && seconds_now() < end + 30) serve();
    for (const auto& client : clients_) client->on_reply = {};
    if (refused > 0) throw std::runtime_error(std::to_string(refused) + " reservations were refused");
    return {static_cast<double>(answered) / kMeasureS, percentile(took, 0.99)};
  }

  Rate over_http(int clients, int skus) {
    const Zipf zipf(skus);
    struct Call {
      CURL* handle;
      std::string body, answer;
      double asked;
    };
    CURLM* multi = curl_multi_init();
    curl_slist* headers = curl_slist_append(nullptr, ("Authorization: Bearer " + herd_.stand.admin_token).c_str());
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    const std::string url = "http://127.0.0.1:" + std::to_string(herd_.stand.hub_port) + "/v1/reservations";
    std::vector<std::unique_ptr<Call>> calls;
    const auto ask = [&](Call& call) {
      call.body = body_of(++number_, zipf(random_));
      call.answer.clear();
      call.asked = seconds_now();
      curl_easy_setopt(call.handle, CURLOPT_POSTFIELDS, call.body.c_str());
      curl_easy_setopt(call.handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
      curl_multi_add_handle(multi, call.handle);
    };
    for (int i = 0; i < clients; ++i) {
      calls.push_back(std::make_unique<Call>(Call{curl_easy_init(), {}, {}, 0}));
      Call& call = *calls.back();
      curl_easy_setopt(call.handle, CURLOPT_URL, url.c_str());
      curl_easy_setopt(call.handle, CURLOPT_HTTPHEADER, headers);
      curl_easy_setopt(call.handle, CURLOPT_PRIVATE, &call);
      curl_easy_setopt(call.handle, CURLOPT_WRITEDATA, &call.answer);
      curl_easy_setopt(call.handle, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t count, void* into) {
        static_cast<std::string*>(into)->append(data, size * count);
        return size * count;
      });
      ask(call);
    }
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(clients));
    const double counted_from = seconds_now() + kWarmUpS, end = counted_from + kMeasureS;
    std::uint64_t answered = 0, refused = 0;
    std::vector<double> took;
    while (seconds_now() < end) {
      int running = 0, left = 0;
      keep_alive();
      curl_multi_perform(multi, &running);
      while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
        Call* call = nullptr;
        long status = 0;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        const double now = seconds_now();
        if (status != 201) ++refused;
        if (now >= counted_from) {
          ++answered;
          took.push_back((now - call->asked) * 1'000);
        }
        curl_multi_remove_handle(multi, call->handle);
        ask(*call);
      }
      curl_multi_poll(multi, nullptr, 0, 1, nullptr);
    }
    for (const auto& call : calls) {
      curl_multi_remove_handle(multi, call->handle);
      curl_easy_cleanup(call->handle);
    }
    curl_slist_free_all(headers);
    curl_multi_cleanup(multi);
    if (refused > 0) throw std::runtime_error(std::to_string(refused) + " reservations were refused over HTTP");
    return {static_cast<double>(answered) / kMeasureS, percentile(took, 0.99)};
  }

  /// One client, one request every kPaceMs, in milliseconds each.
  std::vector<double> lone(double for_seconds, const std::function<bool()>& goes_on) {
    std::vector<double> took;
    LightAgent& client = *clients_[0];
    const double end = seconds_now() + for_seconds;
    while (seconds_now() < end && goes_on()) {
      bool is_answered = false;
      client.on_reply = [&](const wire::Reply&) { is_answered = true; };
      ++number_;
      const double asked = seconds_now();
      client.ask({std::to_string(number_), "reservations.create", 0, body_of(number_, 1)});
      settle(client);
      while (!is_answered) {
        if (seconds_now() - asked > 30) throw std::runtime_error("a reservation is not answered");
        if (!client.step()) transport::wait_readable(client.descriptors(), milliseconds(2));
      }
      took.push_back((seconds_now() - asked) * 1'000);
      keep_alive();
      const double rest = asked + kPaceMs / 1'000.0 - seconds_now();
      if (rest > 0) transport::wait_readable({}, Duration{static_cast<std::int64_t>(rest * 1'000'000)});
    }
    client.on_reply = {};
    return took;
  }

  std::pair<std::vector<double>, std::vector<double>> while_draining() {
    std::vector<double> idle = lone(kLatencyS, [] { return true; });
    const agent::OutboxRow first = row_of_sale("T-2", 1'000'000);
    const std::size_t place = first.event.payload.find("1000000");
    if (place == Bytes::npos) throw std::runtime_error("the number is not in the payload");
    std::vector<std::shared_ptr<transport::Context>> contexts;
    std::vector<std::unique_ptr<LightAgent>> drains;
    for (int i = 0; i < kDrainAgents; ++i) {
      if (i % kAgentsPerContext == 0) contexts.push_back(transport::make_context());
      drains.push_back(std::make_unique<LightAgent>(keys_[static_cast<std::size_t>(kClientsMax + i)], [&first, place, i](std::uint64_t seq) {
        agent::OutboxRow row = first;
        const std::uint64_t own = static_cast<std::uint64_t>(i) * kDrainDocuments + seq;
        const std::string number = std::to_string(1'000'000 + own);
        row.event.payload.replace(place, number.size(), number);
        std::memcpy(row.event.content_hash.data.data(), &own, sizeof own);
        return row;
      }));
      drains.back()->sell(kDrainDocuments);
      drains.back()->connect(contexts.back(), herd_.endpoint(), herd_.stand.hub_key);
    }
    std::atomic<bool> is_over = false, has_begun = false;
    std::thread drain([&] {
      while (!is_over) {
        bool moved = false, is_left = false;
        for (const auto& one : drains) {
          moved = one->step() || moved;
          is_left = is_left || one->acked() < kDrainDocuments;
          if (one->acked() > 0) has_begun = true;
        }
        if (!is_left) is_over = true;
        if (!moved) transport::wait_readable({}, milliseconds(1));
      }
    });
    while (!has_begun) transport::wait_readable({}, milliseconds(1));
    std::vector<double> busy = lone(kLatencyS, [&] { return !is_over.load(); });
    is_over = true;
    drain.join();
    return {std::move(idle), std::move(busy)};
  }

  std::int64_t reserved() {
    return static_cast<std::int64_t>(herd_.stand.metric("tillsync_writer_requests_total"));
  }

 private:
  void wait_for_links() {
    const double start = seconds_now();
    while (std::ranges::any_of(clients_, [](const auto& client) { return !client->is_linked(); })) {
      if (seconds_now() - start > 60) throw std::runtime_error("the clients are not linked");
      serve();
    }
  }
  /// The clients that something has come for; all of them now and then, for what they do by time.
  void serve() {
    const int ready = ::poll(polled_.data(), polled_.size(), 1);
    if (ready > 0) {
      const std::size_t each = polled_.size() / clients_.size();
      for (std::size_t i = 0; i < clients_.size(); ++i) {
        const auto first = polled_.begin() + static_cast<std::ptrdiff_t>(i * each);
        if (std::any_of(first, first + static_cast<std::ptrdiff_t>(each), [](const pollfd& one) { return one.revents != 0; })) settle(*clients_[i]);
      }
    }
    keep_alive();
  }
  /// Clients that ask nothing stay linked.
  void keep_alive() {
    if (seconds_now() < alive_until_) return;
    alive_until_ = seconds_now() + kKeepAliveS;
    for (const auto& client : clients_) settle(*client);
  }
  /// Until it has nothing left: a descriptor tells of each change once.
  static void settle(LightAgent& client) {
    while (client.step()) {
    }
  }

  HerdWorld herd_;
  std::vector<transport::CurveKeyPair> keys_;
  std::vector<std::shared_ptr<transport::Context>> contexts_;
  std::vector<std::unique_ptr<LightAgent>> clients_;
  std::vector<pollfd> polled_;  // the same number for each client
  double alive_until_ = 0;
  std::mt19937_64 random_{20101201};
  std::uint64_t number_ = 0;
};

/// What the script beside this program has measured of others, "name value" a line.
std::map<std::string, double> others(const char* file) {
  std::map<std::string, double> found;
  std::ifstream lines(file);
  std::string name;
  for (double value = 0; lines >> name >> value;) found[name] = value;
  return found;
}

int run(int argc, char** argv) {
  Report report;
  const auto known = argc > 1 ? others(argv[1]) : std::map<std::string, double>();
  World world;
  std::map<std::string, Rate> rates;
  const auto measure = [&](const std::string& name, const std::string& text, const Rate& rate) {
    rates[name] = rate;
    report.row(text, Report::number(rate.per_second) + " decisions/s, p99 " + Report::number(rate.p99_ms) + " ms");
    report.figure(name, rate.per_second, "decisions/s", "reported");
  };
  for (const int clients : {32, 256}) {
    const std::string many = std::to_string(clients) + " clients";
    measure("hot_" + std::to_string(clients), "one hot SKU, ZeroMQ and CURVE, " + many, world.over_zeromq(clients, 1));
    measure("spread_" + std::to_string(clients), "10,000 SKUs (zipf 1.0), ZeroMQ and CURVE, " + many, world.over_zeromq(clients, kSkusSpread));
    measure("hot_http_" + std::to_string(clients), "one hot SKU, HTTP, " + many, world.over_http(clients, 1));
    measure("spread_http_" + std::to_string(clients), "10,000 SKUs, HTTP, " + many, world.over_http(clients, kSkusSpread));
  }
  const auto [idle, busy] = world.while_draining();
  report.row("one reservation at a time, alone / while 100 agents drain", "p50 " + Report::number(percentile(idle, 0.5)) + " / " + Report::number(percentile(busy, 0.5)) +
                                                                              " ms, p99 " + Report::number(percentile(idle, 0.99)) + " / " + Report::number(percentile(busy, 0.99)) +
                                                                              " ms (" + std::to_string(idle.size()) + ", " + std::to_string(busy.size()) + " asked)");
  report.ratio("p50_draining_vs_idle", percentile(busy, 0.5) / percentile(idle, 0.5), "reported");
  report.ratio("p99_draining_vs_idle", percentile(busy, 0.99) / percentile(idle, 0.99), "<= 3");
  for (const auto& [name, value] : known) {
    report.row(name + " (the same work, the same machine)", Report::number(value) + " decisions/s");
    report.figure(name, value, "decisions/s", "reported");
  }
  const auto against = [&](const std::string& ratio, const std::string& ours, const std::string& theirs, const std::string& goal) {
    const auto other = known.find(theirs);
    if (other == known.end()) return report.row(ratio, "not measured: " + theirs + " is not there");
    report.ratio(ratio, rates[ours].per_second / other->second, goal);
  };
  against("hot_vs_postgres", "hot_32", "postgres_hot", ">= 20");
  against("spread_vs_postgres", "spread_32", "postgres_spread", ">= 5");
  against("hot_vs_redis", "hot_32", "redis_hot", ">= 1");
  report.finish();
  return 0;
}

}  // namespace
}  // namespace tillsync::bench

int main(int argc, char** argv) {
  try {
    return tillsync::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "reservations: " << error.what() << "\n";
    return 1;
  }
}
