// The edge benchmark: the built agent and hub, driven from outside as a POS drives them. Every ratio compares two things
// that were measured in turn in this same run. Source of the goals: the project's first issue, ARCHITECTURE section 8.
#include <sqlite3.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <zmq.hpp>

#include "tests/support/process.h"
#include "tests/bench/src/report.h"

namespace tillsync::bench {
using namespace tillsync::test;  // NOLINT: a program of one file
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kRounds = 5;
constexpr int kOneAtATimePerRound = 300;
constexpr int kInFlight = 64;
constexpr int kInFlightPerRound = 6'000;
constexpr int kSkus = 1'000;
constexpr int kDocumentsFew = 10'000;
constexpr int kDocumentsMany = 100'000;
constexpr double kWaitMaxS = 60;

std::string sale(long number) {
  char text[700];
  std::snprintf(text, sizeof text,
                R"({"contract":"sale/1","till":"B-1","document_no":"%ld","business_date":"2010-12-01","occurred_at":"2010-12-01T08:26:00Z",)"
                R"("currency":"GBP","prices_include_tax":false,"lines":[{"line_no":1,"kind":"goods","sku":"SKU%04ld","qty":"6","unit_price":"2.55",)"
                R"("amount":"15.30","tax_codes":["S"]}],"tax_summary":[{"code":"S","rate":"0.175","base":"15.30","amount":"2.68"}],)"
                R"("tenders":[{"tender_no":1,"type":"card","amount":"17.98"}],"totals":{"net":"15.30","tax":"2.68","gross":"17.98"}})",
                number, number % kSkus);
  return text;
}

class Database {
 public:
  Database(const std::string& path, int flags) {
    if (sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) != SQLITE_OK) throw std::runtime_error("cannot open " + path);
    sqlite3_busy_timeout(handle_, 5000);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(handle_); }
  void execute(const char* statement) {
    if (sqlite3_exec(handle_, statement, nullptr, nullptr, nullptr) != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(handle_));
  }
  long number(const char* query) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, query, -1, &statement, nullptr) != SQLITE_OK) return -1;
    const long value = sqlite3_step(statement) == SQLITE_ROW ? static_cast<long>(sqlite3_column_int64(statement, 0)) : -1;
    sqlite3_finalize(statement);
    return value;
  }
  sqlite3* handle() { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

/// What a sale costs without Tillsync: one INSERT of the same bytes, WAL, synchronous=FULL.
class BareInsert {
 public:
  explicit BareInsert(const std::string& path) : database_(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
    database_.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row(seq INTEGER PRIMARY KEY, payload BLOB) STRICT;");
    sqlite3_prepare_v2(database_.handle(), "INSERT INTO row(payload) VALUES (?1)", -1, &statement_, nullptr);
  }
  BareInsert(const BareInsert&) = delete;
  BareInsert& operator=(const BareInsert&) = delete;
  ~BareInsert() { sqlite3_finalize(statement_); }
  void insert(const std::string& payload) {
    sqlite3_bind_blob(statement_, 1, payload.data(), static_cast<int>(payload.size()), SQLITE_STATIC);
    if (sqlite3_step(statement_) != SQLITE_DONE) throw std::runtime_error("bare insert failed");
    sqlite3_reset(statement_);
  }

 private:
  Database database_;
  sqlite3_stmt* statement_ = nullptr;
};

class Door {
 public:
  explicit Door(const std::string& endpoint) : socket_(context_, zmq::socket_type::dealer) {
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvtimeo, 10'000);
    socket_.set(zmq::sockopt::sndhwm, 100'000);
    socket_.connect(endpoint);
  }
  void send(const std::string& document) { socket_.send(zmq::buffer(document), zmq::send_flags::none); }
  void receive() {
    zmq::message_t answer;
    if (!socket_.recv(answer)) throw std::runtime_error("the door did not answer");
    const std::string_view text(static_cast<const char*>(answer.data()), answer.size());
    if (text.find("accepted") == std::string_view::npos) throw std::runtime_error("refused: " + std::string(text));
  }

 private:
  zmq::context_t context_{1};
  zmq::socket_t socket_;
};

/// A door that does nothing: the same sockets in one process, answered by a thread of its own. What ZeroMQ costs by itself.
class Echo {
 public:
  explicit Echo(const std::string& endpoint) : router_(context_, zmq::socket_type::router) {
    router_.set(zmq::sockopt::rcvtimeo, 200);
    router_.bind(endpoint);
    thread_ = std::thread([this] {
      zmq::message_t peer;
      zmq::message_t frame;
      while (!stopping_) {
        if (!router_.recv(peer)) continue;
        if (!router_.recv(frame)) continue;
        router_.send(peer, zmq::send_flags::sndmore);
        router_.send(zmq::str_buffer("{\"status\":\"accepted\"}"), zmq::send_flags::none);
      }
    });
  }
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  ~Echo() {
    stopping_ = true;
    thread_.join();
  }

 private:
  zmq::context_t context_{1};
  zmq::socket_t router_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

class HttpDoor {
 public:
  explicit HttpDoor(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)), port_(port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("no HTTP door");
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  HttpDoor(const HttpDoor&) = delete;
  HttpDoor& operator=(const HttpDoor&) = delete;
  ~HttpDoor() { ::close(descriptor_); }
  void post(const std::string& document) {
    const std::string request = "POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                                "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(document.size()) + "\r\n\r\n" + document;
    if (::send(descriptor_, request.data(), request.size(), 0) != static_cast<ssize_t>(request.size())) throw std::runtime_error("HTTP send failed");
    std::string answer;
    char buffer[4096];
    while (true) {
      const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
      if (got <= 0) throw std::runtime_error("HTTP door closed");
      answer.append(buffer, static_cast<std::size_t>(got));
      const auto head = answer.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      const auto length_at = answer.find("Content-Length: ");
      if (length_at == std::string::npos) throw std::runtime_error("no length: " + answer);
      if (answer.size() >= head + 4 + static_cast<std::size_t>(std::atol(answer.c_str() + length_at + 16))) break;
    }
    if (!answer.starts_with("HTTP/1.1 201")) throw std::runtime_error("refused: " + answer);
  }

 private:
  int descriptor_;
  std::uint16_t port_;
};

/// Posts `count` documents from number `first` on with `in_flight` unanswered at a time; returns the seconds it took.
double flood(Door& door, long first, int count, int in_flight) {
  const double start = seconds_now();
  int sent = 0;
  for (; sent < std::min(in_flight, count); ++sent) door.send(sale(first + sent));
  for (int answered = 0; answered < count; ++answered) {
    door.receive();
    if (sent < count) door.send(sale(first + sent++));
  }
  return seconds_now() - start;
}

template <class Condition>
double wait_for(const std::string& what, double timeout_s, double pause_s, Condition condition) {
  const double start = seconds_now();
  while (!condition()) {
    if (seconds_now() - start > timeout_s) throw std::runtime_error("waited in vain for " + what);
    std::this_thread::sleep_for(std::chrono::duration<double>(pause_s));
  }
  return seconds_now();
}

struct Stand {
  fs::path folder;
  std::string bin;
  std::uint16_t sync_port = free_port(), http_port = free_port(), pos_port = free_port();
  std::string hub_config, hub_database, agent_config, pos_endpoint;
  std::map<std::string, std::string> hub_environment, agent_environment;

  std::unique_ptr<Process> hub() const {
    return std::make_unique<Process>(std::vector<std::string>{bin + "/tillsync-hub", "run", "--config", hub_config}, hub_environment,
                                     (folder / "hub.log").string());
  }
  std::unique_ptr<Process> agent() const {
    return std::make_unique<Process>(std::vector<std::string>{bin + "/tillsync-agent", "run", "--config", agent_config}, agent_environment,
                                     (folder / "agent.log").string());
  }
};

/// A hub with one location, its products, and one enrolled agent; both stopped.
Stand prepare(const fs::path& folder, const std::string& bin) {
  Stand stand;
  stand.folder = folder;
  stand.bin = bin;
  const std::string hub_data = (folder / "hub").string();
  const auto init = json::parse(run({bin + "/tillsync-hub", "init", "--data", hub_data, "--json"}));
  stand.hub_config = init.at("config");
  stand.hub_database = hub_data + "/hub.db";
  stand.hub_environment = {{"TILLSYNC_HUB_LISTEN_SYNC", "tcp://127.0.0.1:" + std::to_string(stand.sync_port)},
                           {"TILLSYNC_HUB_LISTEN_HTTP", "127.0.0.1:" + std::to_string(stand.http_port)},
                           {"TILLSYNC_HUB_ERP_URL", ""}};
  const auto hub = stand.hub();
  wait_for("the hub", kWaitMaxS, 0.02, [&] { return accepts(stand.http_port) && accepts(stand.sync_port); });
  const std::map<std::string, std::string> ctl_environment = {{"TILLSYNC_HUB_URL", "http://127.0.0.1:" + std::to_string(stand.http_port)},
                                                              {"TILLSYNC_TOKEN", init.at("admin_token")}};
  const std::string ctl = bin + "/tillsyncctl";
  run({ctl, "location", "put", "B", "--name", "Bench"}, ctl_environment);
  json products = json::array();
  for (int i = 0; i < kSkus; ++i) {
    char sku[16];
    std::snprintf(sku, sizeof sku, "SKU%04d", i);
    products.push_back({{"sku", sku}, {"description", "Bench"}, {"kind", "goods"}});
  }
  std::ofstream(folder / "products.json") << products.dump();
  run({ctl, "products", "put", (folder / "products.json").string()}, ctl_environment);
  const auto token = json::parse(run({ctl, "enrolment-token", "create", "--location", "B", "--json"}, ctl_environment));
  const std::string agent_data = (folder / "agent").string();
  run({bin + "/tillsync-agent", "enroll", "--hub", "tcp://127.0.0.1:" + std::to_string(stand.sync_port), "--hub-key", init.at("public_key"), "--token",
       token.at("token"), "--data", agent_data});
  stand.agent_config = agent_data + "/agent.toml";
  stand.pos_endpoint = "ipc://" + (folder / "pos.sock").string();
  stand.agent_environment = {{"TILLSYNC_AGENT_POS_HTTP", "127.0.0.1:" + std::to_string(stand.pos_port)},
                             {"TILLSYNC_AGENT_POS_ZMQ", stand.pos_endpoint}};
  return stand;
}

void measure(const fs::path& folder, const std::string& bin) {
  Report report;
  std::printf("edge: %s\n", folder.c_str());
  const Stand stand = prepare(folder, bin);
  long next = 1;

  auto agent = stand.agent();
  wait_for("the agent's door", kWaitMaxS, 0.02, [&] { return accepts(stand.pos_port); });
  BareInsert bare((folder / "bare.db").string());
  {
    Door door(stand.pos_endpoint);
    HttpDoor http(stand.pos_port);
    const std::string echo_endpoint = "ipc://" + (folder / "echo.sock").string();
    const Echo echo(echo_endpoint);
    Door echo_door(echo_endpoint);
    flood(echo_door, 1, 50, 1);
    std::vector<double> echo_rates, floor_ratios;
    std::vector<double> bare_rates, one_rates, http_rates, flight_rates, one_ratios, flight_ratios, latencies;
    for (int i = 0; i < 50; ++i) flood(door, next++, 1, 1);  // both sides warm
    for (int round = 0; round < kRounds; ++round) {
      double start = seconds_now();
      for (int i = 0; i < kOneAtATimePerRound; ++i) bare.insert(sale(next + i));
      const double bare_rate = kOneAtATimePerRound / (seconds_now() - start);
      start = seconds_now();
      for (int i = 0; i < kOneAtATimePerRound; ++i) {
        const double before = seconds_now();
        flood(door, next++, 1, 1);
        latencies.push_back((seconds_now() - before) * 1e6);
      }
      const double one_rate = kOneAtATimePerRound / (seconds_now() - start);
      start = seconds_now();
      for (int i = 0; i < kOneAtATimePerRound; ++i) http.post(sale(next++));
      http_rates.push_back(kOneAtATimePerRound / (seconds_now() - start));
      const double echo_rate = kOneAtATimePerRound / flood(echo_door, next, kOneAtATimePerRound, 1);
      echo_rates.push_back(echo_rate);
      floor_ratios.push_back(one_rate * (1 / bare_rate + 1 / echo_rate));
      const double flight_rate = kInFlightPerRound / flood(door, next, kInFlightPerRound, kInFlight);
      next += kInFlightPerRound;
      bare_rates.push_back(bare_rate);
      one_rates.push_back(one_rate);
      flight_rates.push_back(flight_rate);
      one_ratios.push_back(one_rate / bare_rate);
      flight_ratios.push_back(flight_rate / one_rate);
    }
    report.row("bare SQLite INSERT, synchronous=FULL, one at a time", Report::number(median(bare_rates)) + " rows/s");
    report.row("bare ZeroMQ echo over ipc, one at a time", Report::number(median(echo_rates)) + " round trips/s");
    report.row("sale acknowledged at the ipc door, one at a time",
               Report::number(median(one_rates)) + " acks/s, p50 " + Report::number(median(latencies)) + " us, p99 " +
                   Report::number(percentile(latencies, 0.99)) + " us");
    report.row("sale acknowledged at the HTTP door, one at a time", Report::number(median(http_rates)) + " acks/s");
    report.row("64 in flight at the ipc door", Report::number(median(flight_rates)) + " acks/s");
    report.ratio("ack_one_vs_sqlite", median(one_ratios), ">= 0.75");
    // 1 would mean that reading, checking, hashing and the queue's own tables cost nothing beside the disk and ZeroMQ.
    report.ratio("ack_one_vs_sqlite_and_echo", median(floor_ratios), "reported");
    report.ratio("ack_http_vs_sqlite", median(http_rates) / median(bare_rates), "reported");
    report.ratio("ack_64_vs_one", median(flight_ratios), ">= 20");
  }
  agent->terminate();

  // Memory: a fresh agent on an empty outbox, filled by the door, hub away.
  const fs::path outbox = folder / "agent" / "agent.db";
  for (const char* suffix : {"", "-wal", "-shm", ".made"}) fs::remove(outbox.string() + suffix);
  agent = stand.agent();
  wait_for("the agent's door", kWaitMaxS, 0.02, [&] { return accepts(stand.pos_port); });
  const double idle_mib = static_cast<double>(agent->resident_kib()) / 1024;
  double few_mib = 0;
  double many_mib = 0;
  {
    Door door(stand.pos_endpoint);
    flood(door, 1, kDocumentsFew, kInFlight);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    few_mib = static_cast<double>(agent->resident_kib()) / 1024;
    flood(door, kDocumentsFew + 1, kDocumentsMany - kDocumentsFew, kInFlight);
    std::this_thread::sleep_for(std::chrono::seconds(1));
    many_mib = static_cast<double>(agent->resident_kib()) / 1024;
  }
  report.row("agent's resident memory, idle / 10,000 / 100,000 waiting",
             Report::number(idle_mib) + " / " + Report::number(few_mib) + " / " + Report::number(many_mib) + " MiB");
  report.figure("agent_rss_100k", many_mib, "MiB", "<= 16");
  report.ratio("agent_rss_100k_vs_10k", many_mib / few_mib, "<= 1.1");

  // Drain: the hub comes up, the agent has been refused until now.
  auto hub = stand.hub();
  const double up = wait_for("the hub's sync port", kWaitMaxS, 0.002, [&] { return accepts(stand.sync_port); });
  Database ledger(stand.hub_database, SQLITE_OPEN_READONLY);
  const double first = wait_for("the first document", kWaitMaxS, 0.002, [&] { return ledger.number("SELECT max(event_no) FROM event") > 0; });
  const double last = wait_for("the last document", kWaitMaxS, 0.005,
                               [&] { return ledger.number("SELECT max(event_no) FROM event") >= kDocumentsMany; });
  const long postings = ledger.number("SELECT count(*) FROM posting");
  const long entries = ledger.number("SELECT count(*) FROM stock_entry");
  if (postings != kDocumentsMany || entries != kDocumentsMany)
    throw std::runtime_error("the ledger is not whole: " + std::to_string(postings) + " postings, " + std::to_string(entries) + " stock entries");
  report.row("drain of 100,000 sales, from link up to the last commit", Report::number(last - up) + " s");
  report.row("hub's resident memory after the drain", Report::number(static_cast<double>(hub->resident_kib()) / 1024) + " MiB");
  report.figure("drain_100k", last - up, "s", "<= 2.5 on a quiet machine");
  report.row("link up to first document durable, with 100,000 waiting", Report::number(first - up) + " s");

  // Link up with an almost empty outbox, several times.
  std::vector<double> link_up;
  for (int round = 0; round < kRounds; ++round) {
    hub->terminate();
    hub = nullptr;
    std::this_thread::sleep_for(std::chrono::milliseconds(1'300));  // the agent is refused a few times
    Door door(stand.pos_endpoint);
    const long before = ledger.number("SELECT max(event_no) FROM event");
    flood(door, kDocumentsMany + 1 + round, 1, 1);
    hub = stand.hub();
    const double started = wait_for("the hub's sync port", kWaitMaxS, 0.001, [&] { return accepts(stand.sync_port); });
    link_up.push_back(wait_for("the document", kWaitMaxS, 0.001, [&] { return ledger.number("SELECT max(event_no) FROM event") > before; }) - started);
  }
  report.row("link up (after refused) to first document durable, worst of 5", Report::number(percentile(link_up, 1.0)) + " s");
  report.figure("link_up_to_durable", percentile(link_up, 1.0), "s", "<= 1");
  report.finish();
}

}  // namespace
}  // namespace tillsync::bench

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tillsync-bench-edge FOLDER BIN   (run tests/bench/edge)\n");
    return 2;
  }
  try {
    tillsync::bench::measure(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "edge: %s\nlogs are in %s\n", error.what(), argv[1]);
    return 1;
  }
  return 0;
}
