#include "agent/app/doctor_findings.h"

#include <cstdlib>

namespace tillsync::agent {
namespace {

constexpr std::int64_t kBytesPerMegabyte = 1'000'000, kMicrosPerSecond = 1'000'000;

/// How a PC gets a key of its own; the documents on it go along.
std::string new_key(const std::string& location) {
  return "sudo systemctl stop tillsync-agent; sudo tillsync-agent enroll --new-key --token TOKEN (console: Fleet, Enrol, " + location + "); sudo systemctl start tillsync-agent";
}

}  // namespace

Finding judge_clock(Instant now) {
  if (now < kProgramDate) return {Health::kBad, "the clock says " + format_instant(now), "set date and time (sudo timedatectl set-time), and switch time synchronisation on: times of sales come from this clock"};
  return {Health::kGood, "clock: " + format_instant(now)};
}

Finding judge_disk(std::int64_t free_bytes) {
  const std::string text = std::to_string(free_bytes / kBytesPerMegabyte) + " MB free";
  if (free_bytes < kDiskFreeLowBytes)
    return {Health::kBad, "disk: only " + text, "delete what is not needed on this disk; when it is full the agent refuses new documents and keeps the old ones"};
  return {Health::kGood, "disk: " + text};
}

Finding judge_waiting(std::uint64_t waiting, std::int64_t oldest_seconds, bool is_running) {
  if (waiting == 0) return {Health::kGood, "documents: all are confirmed by the hub"};
  return {Health::kGood, "documents: " + std::to_string(waiting) + (waiting == 1 ? " waits" : " wait") + " for the hub, the oldest for " + span_text(oldest_seconds) +
                             "; safe on this machine's disk" + (is_running ? "" : ", also while the agent is stopped")};
}

std::vector<Finding> judge_link(const LinkStatus& link, const std::string& agent_id, const std::string& location, std::string_view version) {
  std::vector<Finding> findings;
  const auto bad = [&findings](std::string what, std::string mend) { findings.push_back({Health::kBad, std::move(what), std::move(mend)}); };
  if (link.reason == "conflict")
    bad("link to the hub: PAUSED, because two machines speak as this agent: one of them is a copy of the other's disk or folder. Both sell on and keep what they sell",
        "on the machine that is the copy: " + new_key(location) + ". Its documents go along. If it is not needed: stop it and keep its disk. Then let this agent go on at the hub: tillsyncctl agent heal " + agent_id);
  else if (link.reason == "revoked")
    bad("link to the hub: this agent's key was revoked", "if this PC is to go on: " + new_key(location) + ". Its documents go along");
  else if (link.reason == "not_enrolled")
    bad("link to the hub: the hub does not know this agent: it is another hub, or its database was lost", "is hub.endpoints in agent.toml the right hub? if it is: " + new_key(location));
  else if (link.reason == "unsupported")
    bad("link to the hub: the hub speaks another version: " + link.text, "update the older one; this agent is version " + std::string(version));
  else if (link.reason == "refused")
    bad("link to the hub: it refuses the connection", "compare hub.public_key in agent.toml with the hub's (tillsync-hub init printed it); or this agent was revoked: tillsyncctl agent show " + agent_id);
  else if (link.is_paused)
    bad("link to the hub: paused: " + link.text, "a person must decide at the hub: tillsyncctl agent show " + agent_id);
  else if (link.is_up)
    findings.push_back({Health::kGood, "link to the hub: up"});
  else
    bad("link to the hub: " + (link.text.empty() ? "down" : link.text), "is the network there, and the hub's address in hub.endpoints right? sales go on meanwhile, and the agent tries again by itself");
  if (link.is_up && link.hub_version.empty())
    findings.push_back({Health::kNote, "hub version: it does not tell, so it is older than this agent (" + std::string(version) + ")", "update the hub"});
  else if (link.is_up && link.hub_version != version)
    findings.push_back({Health::kNote, "hub version: " + link.hub_version + ", and this agent is " + std::string(version), "they understand each other; update the older one when it suits"});
  else if (link.is_up)
    findings.push_back({Health::kGood, "hub version: " + link.hub_version + ", as this agent's"});
  if (link.clock_skew && std::abs(link.clock_skew->micros) > kSkewHighSeconds * kMicrosPerSecond)
    bad("the clock differs from the hub's by " + std::to_string(link.clock_skew->micros / kMicrosPerSecond) + " s", "switch time synchronisation on: sudo timedatectl set-ntp true");
  return findings;
}

Finding judge_copied(const std::string& location) {
  return {Health::kNote, "keys: they were made on another machine: this disk or folder was copied or moved, or the system was set up anew",
          "if the other machine has gone, all is well. If it still runs, this one needs a key of its own: " + new_key(location)};
}

Finding judge_certificate(Instant ends, Instant now) {
  const std::string mend = "make a new one (packaging/lan-box.md), give it to the tills that know it by itself, and restart the agent";
  const std::int64_t left = (ends - now).micros / kMicrosPerSecond;
  if (left <= 0) return {Health::kBad, "HTTP door: its certificate ended " + format_instant(ends) + ": tills refuse it", mend};
  if (left < kCertificateEndsSoonSeconds) return {Health::kBad, "HTTP door: its certificate ends in " + span_text(left), mend};
  return {Health::kGood, "HTTP door: its certificate is good until " + format_instant(ends)};
}

std::vector<Finding> judge_http_door(const std::string& address, const http::Met& met, std::optional<bool> is_running, bool is_same_certificate) {
  const std::string restart = "sudo systemctl restart tillsync-agent";
  if (!met.is_there && is_running == true)
    return {{Health::kBad, "HTTP door: the agent runs, but nobody answers at " + address + ", so tills cannot hand in sales there", "pos.http was changed since the agent started? " + restart}};
  if (!met.is_there) return {};  // it does not run, which is said elsewhere
  if (is_running == false)
    return {{Health::kBad, "HTTP door: another program listens at " + address + ", so the agent cannot start",
             "sudo ss -ltnp shows which: stop it, or give the agent another pos.http in agent.toml and tell it to the tills"}};
  if (!met.speaks_http)
    return {{Health::kBad, "HTTP door: what answers at " + address + " does not speak as agent.toml says",
             "pos.certificate was set or taken away since the agent started? " + restart + "; or another program stands there: sudo ss -ltnp shows it"}};
  if (!is_same_certificate) return {{Health::kBad, "HTTP door: it still shows another certificate than pos.certificate", "the file is newer than the agent's start: " + restart}};
  return {{Health::kGood, "HTTP door: answers at " + address}};
}

Finding judge_owner(const std::string& file, const std::string& owner, const std::string& folder, const std::string& folder_owner) {
  return {Health::kBad, "permissions: " + file + " belongs to " + owner + ", and the folder to " + folder_owner + ": the agent may not write it", "sudo chown -R " + folder_owner + ": " + folder};
}

}  // namespace tillsync::agent
