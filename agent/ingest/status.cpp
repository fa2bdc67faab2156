#include "agent/ingest/status.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tillsync::agent {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kBytesPerMegabyte = 1'000'000;

std::string link_text(const std::optional<LinkStatus>& link) {
  if (!link) return "link to hub: not known while the agent is not running";
  if (link->is_paused && link->reason == "conflict")
    return "link to hub: PAUSED: two machines speak as this agent, one of them is a copy of the other's disk. The tills sell on, and nothing is lost. How to heal it: tillsync-agent doctor";
  if (link->is_paused) return "link to hub: PAUSED until a person decides at the hub: " + link->text + ". The tills sell on. How to heal it: tillsync-agent doctor";
  if (link->is_up) return "link to hub: up" + (link->hub_version.empty() ? "" : ", hub version " + link->hub_version);
  return "link to hub: down" + (link->text.empty() ? "" : " (" + link->text + ")") + "; sales go on, the agent tries again by itself";
}

}  // namespace

std::string span_text(std::int64_t total_seconds) {
  if (total_seconds < 120) return std::to_string(total_seconds) + " s";
  if (total_seconds < 7'200) return std::to_string(total_seconds / 60) + " min";
  if (total_seconds < 172'800) return std::to_string(total_seconds / 3'600) + " h";
  return std::to_string(total_seconds / 86'400) + " days";
}

std::int64_t oldest_waiting_seconds(const AgentStatus& status) {
  if (!status.oldest_waiting) return 0;
  return std::max<std::int64_t>(0, (status.now - *status.oldest_waiting).micros / kMicrosPerSecond);
}

std::string to_json(const AgentStatus& status) {
  ordered_json json{{"location", status.location.value},
                    {"version", status.version},
                    {"running", status.is_running},
                    {"now", format_instant(status.now)},
                    {"waiting", status.waiting},
                    {"oldest_waiting_s", oldest_waiting_seconds(status)},
                    {"oldest_waiting_at", nullptr},
                    {"last_seq", status.last_seq},
                    {"acked_seq", status.acked_seq},
                    {"inbox_last_no", status.inbox_last_no},
                    {"since_start",
                     {{"accepted", status.accepted},
                      {"duplicates", status.duplicates},
                      {"conflicts", status.conflicts},
                      {"refused", status.refused},
                      {"failed", status.failed}}},
                    {"database_bytes", status.database_bytes},
                    {"disk_free_bytes", status.disk_free_bytes},
                    {"resident_bytes", status.resident_bytes},
                    {"link", nullptr}};
  if (status.oldest_waiting) json["oldest_waiting_at"] = format_instant(*status.oldest_waiting);
  if (status.link) {
    const LinkStatus& link = *status.link;
    json["link"] = ordered_json{{"state", link.is_paused ? "paused" : link.is_up ? "up" : "down"}, {"text", link.text}, {"reason", nullptr}, {"hub_version", nullptr}, {"clock_skew_ms", nullptr}};
    if (!link.reason.empty()) json["link"]["reason"] = link.reason;
    if (!link.hub_version.empty()) json["link"]["hub_version"] = link.hub_version;
    if (link.clock_skew) json["link"]["clock_skew_ms"] = link.clock_skew->micros / 1'000;
  }
  return json.dump();
}

std::optional<LinkStatus> link_in(std::string_view status_json) {
  const auto body = ordered_json::parse(status_json, nullptr, false);
  if (!body.is_object() || !body.contains("link") || !body["link"].is_object()) return std::nullopt;
  const ordered_json& told = body["link"];
  const auto text = [&told](const char* name) { return told.contains(name) && told[name].is_string() ? told[name].get<std::string>() : std::string(); };
  LinkStatus link{text("state") == "up", text("state") == "paused", text("text"), std::nullopt, text("hub_version"), text("reason")};
  constexpr std::int64_t kMicrosPerMillisecond = 1'000;
  if (told.contains("clock_skew_ms") && told["clock_skew_ms"].is_number_integer()) link.clock_skew = Duration{told["clock_skew_ms"].get<std::int64_t>() * kMicrosPerMillisecond};
  return link;
}

std::string to_text(const AgentStatus& status) {
  std::string text = "agent of " + status.location.value + ", version " + status.version + (status.is_running ? "" : ": NOT RUNNING") + "\n";
  if (status.waiting == 0) {
    text += "all documents are confirmed by the hub\n";
  } else {
    text += std::to_string(status.waiting) + (status.waiting == 1 ? " document waits" : " documents wait") + " for the hub, the oldest for " +
            span_text(oldest_waiting_seconds(status)) + "; they are safe on this machine's disk\n";
  }
  text += link_text(status.link) + "\n";
  if (status.is_running)
    text += "since the start: " + std::to_string(status.accepted) + " accepted, " + std::to_string(status.duplicates) + " sent again, " +
            std::to_string(status.conflicts) + " conflicts, " + std::to_string(status.refused) + " refused\n";
  text += "disk: " + std::to_string(status.disk_free_bytes / kBytesPerMegabyte) + " MB free, outbox " +
          std::to_string(status.database_bytes / kBytesPerMegabyte) + " MB\n";
  return text;
}

}  // namespace tillsync::agent
