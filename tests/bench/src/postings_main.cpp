// tests/bench/postings: postings per second from the hub's queue to an ERP that costs nothing, every change of state durable, beside a
// bare libcurl loop that sends the same bodies to the same ERP in the same run.
#include <curl/curl.h>

#include <cstring>
#include <fstream>
#include <iostream>
#include <map>

#include "tests/bench/src/fast_sink.h"
#include "tests/bench/src/light_agent.h"
#include "tests/bench/src/report.h"

namespace tillsync::bench {
namespace {

using test::seconds_now;

constexpr int kRounds = 5;
constexpr int kTills = 8;
constexpr std::uint64_t kPerTill = 2'500;  // documents in each round
constexpr int kInFlight = 8;               // as the connector `generic` has it
constexpr double kPatienceS = 120;

class World {
 public:
  World() : keys_(herd_.enrol(kTills)) {
    for (int till = 0; till < kTills; ++till) {
      const agent::OutboxRow first = row_of_sale("T-" + std::to_string(till), kFirst);
      const std::size_t place = first.event.payload.find(std::to_string(kFirst));
      if (place == Bytes::npos) throw std::runtime_error("the number is not in the payload");
      agents_.push_back(std::make_unique<LightAgent>(keys_[static_cast<std::size_t>(till)], [first, place, till](std::uint64_t seq) {
        agent::OutboxRow row = first;
        const std::string number = std::to_string(kFirst + seq);
        row.event.payload.replace(place, number.size(), number);
        const std::uint64_t own = static_cast<std::uint64_t>(till) << 32 | seq;
        std::memcpy(row.event.content_hash.data.data(), &own, sizeof own);
        return row;
      }));
      agents_.back()->connect(context_, herd_.endpoint(), herd_.stand.hub_key);
    }
  }

  /// All tills sell while the hub has no ERP.
  void fill() {
    for (const auto& agent : agents_) agent->sell(kPerTill);
    const double start = seconds_now();
    bool is_left = true;
    while (is_left) {
      bool moved = false;
      is_left = false;
      for (const auto& agent : agents_) {
        moved = agent->step() || moved;
        is_left = is_left || agent->acked() < agent->last();
      }
      if (!moved) transport::wait_readable({}, milliseconds(1));
      if (seconds_now() - start > kPatienceS) throw std::runtime_error("the hub does not take the documents");
    }
  }

  /// Postings per second from the first request to the last result that is durable.
  double drain(const FastSink& sink, std::uint64_t count) {
    restart("http://127.0.0.1:" + std::to_string(sink.port()) + "/postings");
    const double start = seconds_now();
    while (waiting() > 0) {
      if (seconds_now() - start > kPatienceS) throw std::runtime_error("the postings do not reach the sink");
      transport::wait_readable({}, milliseconds(5));
    }
    const double end = seconds_now();
    if (sink.taken() != count) throw std::runtime_error("the sink has taken " + std::to_string(sink.taken()) + " postings, not " + std::to_string(count));
    restart("");
    return static_cast<double>(count) / (end - sink.first_at());
  }

  int hub_pid() const { return static_cast<int>(herd_.stand.hub->pid()); }

 private:
  void restart(const std::string& url) {
    if (herd_.stand.hub->terminate() != 0) throw std::runtime_error("the hub did not end well");
    herd_.stand.hub_environment["TILLSYNC_HUB_ERP_URL"] = url;
    herd_.stand.start_hub();
  }
  std::int64_t waiting() { return herd_.stand.hub_get("/v1/connectors").at("items").at(0).at("waiting").get<std::int64_t>(); }

  static constexpr std::uint64_t kFirst = 1'000'000;
  HerdWorld herd_;
  std::vector<transport::CurveKeyPair> keys_;
  std::shared_ptr<transport::Context> context_ = transport::make_context();
  std::vector<std::unique_ptr<LightAgent>> agents_;
};

/// What libcurl does without a hub around it: the same bodies, as many in flight, each connection kept.
double bare(const FastSink& sink, const std::vector<std::string>& bodies) {
  CURLM* multi = curl_multi_init();
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/json");
  headers = curl_slist_append(headers, "Accept: application/json");
  headers = curl_slist_append(headers, "Expect:");
  const std::string url = "http://127.0.0.1:" + std::to_string(sink.port()) + "/postings";
  std::size_t next = 0, answered = 0;
  std::string ignored;
  const auto send = [&](CURL* handle) {
    const std::string& body = bodies[next++];
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_multi_add_handle(multi, handle);
  };
  std::vector<CURL*> handles;
  const double start = seconds_now();
  for (int i = 0; i < kInFlight; ++i) {
    CURL* handle = handles.emplace_back(curl_easy_init());
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &ignored);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t size, std::size_t count, void*) { return size * count; });
    send(handle);
  }
  while (answered < bodies.size()) {
    int running = 0, left = 0;
    curl_multi_perform(multi, &running);
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      CURL* handle = message->easy_handle;
      if (message->data.result != CURLE_OK) throw std::runtime_error(curl_easy_strerror(message->data.result));
      curl_multi_remove_handle(multi, handle);
      ++answered;
      if (next < bodies.size()) send(handle);
    }
    if (answered < bodies.size()) curl_multi_poll(multi, nullptr, 0, 100, nullptr);
  }
  const double took = seconds_now() - start;
  for (CURL* handle : handles) curl_easy_cleanup(handle);
  curl_slist_free_all(headers);
  curl_multi_cleanup(multi);
  return static_cast<double>(bodies.size()) / took;
}

/// What the script beside this program has measured with Tryton, "name value" a line.
std::map<std::string, double> others(const char* file) {
  std::map<std::string, double> found;
  std::ifstream lines(file);
  std::string name;
  for (double value = 0; lines >> name >> value;) found[name] = value;
  return found;
}

int run(int argc, char** argv) {
  auto tryton = argc > 1 ? others(argv[1]) : std::map<std::string, double>();
  const int rounds = argc > 2 ? std::atoi(argv[2]) : kRounds;
  const std::uint64_t count = kTills * kPerTill;
  Report report;
  World world;
  FastSink sink;
  std::vector<double> hub, loop;
  for (int round = 0; round < rounds; ++round) {
    world.fill();
    sink.reset();
    hub.push_back(world.drain(sink, count));
    const std::vector<std::string> bodies = sink.bodies();
    sink.reset();
    loop.push_back(bare(sink, bodies));
    report.row("round " + std::to_string(round + 1) + ": hub / bare libcurl loop", Report::number(hub.back()) + " / " + Report::number(loop.back()) + " postings/s");
  }
  report.row(std::to_string(count) + " postings from the hub's queue, durable, " + std::to_string(kInFlight) + " in flight (median)", Report::number(median(hub)) + " postings/s");
  report.row("the same bodies from a bare libcurl loop (median)", Report::number(median(loop)) + " postings/s");
  report.figure("postings_to_sink", median(hub), "postings/s", "reported");
  report.figure("libcurl_to_sink", median(loop), "requests/s", "reported");
  report.ratio("postings_vs_sink", median(hub) / median(loop), ">= 0.5");
  if (tryton.contains("tryton_batched") && tryton.contains("tryton_single")) {
    report.row("to Tryton, in batches of 50 / one by one", Report::number(tryton["tryton_batched"]) + " / " + Report::number(tryton["tryton_single"]) + " postings/s");
    report.figure("tryton_batched", tryton["tryton_batched"], "postings/s", "reported");
    report.figure("tryton_single", tryton["tryton_single"], "postings/s", "reported");
    report.ratio("tryton_batched_vs_single", tryton["tryton_batched"] / tryton["tryton_single"], ">= 3");
  } else {
    report.row("to Tryton", "not measured");
  }
  report.finish();
  return 0;
}

}  // namespace
}  // namespace tillsync::bench

int main(int argc, char** argv) {
  try {
    return tillsync::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "postings: " << error.what() << "\n";
    return 1;
  }
}
