#include "agent/app/doctor_command.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "agent/app/door_client.h"
#include "agent/app/recover_command.h"
#include "agent/ingest/door_rules.h"
#include "common/base/os.h"
#include "common/http/server.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr std::int64_t kDiskFreeLowBytes = 500'000'000;
constexpr std::int64_t kSkewHighMs = 120'000;
constexpr Duration kDoorTimeout = seconds(3);
constexpr Instant kProgramDate{1'767'225'600'000'000};  // 2026-01-01: a clock before it was never set

class Findings {
 public:
  void good(const std::string& what) { std::cout << "ok    " << what << "\n"; }
  void bad(const std::string& what, const std::string& mend) {
    ++bad_;
    std::cout << "BAD   " << what << "\n      → " << mend << "\n";
  }
  int finish() const {
    std::cout << (bad_ == 0 ? "Nothing is wrong here.\n" : std::to_string(bad_) + " finding(s). Documents that were accepted stay safe meanwhile.\n");
    return bad_ == 0 ? 0 : 1;
  }

 private:
  int bad_ = 0;
};

void check_clock(Findings& findings) {
  if (os::now() < kProgramDate)
    findings.bad("the clock says " + format_instant(os::now()), "set date and time; times of sales come from this clock");
  else
    findings.good("clock: " + format_instant(os::now()));
}

void check_folder(Findings& findings, const std::filesystem::path& folder) {
  const auto free_bytes = os::disk_free_bytes(folder);
  if (!free_bytes) return findings.bad(to_string(free_bytes.error()), "is data.dir in agent.toml right? run tillsync-agent enroll on a new machine");
  const std::string text = std::to_string(*free_bytes / 1'000'000) + " MB free";
  if (*free_bytes < kDiskFreeLowBytes)
    findings.bad("disk: only " + text, "delete what is not needed on this disk; when it is full the agent refuses new documents and keeps the old ones");
  else
    findings.good("disk: " + text);
  const auto written = os::write_file_durably(folder / ".doctor", "can this folder be written?\n", false);
  if (!written)
    findings.bad(to_string(written.error()), "give the folder to the user that the agent runs as: chown -R tillsync " + folder.string());
  else
    findings.good("folder: can be written");
  std::error_code ignored;
  std::filesystem::remove(folder / ".doctor", ignored);
}

void check_keys(Findings& findings, const config::Config& config) {
  const std::filesystem::path folder = data_folder(config);
  if (const auto keys = load_keys(folder); !keys) return findings.bad(to_string(keys.error()), keys.error().hint);
  using std::filesystem::perms;
  std::error_code error;
  const auto mode = std::filesystem::status(folder / "keys" / "agent.secret", error).permissions();
  if ((mode & (perms::group_all | perms::others_all)) != perms::none)
    return findings.bad("keys: others on this machine can read agent.secret", "chmod 600 " + (folder / "keys" / "agent.secret").string());
  findings.good("keys: this agent is " + config.text("agent_id") + " at " + config.text("location"));
}

void check_tills(Findings& findings, const config::Config& config) {
  for (const std::string& text : config.list("pos.tokens"))
    if (const auto token = parse_till_token(text); !token) findings.bad(to_string(token.error()), token.error().hint);
  const auto listen = http::parse_listen_address(config.text("pos.http"));
  if (!listen) return findings.bad(to_string(listen.error()), "write pos.http as address:port, for example 127.0.0.1:7070");
  const auto allowed = check_listen(http::is_loopback(listen->first), !config.list("pos.tokens").empty(), !config.text("pos.certificate").empty());
  if (!allowed)
    findings.bad(allowed.error().detail, allowed.error().hint);
  else
    findings.good("HTTP door: may listen on " + config.text("pos.http"));
}

std::size_t files_in(const std::filesystem::path& folder, std::string_view ending) {
  std::size_t count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().filename().string().ends_with(ending)) ++count;
  return count;
}

void check_refused(Findings& findings, const config::Config& config) {
  const std::filesystem::path refused = data_folder(config) / "refused";
  if (const std::size_t count = files_in(refused, ".bin"); count > 0)
    findings.bad(std::to_string(count) + " request(s) of the tills were refused", "see what is wrong with them in " + refused.string() + ", mend the till, then delete the files");
  const std::filesystem::path spool = spool_folder(config);
  if (spool.empty()) return;
  if (const std::size_t count = files_in(spool / "rejected", ".problem.json"); count > 0)
    findings.bad(std::to_string(count) + " file(s) of the spool folder were rejected", "see the .problem.json beside each in " + (spool / "rejected").string() +
                                                                                         ", mend the file and rename it into " + spool.string());
}

void check_database(Findings& findings, const std::filesystem::path& folder, const LocationId& location) {
  const std::string way_out = "stop the agent, then: tillsync-agent doctor --recover. It saves what can be read and keeps the damaged files in " +
                                     (folder / "quarantine").string();
  if (const auto there = check_not_lost(folder); !there) return findings.bad(there.error().detail, there.error().hint);
  sql::SqliteOptions options;
  options.path = folder / "agent.db";
  options.mode = sql::OpenMode::kReadOnly;
  const auto connection = sql::open_sqlite(options);
  if (!connection) {
    if (connection.error().code == ErrorCode::kNotFound) return findings.good("database: none yet, the agent was never started");
    return findings.bad(to_string(connection.error()), way_out);
  }
  if (const auto whole = (*connection)->verify(); !whole) return findings.bad(to_string(whole.error()), way_out);
  const auto changed = count_changed_documents(**connection, location, true);
  if (!changed)
    findings.bad(to_string(changed.error()), way_out);
  else if (*changed > 0)
    findings.bad("database: " + std::to_string(*changed) + " document(s) that wait are not what the tills put in: the disk has changed them", way_out);
  else
    findings.good("database: whole");
}

void check_door_and_link(Findings& findings, const config::Config& config) {
  const auto answer = ask_door(zmq_endpoint(config), R"({"get":"status"})", kDoorTimeout);
  if (!answer) return findings.bad(answer.error().detail, answer.error().hint);
  findings.good("door: answers at " + zmq_endpoint(config));
  const auto body = nlohmann::json::parse(*answer, nullptr, false);
  const auto link = body.is_object() ? body.value("link", nlohmann::json()) : nlohmann::json();
  if (!link.is_object()) return;
  const std::string state = link.value("state", "down");
  if (state == "up")
    findings.good("link to the hub: up");
  else if (state == "paused")
    findings.bad("link to the hub: paused: " + link.value("text", ""), "a person must decide at the hub: tillsyncctl agent show " + config.text("agent_id"));
  else
    findings.bad("link to the hub: " + link.value("text", "down"), "is the network there, and the hub's address in hub.endpoints right? sales go on meanwhile");
  if (link.contains("clock_skew_ms") && link["clock_skew_ms"].is_number() && std::abs(link["clock_skew_ms"].get<std::int64_t>()) > kSkewHighMs)
    findings.bad("the clock differs from the hub's by " + std::to_string(link["clock_skew_ms"].get<std::int64_t>() / 1'000) + " s", "switch time synchronisation on");
}

}  // namespace

int doctor_command(const config::Config& config) {
  Findings findings;
  const std::filesystem::path folder = data_folder(config);
  check_clock(findings);
  check_folder(findings, folder);
  check_keys(findings, config);
  check_database(findings, folder, LocationId(config.text("location")));
  check_tills(findings, config);
  check_refused(findings, config);
  check_door_and_link(findings, config);
  return findings.finish();
}

}  // namespace tillsync::agent
