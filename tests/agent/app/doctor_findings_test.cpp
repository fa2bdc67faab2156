#include "agent/app/doctor_findings.h"

#include <catch2/catch.hpp>

namespace tillsync::agent {
namespace {

/// What a person would read of it.
std::string words_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    CHECK((finding.health == Health::kGood) == finding.mend.empty());
    text += (finding.health == Health::kBad ? "BAD " : finding.health == Health::kNote ? "note " : "ok ") + finding.what + " -> " + finding.mend + "\n";
  }
  return text;
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
std::string link_words(const LinkStatus& link) { return words_of(judge_link(link, "a_1", "GB", "0.2.0")); }

LinkStatus paused_for(const std::string& reason) { return {false, true, "the hub's words", std::nullopt, "", reason}; }
LinkStatus linked(const std::string& hub_version) { return {true, false, "", std::nullopt, hub_version, ""}; }

}  // namespace

TEST_CASE("findings: a clock that was never set", "[agent][app]") {
  CHECK(judge_clock(kProgramDate).health == Health::kGood);
  CHECK(judge_clock(kProgramDate - Duration{1}).health == Health::kBad);
}

TEST_CASE("findings: a disk that is nearly full", "[agent][app]") {
  CHECK(judge_disk(kDiskFreeLowBytes).health == Health::kGood);
  const Finding low = judge_disk(kDiskFreeLowBytes - 1);
  CHECK(low.health == Health::kBad);
  CHECK(has(low.mend, "keeps the old ones"));
}

TEST_CASE("findings: how many documents wait, how old the oldest is, and that they are safe", "[agent][app]") {
  CHECK(has(judge_waiting(0, 0, true).what, "all are confirmed"));
  CHECK(judge_waiting(1, 119, true).what == "documents: 1 waits for the hub, the oldest for 119 s; safe on this machine's disk");
  CHECK(judge_waiting(212, 7'200, false).what == "documents: 212 wait for the hub, the oldest for 2 h; safe on this machine's disk, also while the agent is stopped");
}

TEST_CASE("findings: what tills meet at the HTTP door", "[agent][app]") {
  const auto words = [](const http::Met& met, std::optional<bool> is_running, bool is_same = true) { return words_of(judge_http_door("127.0.0.1:7070", met, is_running, is_same)); };
  const http::Met nobody, good{true, true, "certificate"}, strange{true, false, ""};
  CHECK(words(good, true) == "ok HTTP door: answers at 127.0.0.1:7070 -> \n");
  CHECK(words(good, std::nullopt).starts_with("ok HTTP door: answers"));
  CHECK(has(words(nobody, true), "BAD HTTP door: the agent runs, but nobody answers at 127.0.0.1:7070"));
  CHECK(words(nobody, false).empty());
  CHECK(words(nobody, std::nullopt).empty());
  CHECK(has(words(good, false), "another program listens at 127.0.0.1:7070, so the agent cannot start -> sudo ss -ltnp"));
  CHECK(has(words(strange, true), "does not speak as agent.toml says -> pos.certificate was set or taken away"));
  CHECK(has(words(good, true, false), "another certificate than pos.certificate -> the file is newer than the agent's start: sudo systemctl restart"));
}

TEST_CASE("findings: a copied disk is told in plain words, with the way to heal it on both sides", "[agent][app]") {
  const std::string words = link_words(paused_for("conflict"));
  CHECK(has(words, "BAD link to the hub: PAUSED, because two machines speak as this agent"));
  CHECK(has(words, "tillsync-agent enroll --new-key --token TOKEN"));
  CHECK(has(words, "Its documents go along"));
  CHECK(has(words, "tillsyncctl agent heal a_1"));
  CHECK(judge_copied("GB").health == Health::kNote);
  CHECK(has(judge_copied("GB").mend, "--new-key"));
}

TEST_CASE("findings: each reason why the hub does not listen has its own way out", "[agent][app]") {
  CHECK(has(link_words(paused_for("revoked")), "key was revoked -> if this PC is to go on: sudo systemctl stop tillsync-agent; sudo tillsync-agent enroll --new-key"));
  CHECK(has(link_words(paused_for("not_enrolled")), "is hub.endpoints in agent.toml the right hub?"));
  CHECK(has(link_words(paused_for("unsupported")), "the hub's words -> update the older one; this agent is version 0.2.0"));
  CHECK(has(link_words(paused_for("")), "a person must decide at the hub: tillsyncctl agent show a_1"));
  CHECK(has(link_words({false, false, "no answer", std::nullopt, "", "refused"}), "compare hub.public_key"));
  CHECK(has(link_words({false, false, "no connection to tcp://hub:7001", std::nullopt, "", ""}), "BAD link to the hub: no connection to tcp://hub:7001 -> is the network there"));
  CHECK(has(link_words({false, false, "", std::nullopt, "", ""}), "link to the hub: down"));
}

TEST_CASE("findings: the hub's version", "[agent][app]") {
  CHECK(link_words(linked("0.2.0")) == "ok link to the hub: up -> \nok hub version: 0.2.0, as this agent's -> \n");
  CHECK(has(link_words(linked("0.1.0")), "note hub version: 0.1.0, and this agent is 0.2.0"));
  CHECK(has(link_words(linked("")), "older than this agent"));
}

TEST_CASE("findings: a clock that differs from the hub's", "[agent][app]") {
  LinkStatus link = linked("0.2.0");
  link.clock_skew = seconds(kSkewHighSeconds);
  CHECK_FALSE(has(link_words(link), "BAD"));
  for (const Duration skew : {seconds(kSkewHighSeconds + 1), seconds(-kSkewHighSeconds - 1)}) {
    link.clock_skew = skew;
    CHECK(has(link_words(link), "BAD the clock differs from the hub's by"));
  }
}

TEST_CASE("findings: a certificate is told of a month before it ends", "[agent][app]") {
  const Instant now = kProgramDate;
  CHECK(judge_certificate(now + seconds(kCertificateEndsSoonSeconds), now).health == Health::kGood);
  CHECK(has(judge_certificate(now + seconds(kCertificateEndsSoonSeconds - 1), now).what, "ends in 29 days"));
  CHECK(has(judge_certificate(now, now).what, "tills refuse it"));
}

TEST_CASE("findings: a file of another user", "[agent][app]") {
  CHECK(judge_owner("/d/agent.db", "root", "/d", "tillsync-agent").mend == "sudo chown -R tillsync-agent: /d");
}

TEST_CASE("findings: spans as people say them", "[agent][app]") {
  CHECK(span_text(119) == "119 s");
  CHECK(span_text(120) == "2 min");
  CHECK(span_text(7'200) == "2 h");
  CHECK(span_text(172'799) == "47 h");
  CHECK(span_text(172'800) == "2 days");
}

}  // namespace tillsync::agent
