#include "agent/app/doctor_command.h"

#include <iostream>
#include <nlohmann/json.hpp>

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "agent/app/doctor_findings.h"
#include "agent/app/door_client.h"
#include "agent/app/recover_command.h"
#include "agent/ingest/data_reader.h"
#include "agent/ingest/door_rules.h"
#include "agent/ingest/till_tokens_store.h"
#include "common/base/os.h"
#include "common/http/certificate.h"
#include "common/http/probe.h"
#include "common/http/server.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr Duration kDoorTimeout = seconds(3);
constexpr std::size_t kDoorPemBytesMax = 1'000'000;

class Findings {
 public:
  void good(const std::string& what) { std::cout << "ok    " << what << "\n"; }
  void bad(const std::string& what, const std::string& mend) {
    ++bad_;
    std::cout << "BAD   " << what << "\n      → " << mend << "\n";
  }
  void add(const Finding& finding) {
    if (finding.health == Health::kGood) return good(finding.what);
    if (finding.health == Health::kBad) return bad(finding.what, finding.mend);
    std::cout << "note  " << finding.what << "\n      → " << finding.mend << "\n";
  }
  int finish() const {
    std::cout << (bad_ == 0 ? "Nothing is wrong here.\n" : std::to_string(bad_) + " finding(s). Documents that were accepted stay safe meanwhile.\n");
    return bad_ == 0 ? 0 : 1;
  }

 private:
  int bad_ = 0;
};

void check_folder(Findings& findings, const std::filesystem::path& folder) {
  const auto free_bytes = os::disk_free_bytes(folder);
  if (!free_bytes) return findings.bad(to_string(free_bytes.error()), "is data.dir in agent.toml right? run tillsync-agent enroll on a new machine");
  findings.add(judge_disk(*free_bytes));
  const auto written = os::write_file_durably(folder / ".doctor", "can this folder be written?\n", false);
  if (!written)
    findings.bad(to_string(written.error()), "run doctor with sudo; if it says so again: give the folder to the user that the agent runs as: sudo chown -R tillsync-agent: " + folder.string());
  else
    findings.good("folder: can be written");
  std::error_code ignored;
  std::filesystem::remove(folder / ".doctor", ignored);
}

/// What a start as root has left behind keeps the agent's own user out.
void check_owners(Findings& findings, const std::filesystem::path& folder) {
  const auto owner = os::owner_name(folder);
  if (!owner) return;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    // Tills put files into the spool folder under users of their own.
    if (it->path().filename() == "spool") it.disable_recursion_pending();
    if (const auto whose = os::owner_name(it->path()); whose && *whose != *owner) return findings.add(judge_owner(it->path().string(), *whose, folder.string(), *owner));
  }
  findings.good("permissions: all in " + folder.string() + " belongs to " + *owner);
}

void check_keys(Findings& findings, const config::Config& config) {
  const std::filesystem::path folder = data_folder(config);
  if (const auto keys = load_keys(folder); !keys) return findings.bad(to_string(keys.error()), keys.error().hint);
  using std::filesystem::perms;
  std::error_code error;
  const auto mode = std::filesystem::status(folder / "keys" / "agent.secret", error).permissions();
  if ((mode & (perms::group_all | perms::others_all)) != perms::none)
    return findings.bad("keys: others on this machine can read agent.secret", "chmod 600 " + (folder / "keys" / "agent.secret").string());
  findings.good("keys: this agent is " + config.text("agent_id") + " at " + config.text("location") + (config.text("till").empty() ? "" : ", till " + config.text("till")));
  if (are_keys_of_other_machine(folder)) findings.add(judge_copied(config.text("location")));
}

void check_tills(Findings& findings, const config::Config& config) {
  for (const std::string& text : config.list("pos.tokens"))
    if (const auto token = parse_till_token(text); !token) findings.bad(to_string(token.error()), token.error().hint);
  const auto listen = http::parse_listen_address(config.text("pos.http"));
  if (!listen) return findings.bad(to_string(listen.error()), "write pos.http as address:port, for example 127.0.0.1:7070");
  const auto in_file = read_till_tokens(tokens_file(config));
  if (!in_file) findings.bad(to_string(in_file.error()), "take the line out, or make the tokens anew: tillsync-agent pos-token TILL --add; until then none of the file is good");
  const std::size_t tokens = config.list("pos.tokens").size() + (in_file ? in_file->size() : 0);
  const auto allowed = check_listen(http::is_loopback(listen->first), tokens > 0, !config.text("pos.certificate").empty());
  if (!allowed)
    findings.bad(allowed.error().detail, allowed.error().hint);
  else
    findings.good("HTTP door: may listen on " + config.text("pos.http") + (tokens == 0 ? "" : ", " + std::to_string(tokens) + " token(s) of tills"));
  if (config.text("pos.certificate").empty()) return;
  for (const char* key : {"pos.certificate", "pos.key"})
    if (const auto file = os::read_file(config.text(key), kDoorPemBytesMax); !file)
      findings.bad(to_string(file.error()), std::string("is ") + key + " in agent.toml right, and may the user tillsync-agent read that file?");
  if (const auto pem = os::read_file(config.text("pos.certificate"), kDoorPemBytesMax)) {
    const auto ends = http::certificate_end(*pem);
    if (!ends)
      findings.bad("HTTP door: " + config.text("pos.certificate") + ": " + ends.error().detail, ends.error().hint);
    else
      findings.add(judge_certificate(*ends, os::now()));
  }
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

/// Whether the agent runs; absent where it cannot be asked.
std::optional<bool> check_door_and_link(Findings& findings, const config::Config& config) {
  const auto answer = ask_door(zmq_endpoint(config), R"({"get":"status"})", kDoorTimeout);
  if (!answer) {
    findings.bad(answer.error().detail, answer.error().hint);
    const auto data = DataReader::open(data_folder(config));
    const std::optional<bool> is_running = zmq_endpoint(config).empty() ? std::nullopt : std::optional(false);
    if (!data) return is_running;
    if (const auto stored = (*data)->status()) findings.add(judge_waiting(stored->waiting, oldest_waiting_seconds(*stored), false));
    return is_running;
  }
  findings.good("door: answers at " + zmq_endpoint(config));
  const auto body = nlohmann::json::parse(*answer, nullptr, false);
  if (!body.is_object()) return true;
  findings.add(judge_waiting(body.value("waiting", std::uint64_t{0}), body.value("oldest_waiting_s", std::int64_t{0}), true));
  const auto link = link_in(*answer);
  if (!link) return true;
  for (const Finding& finding : judge_link(*link, config.text("agent_id"), config.text("location"), TILLSYNC_VERSION)) findings.add(finding);
  return true;
}

/// As a till would: what is configured may not be what runs.
void check_http_door(Findings& findings, const config::Config& config, std::optional<bool> is_running) {
  const auto listen = http::parse_listen_address(config.text("pos.http"));
  if (!listen || listen->second == 0) return;  // said above; port 0 is any, of which the configuration does not know
  const std::string& file = config.text("pos.certificate");
  const http::Met met = http::call(listen->first, listen->second, !file.empty(), kDoorTimeout);
  bool is_same = true;  // also where the file cannot be read, which is said above
  if (const auto pem = os::read_file(file, kDoorPemBytesMax)) {
    const auto configured = http::certificate_der(*pem);
    is_same = !configured || *configured == met.certificate;
  }
  for (const Finding& finding : judge_http_door(config.text("pos.http"), met, is_running, is_same)) findings.add(finding);
}

}  // namespace

int doctor_command(const config::Config& config) {
  Findings findings;
  const std::filesystem::path folder = data_folder(config);
  findings.add(judge_clock(os::now()));
  check_folder(findings, folder);
  check_owners(findings, folder);
  check_keys(findings, config);
  check_database(findings, folder, LocationId(config.text("location")));
  check_tills(findings, config);
  check_refused(findings, config);
  check_http_door(findings, config, check_door_and_link(findings, config));
  return findings.finish();
}

}  // namespace tillsync::agent
