// Disks that are full, read-only or damaged, under the built programs: nothing that was acknowledged is lost, nothing is twice, and
// the way out is told. Small file systems in memory stand in for disks; where they cannot be mounted, those tests say so.
#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

/// A file system in memory of so many bytes, mounted on a folder until the end of its scope.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path folder, const std::string& size) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, ("size=" + size + ",mode=0750").c_str()) == 0;
    if (!mounted_) WARN("skipped: no file system can be mounted here (" << std::strerror(errno) << "); run as root");
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  explicit operator bool() const { return mounted_; }
  /// Leaves so many bytes.
  void fill(std::uintmax_t left) {
    const auto free = std::filesystem::space(folder_).available;
    if (free <= left) return;
    std::ofstream file(folder_ / "ballast", std::ios::binary | std::ios::app);
    const std::string block(4'096, 'b');
    for (std::uintmax_t written = 0; written + block.size() <= free - left; written += block.size()) file << block;
  }
  void empty() { std::filesystem::remove(folder_ / "ballast"); }
  bool set_read_only(bool on) { return ::mount("", folder_.c_str(), "", on ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT, "") == 0; }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

long events_at_hub(Stand& stand) {
  long count = 0;
  std::string after;
  do {
    const auto page = stand.hub_get("/v1/events?limit=200" + (after.empty() ? "" : "&after=" + after));
    count += static_cast<long>(page.at("items").size());
    after = page.at("next").is_string() ? page.at("next").get<std::string>() : "";
  } while (!after.empty());
  return count;
}

std::string padded_sale(int number) {
  auto sale = json::parse(smallest_sale("GB-1", std::to_string(number)));
  sale["operator"] = std::string(40, 'o');
  sale["note"] = std::string(6'000, 'n');  // an unknown field: kept, and fills the disk
  return sale.dump();
}

/// Runs a command to its end; its exit code and what it printed.
std::pair<int, std::string> outcome_of(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4'096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
  const int status = ::pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

std::string agent_command(Stand& stand, const std::string& command) {
  return bin_folder() + "/tillsync-agent " + command + " --config " + (stand.folder / "agent-GB" / "agent.toml").string();
}

}  // namespace

TEST_CASE("a full disk at the store refuses with 507, keeps what it has, and goes on when there is room", "[integration]") {
  Stand stand("full");
  const std::filesystem::path folder = stand.folder / "agent-GB";
  SmallDisk disk(folder, "24m");
  if (!disk) return;
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB");
  stand.kill(stand.hub);  // so that documents wait
  int accepted = 0, refused = 0;
  disk.fill(400'000);
  for (int number = 1; number <= 200; ++number) {
    const auto answer = stand.post("GB", padded_sale(number));
    if (answer.status == 201) ++accepted;
    if (answer.status == 507) ++refused;
    CHECK((answer.status == 201 || answer.status == 507));
  }
  CHECK(accepted > 0);
  CHECK(refused > 0);
  CHECK(json::parse(stand.post("GB", padded_sale(999)).body).at("type") == "urn:tillsync:problem:disk_full");
  disk.empty();
  for (int number = 1; number <= 200; ++number) {
    const int status = stand.post("GB", padded_sale(number)).status;
    CHECK((status == 201 || status == 200));
  }
  stand.start_hub();
  wait_until("all at the hub, once", [&] { return events_at_hub(stand) == 200; });
}

TEST_CASE("a full disk at the hub makes it not ready; the store keeps what waits, and all arrives when there is room", "[integration]") {
  Stand stand("hubfull");
  SmallDisk disk(stand.folder / "hub", "32m");
  if (!disk) return;
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB");
  disk.fill(200'000);
  constexpr int kDocuments = 300;
  for (int number = 1; number <= kDocuments; ++number) REQUIRE(stand.post("GB", padded_sale(number)).status == 201);
  const auto is_ready = [&] { return http("GET", "http://127.0.0.1:" + std::to_string(stand.hub_port) + "/readyz").status; };
  wait_until("the hub to say that it is not ready", [&] { return is_ready() == 503; });
  CHECK(http("GET", "http://127.0.0.1:" + std::to_string(stand.hub_port) + "/healthz").status == 200);
  disk.empty();
  wait_until("all at the hub, once", [&] { return events_at_hub(stand) == kDocuments; }, 120);
  CHECK(is_ready() == 200);
}

TEST_CASE("a disk that is read-only for a while takes nothing and loses nothing", "[integration]") {
  Stand stand("readonly");
  SmallDisk disk(stand.folder / "agent-GB", "24m");
  if (!disk) return;
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB");
  REQUIRE(stand.post("GB", smallest_sale("GB-1", "1")).status == 201);
  // The kernel refuses while files are open for writing, as it does on a real error; a forced remount is what a failing disk gets.
  if (!disk.set_read_only(true)) {
    stand.kill(stand.agents.at("GB"));
    REQUIRE(disk.set_read_only(true));
    const auto [code, text] = outcome_of("timeout 20 " + agent_command(stand, "run"));
    CHECK(code == 1);
    CHECK(text.find("ead-only") != std::string::npos);
    CHECK(outcome_of(agent_command(stand, "doctor")).first == 1);
    REQUIRE(disk.set_read_only(false));
    stand.start_agent("GB");
  } else {
    CHECK(stand.post("GB", smallest_sale("GB-1", "2")).status >= 500);
    REQUIRE(disk.set_read_only(false));
  }
  CHECK(stand.post("GB", smallest_sale("GB-1", "2")).status == 201);
  wait_until("both at the hub", [&] { return events_at_hub(stand) == 2; });
}

TEST_CASE("a damaged agent database is named by doctor, put aside, and what can be read of it arrives once", "[integration]") {
  Stand stand("damaged");
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB");
  constexpr int kDocuments = 300;
  for (int number = 1; number <= kDocuments / 2; ++number) REQUIRE(stand.post("GB", padded_sale(number)).status == 201);
  wait_until("the first half at the hub", [&] { return events_at_hub(stand) == kDocuments / 2; });
  stand.kill(stand.hub);
  for (int number = kDocuments / 2 + 1; number <= kDocuments; ++number) REQUIRE(stand.post("GB", padded_sale(number)).status == 201);
  CHECK(stand.agents.at("GB")->terminate() == 0);
  stand.agents.erase("GB");

  const std::filesystem::path database = stand.folder / "agent-GB" / "agent.db";
  const auto size = std::filesystem::file_size(database);
  long unreadable = 0;
  SECTION("flipped bytes") {
    std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 4 / 4'096 * 4'096));  // among what the hub has already
    file << std::string(2 * 4'096, '\x5a');
  }
  SECTION("cut short") { std::filesystem::resize_file(database, size - 10 * 4'096); }
  SECTION("gone") {
    std::filesystem::rename(database, stand.folder / "elsewhere.db");
    const auto [code, text] = outcome_of("timeout 20 " + agent_command(stand, "run"));
    CHECK(code == 1);
    CHECK(text.find("documents may wait in it") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(database));
    std::filesystem::rename(stand.folder / "elsewhere.db", database);  // put back, as it says
    stand.start_hub();
    stand.start_agent("GB");
    wait_until("all at the hub, once", [&] { return events_at_hub(stand) == kDocuments; });
    return;
  }
  const auto [doctor, finding] = outcome_of(agent_command(stand, "doctor"));
  CHECK(doctor == 1);
  CHECK(finding.find("doctor --recover") != std::string::npos);
  const auto [recovered, report] = outcome_of(agent_command(stand, "doctor --recover"));
  INFO(report);
  REQUIRE(recovered == 0);
  CHECK(std::filesystem::exists(stand.folder / "agent-GB" / "quarantine"));
  if (const auto at = report.find(" could not be read"); at != std::string::npos)
    unreadable = std::stol(report.substr(report.rfind('\n', at) + 1));
  const long saved = std::stol(report);
  CHECK(saved + unreadable >= kDocuments - 20);
  CHECK(outcome_of(agent_command(stand, "doctor --recover")).first == 1);  // there is nothing more to mend

  stand.start_hub();
  stand.start_agent("GB");
  const auto waits = [&] { return json::parse(http("GET", "http://127.0.0.1:" + std::to_string(stand.pos_ports.at("GB")) + "/v1/status").body).at("waiting").get<long>(); };
  wait_until("everything confirmed", [&] { return waits() == 0; });
  const long there = events_at_hub(stand);
  CHECK(there <= kDocuments);
  CHECK(there >= std::max<long>(saved, kDocuments / 2));
  // The till asks again with the last one: it is known, at the agent or at the hub, and nothing comes twice.
  const int again = stand.post("GB", padded_sale(kDocuments)).status;
  CHECK((again == 200 || again == 201));
  wait_until("everything confirmed", [&] { return waits() == 0; });
  CHECK(events_at_hub(stand) <= kDocuments);
}

TEST_CASE("a hub whose database is gone or put back says so, and gets everything again from the stores", "[integration]") {
  Stand stand("putback");
  stand.start_erp();
  stand.start_hub();
  stand.enrol("GB");
  stand.put_products({"85123A"});
  stand.start_agent("GB");
  for (int number = 1; number <= 50; ++number) REQUIRE(stand.post("GB", smallest_sale("GB-1", std::to_string(number))).status == 201);
  wait_until("the first at the hub", [&] { return events_at_hub(stand) == 50; });
  CHECK(stand.hub->terminate() == 0);
  const std::filesystem::path database = stand.folder / "hub" / "hub.db";
  std::filesystem::copy_file(database, stand.folder / "backup.db");
  stand.start_hub();
  for (int number = 51; number <= 100; ++number) REQUIRE(stand.post("GB", smallest_sale("GB-1", std::to_string(number))).status == 201);
  wait_until("all at the hub", [&] { return events_at_hub(stand) == 100; });
  CHECK(stand.hub->terminate() == 0);

  std::filesystem::remove(database);
  const auto [code, text] = outcome_of("timeout 20 " + bin_folder() + "/tillsync-hub run --config " + stand.hub_config);
  CHECK(code == 1);
  CHECK(text.find("tillsync-hub restored") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(database));

  std::filesystem::copy_file(stand.folder / "backup.db", database);
  CHECK(outcome_of(bin_folder() + "/tillsync-hub restored --config " + stand.hub_config).first == 0);
  stand.start_hub();
  wait_until("all at the hub again", [&] { return events_at_hub(stand) == 100; });
  CHECK(stand.hub_get("/v1/stock?location=GB&sku=85123A").dump().find("\"-600\"") != std::string::npos);
  wait_until("the ERP has each once", [&] {
    const auto totals = stand.hub_get("/v1/reconciliation?location=GB").at("items").at(0);
    return totals.at("waiting") == 0 && totals.at("erp").at("documents") == 100;
  });
}
