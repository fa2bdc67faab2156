// The command "rotate_keys" and what the hub says of the agent's keys. Every step is stored before the next one is taken (README.md "New keys").
#include <nlohmann/json.hpp>

#include "agent/sync/session_driver.h"
#include "common/log/log.h"

namespace tillsync::agent {
namespace {

constexpr const char* kOfferMethod = "keys.offer";
constexpr std::string_view kOfferPrefix = "keys.offer/";  // of the ids of these questions
constexpr int kOk = 200, kBadRequest = 400, kServerError = 500, kNotKnownMethod = 501;

/// The same pair makes the same id, so that an answer is known however often it was asked.
wire::Request key_offer(const KeyRecord& record) {
  TS_CHECK(record.next && !record.next->commands.empty());
  wire::Request request;
  request.request_id = std::string(kOfferPrefix) + record.next->pair.public_key;
  request.method = kOfferMethod;
  request.body = nlohmann::json{{"command_id", record.next->commands.back()}, {"public_key", record.next->pair.public_key}}.dump();
  return request;
}

wire::CommandResult keys_changed(const std::string& command_id, const KeyRecord& record) {
  return {command_id, true, nlohmann::json{{"public_key", record.keys.front().public_key}}.dump()};
}

wire::CommandResult keys_not_changed(const std::string& command_id, const std::string& detail) {
  return {command_id, false, nlohmann::json{{"detail", detail}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

std::string detail_of(const wire::Reply& reply) {
  const auto problem = nlohmann::json::parse(reply.body, nullptr, false);
  const bool says_why = problem.is_object() && problem.contains("detail") && problem["detail"].is_string() && problem["detail"] != "";
  if (says_why) return problem["detail"];
  return "the hub answered " + std::to_string(reply.status);
}

}  // namespace

bool SessionDriver::store(KeyRecord record) {
  if (const auto saved = port_.save_keys(record); !saved) {
    log::write(log::Level::kError, "key pairs not stored", saved.error());
    return false;
  }
  if (ring_.put(std::move(record))) reconnect_ = {"the agent speaks with its new keys", true};
  return true;
}

void SessionDriver::rotate_keys(const std::string& command_id) {
  const KeyRing::Asked asked = ring_.look_up(command_id);
  if (asked == KeyRing::Asked::kAnswered) return session_.command_done(keys_changed(command_id, ring_.record()));
  KeyPair fresh;
  if (asked == KeyRing::Asked::kNew) {
    auto made = port_.make_keys();
    if (!made) return session_.command_done(keys_not_changed(command_id, to_string(made.error())));
    fresh = std::move(*made);
  }
  // One that is under way and cannot be stored now is told again by the hub.
  const bool is_stored = store(ring_.with_command(command_id, fresh));
  if (!is_stored && asked == KeyRing::Asked::kNew) return session_.command_done(keys_not_changed(command_id, "the new keys cannot be stored: is the disk full?"));
  advance_keys();
}

/// False: the reply is about something else.
bool SessionDriver::take_offer_reply(const wire::Reply& reply) {
  if (!reply.request_id.starts_with(kOfferPrefix)) return false;
  const KeyRecord& record = ring_.record();
  if (ring_.is_to_be_offered() && reply.request_id == key_offer(record).request_id) offer_answered(reply);  // else: to an earlier question
  return true;
}

void SessionDriver::offer_answered(const wire::Reply& reply) {
  const KeyRecord& record = ring_.record();
  if (reply.status == kOk) {
    store(ring_.with_taken());
    return;
  }
  const bool is_refused = (reply.status >= kBadRequest && reply.status < kServerError) || reply.status == kNotKnownMethod;
  log::warning("the hub has not taken the new key", {{"status", reply.status}, {"detail", detail_of(reply)}});
  if (!is_refused) return;  // it cannot now; the command comes again
  const std::vector<std::string> commands = record.next->commands;
  if (!store(ring_.with_refused_offer())) return;
  for (const std::string& command_id : commands) session_.command_done(keys_not_changed(command_id, detail_of(reply)));
}

/// After everything that may have moved the ring.
void SessionDriver::advance_keys() {
  if (auto record = ring_.with_welcome()) {
    const bool is_changed = ring_.record().next && !record->next;
    if (!store(std::move(*record))) return;
    if (is_changed) {
      log::info("the agent has new keys", {{"public_key", ring_.record().keys.front().public_key}});
      for (const std::string& command_id : ring_.record().answered) session_.command_done(keys_changed(command_id, ring_.record()));
    }
  }
  if (!ring_.is_to_be_offered()) return;
  offered_at_ = now_;
  session_.send_request(key_offer(ring_.record()));
}

void SessionDriver::obey(const KeyRefused& refused) {
  if (reconnect_) return;  // of a link that is given up
  const bool is_first = !tries_other_keys_;
  if (is_first) pause_text_ = refused.text;
  tries_other_keys_ = ring_.refused();
  if (tries_other_keys_)
    reconnect_ = {"the hub does not take this key (" + refused.text + "): another one is tried", true};
  else if (!is_first)
    log::error("sync is paused until a person decides; the doors go on", {{"detail", pause_text_}});
}

}  // namespace tillsync::agent
