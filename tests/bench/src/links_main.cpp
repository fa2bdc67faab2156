// The links benchmark: the built agent and hub over lines that are slow, far, dead for a while, or come and go, by the relay of
// tests/support. Times are of the wall clock: a line of 50 kbit/s takes what it takes.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <zmq.hpp>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/transport/socket.h"
#include "common/wire/messages.h"
#include "tests/bench/src/herd.h"
#include "tests/bench/src/report.h"
#include "tests/support/link_relay.h"
#include "tests/support/stand.h"

namespace tillsync::bench {
using namespace tillsync::test;  // NOLINT: a program of one file
namespace {

using nlohmann::json;

constexpr LinkShape kThinLine{50'000.0 / 8, 0.3};  // 50 kbit/s, 600 ms round trip
constexpr LinkShape kNearLine{0, 0.025};           // 50 ms round trip
constexpr LinkShape kFlappingLine{200'000.0 / 8, 0.025};  // so slow that the backlog needs several ups
constexpr int kWaiting = 10'000;
constexpr double kSampleS = 5;
constexpr double kAskEveryS = 0.5;
constexpr double kBlackHoleS = 30;
constexpr double kFlapS = 3;
constexpr double kDrainMaxS = 900;

std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string text;
  file >> text;
  return text;
}

/// A second store's agent on the same line that only asks: its own key, an empty outbox, one status at a time.
class Asker {
 public:
  Asker(const Stand& stand, const std::string& location, const std::string& endpoint) {
    const auto folder = stand.folder / ("agent-" + location) / "keys";
    const transport::CurveKeyPair keys{file_text(folder / "agent.public"), file_text(folder / "agent.secret")};
    boot_ = random_fixed<BootId>();
    const auto connect = [&] {
      auto socket = transport::DealerSocket::connect_curve(context_, endpoint, keys, stand.hub_key, 8'000'000);
      if (!socket) throw std::runtime_error(to_string(socket.error()));
      return std::move(*socket);
    };
    data_ = connect();
    control_ = connect();
  }
  /// Opens the session; throws when that takes more than 60 s.
  void open() {
    wire::Hello hello;
    hello.version = "bench";
    hello.boot = boot_;
    hello.hello_no = 1;
    hello.epoch = random_fixed<EpochId>();
    hello.now = os::now();
    say(*data_, hello);
    if (!hear<wire::Welcome>(*data_, 60)) throw std::runtime_error("the asker was not welcomed");
    say(*control_, wire::Attach{"bench", boot_});
  }
  /// Seconds from a status to its answer.
  double ask() {
    const double start = seconds_now();
    wire::Status status;
    status.boot = boot_;
    status.now = os::now();
    status.version = "bench";
    say(*control_, status);
    if (!hear<wire::Credit>(*control_, 60)) throw std::runtime_error("a status was not answered within 60 s");
    return seconds_now() - start;
  }

 private:
  void say(transport::DealerSocket& socket, const wire::Message& message) {
    const Bytes frame = wire::encode(message);
    const double end = seconds_now() + 60;
    while (socket.send(frame) != transport::SendStatus::kSent) {
      if (seconds_now() > end) throw std::runtime_error("no link for the asker");
      transport::wait_readable({socket.descriptor()}, milliseconds(10));
    }
  }
  template <class Wanted>
  bool hear(transport::DealerSocket& socket, double patience_s) {
    const double end = seconds_now() + patience_s;
    while (seconds_now() < end) {
      if (const auto frame = socket.receive()) {
        const auto message = wire::decode(*frame);
        if (message && std::holds_alternative<Wanted>(*message)) return true;
        if (message && std::holds_alternative<wire::Fault>(*message)) throw std::runtime_error("the hub says: " + std::get<wire::Fault>(*message).text);
        continue;
      }
      if (!socket.has_work()) transport::wait_readable({socket.descriptor()}, milliseconds(5));
    }
    return false;
  }

  std::shared_ptr<transport::Context> context_ = transport::make_context();
  std::unique_ptr<transport::DealerSocket> data_, control_;
  BootId boot_;
};

struct World {
  Stand stand{"links"};
  LinkRelay relay{stand.sync_port, kNearLine};
  long sold = 0;

  World() {
    stand.hub_environment["TILLSYNC_HUB_ERP_URL"] = "";
    stand.start_hub();
    stand.enrol("GB");
    stand.enrol("ASK");
    stand.put_products({"85123A"});
    relay.set_up(false);
    stand.start_agent("GB", {{"TILLSYNC_AGENT_HUB_ENDPOINTS", endpoint()}});
  }
  std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(relay.port()); }
  void sell(int count) {
    constexpr int kPerRequest = 500;
    while (count > 0) {
      const int now = std::min(count, kPerRequest);
      std::string list = "[";
      for (int i = 0; i < now; ++i) list += (i > 0 ? "," : "") + smallest_sale("GB-1", std::to_string(++sold));
      const auto answer = stand.post("GB", list + "]");
      if (answer.status != 200) throw std::runtime_error("the door answered " + std::to_string(answer.status));
      count -= now;
    }
  }
  long at_hub() { return static_cast<long>(stand.metric("tillsync_documents_total")); }
  json status() { return json::parse(http("GET", "http://127.0.0.1:" + std::to_string(stand.pos_ports.at("GB")) + "/v1/status").body); }
  long waiting() { return status().at("waiting").get<long>(); }
};

void wait(const char* what, double patience_s, const std::function<bool()>& done) { wait_until(what, done, patience_s, 0.02); }

void thin_line(Report& report) {
  World world;
  world.sell(kWaiting);
  world.relay.set_shape(kThinLine);
  Asker asker(world.stand, "ASK", world.endpoint());
  world.relay.set_up(true);
  const double start = seconds_now();
  asker.open();
  const auto before = world.relay.counters();
  std::vector<double> answers;
  int stalls = 0;
  long last_waiting = world.waiting();
  double sampled = seconds_now();
  while (world.waiting() > 0) {
    if (seconds_now() - start > kDrainMaxS) throw std::runtime_error("the backlog does not drain");
    const double asked = seconds_now();
    answers.push_back(asker.ask());
    if (seconds_now() - sampled >= kSampleS) {
      const long now_waiting = world.waiting();
      stalls += now_waiting >= last_waiting && now_waiting > 0 ? 1 : 0;
      last_waiting = now_waiting;
      sampled = seconds_now();
    }
    const double rest = kAskEveryS - (seconds_now() - asked);
    if (rest > 0) transport::wait_readable({}, milliseconds(static_cast<std::int64_t>(rest * 1'000)));
  }
  const double drained = seconds_now() - start;
  const auto after = world.relay.counters();
  const double up = static_cast<double>(after.bytes_up - before.bytes_up);
  const double plain = static_cast<double>(smallest_sale("GB-1", "10000").size()) * kWaiting;
  report.row("50 kbit/s, 600 ms: 10,000 sales drained in", Report::number(drained) + " s; " + Report::number(up / 1'000) + " kB went up for " +
                                                             Report::number(plain / 1'000) + " kB of JSON");
  report.row("  samples of 5 s in which the backlog did not shrink", std::to_string(stalls));
  report.row("  a status is answered in", "p50 " + Report::number(percentile(answers, 0.5)) + " s, worst " + Report::number(percentile(answers, 1)) + " s, " +
                                            std::to_string(answers.size()) + " asked");
  report.figure("thin_drain", drained, "s", "reported");
  report.figure("thin_link_use", up / (kThinLine.bytes_per_s * drained), "of the line's rate", ">= 0.85");
  report.figure("thin_stalls", stalls, "samples", "0: the backlog shrinks steadily");
  report.figure("thin_connections", static_cast<double>(after.connections), "connections", "4: two of the agent, two of the asker; none needless");
  report.figure("thin_request_p99", percentile(answers, 0.99), "s", "<= 2.5");
}

void command(const std::string& text) {
  if (std::system(text.c_str()) != 0) throw std::runtime_error("cannot be done here: " + text);
}

/// The same line made by the kernel, in a network of its own (tests/bench/links makes it): the rate by tbf in each direction, the delay by
/// the relay, and with `loss` every twentieth packet lost.
void kernel_line(Report& report, bool loss) {
  World world;
  world.sell(kWaiting);
  world.relay.set_shape({0, kThinLine.one_way_s});
  Asker asker(world.stand, "ASK", world.endpoint());
  const std::string port = std::to_string(world.relay.port());
  command("tc qdisc add dev lo root handle 1: htb default 30 2>/dev/null");
  command("tc class add dev lo parent 1: classid 1:30 htb rate 10gbit quantum 60000");
  command("nft add table inet tillsync && nft 'add chain inet tillsync out { type filter hook output priority 0; }'");
  for (const auto& [band, match] : {std::pair{"40", "dport "}, {"50", "sport "}}) {
    command(std::string("tc class add dev lo parent 1: classid 1:") + band + " htb rate 10gbit quantum 60000");
    command(std::string("tc qdisc add dev lo parent 1:") + band + " handle " + band + ": tbf rate 50kbit burst 4kb limit 8kb");
    if (loss) command("nft add rule inet tillsync out tcp " + std::string(match) + port + " numgen random mod 20 == 0 drop");
    command("nft add rule inet tillsync out tcp " + std::string(match) + port + " meta priority set 1:" + band);
  }
  world.relay.set_up(true);
  const double start = seconds_now();
  asker.open();
  std::vector<double> answers;
  while (world.waiting() > 0) {
    if (seconds_now() - start > kDrainMaxS) throw std::runtime_error("the backlog does not drain");
    const double asked = seconds_now();
    answers.push_back(asker.ask());
    const double rest = kAskEveryS - (seconds_now() - asked);
    if (rest > 0) transport::wait_readable({}, milliseconds(static_cast<std::int64_t>(rest * 1'000)));
  }
  const double drained = seconds_now() - start;
  command("tc qdisc del dev lo root && nft delete table inet tillsync");
  const auto counters = world.relay.counters();
  const std::string name = loss ? "lossy" : "kernel";
  report.row(std::string("the same line by the kernel's tbf") + (loss ? ", 5 % of the packets lost" : ""),
             Report::number(drained) + " s; a status p50 " + Report::number(percentile(answers, 0.5)) + " s, p99 " + Report::number(percentile(answers, 0.99)) + " s, " +
                 std::to_string(counters.connections) + " connections");
  report.figure(name + "_drain", drained, "s", "reported");
  report.figure(name + "_request_p99", percentile(answers, 0.99), "s", "reported");
  report.figure(name + "_connections", static_cast<double>(counters.connections), "connections", "4: none needless");
}

void black_hole(Report& report) {
  World world;
  world.relay.set_up(true);
  world.sell(1);
  wait("the first sale", 60, [&] { return world.at_hub() == 1; });
  world.relay.set_black_hole(true);
  const double gone = seconds_now();
  world.sell(20);
  while (seconds_now() - gone < kBlackHoleS) transport::wait_readable({}, milliseconds(50));
  world.relay.set_black_hole(false);
  const double back = seconds_now();
  wait("the first sale behind the black hole", 120, [&] { return world.at_hub() > 1; });
  const double first = seconds_now() - back;
  wait("all sales", 120, [&] { return world.at_hub() == world.sold; });
  report.row("a black hole of 30 s at 50 ms: line back to first document durable", Report::number(first) + " s, all " + Report::number(seconds_now() - back) + " s");
  report.figure("black_hole_to_durable", first, "s", "<= 3");
}

void flapping(Report& report) {
  World world;
  world.sell(kWaiting);
  world.relay.set_shape(kFlappingLine);
  const double start = seconds_now();
  int flaps = 0;
  bool up = false;
  double next = start;
  while (world.at_hub() < world.sold) {
    if (seconds_now() - start > kDrainMaxS) throw std::runtime_error("the backlog does not drain over a line that flaps");
    if (seconds_now() >= next) {
      up = !up;
      flaps += up ? 0 : 1;
      world.relay.set_up(up);
      if (up) world.sell(100);
      next += kFlapS;
    }
    transport::wait_readable({}, milliseconds(20));
  }
  report.row("up 3 s, down 3 s, 200 kbit/s at 50 ms: 10,000 sales and 100 more at each return", Report::number(seconds_now() - start) + " s, " + std::to_string(flaps) + " cuts");
  report.figure("flapping_drain", seconds_now() - start, "s", "reported");
}

}  // namespace
}  // namespace tillsync::bench

int main(int argc, char** argv) {
  using namespace tillsync::bench;  // NOLINT: main of one file
  const std::string only = argc > 1 ? argv[1] : "";
  try {
    Report report;
    std::printf("links: agent and hub over a relay on loopback\n");
    if (only.empty() || only == "thin") thin_line(report);
    if (only.empty() || only == "hole") black_hole(report);
    if (only.empty() || only == "flap") flapping(report);
    if (only == "kernel") {
      kernel_line(report, false);
      kernel_line(report, true);
    }
    if (only.empty() || only == "herd") thundering_herd(report);
    if (only.empty() || only == "weeks") dark_for_weeks(report);
    report.finish();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "links: %s\n", error.what());
    return 1;
  }
  return 0;
}
