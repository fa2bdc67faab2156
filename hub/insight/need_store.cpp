#include "hub/insight/need_store.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kUpsert =
    "INSERT INTO need_acknowledgement (need_id, who, reason, at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (need_id) DO UPDATE SET who = excluded.who, reason = excluded.reason, at = excluded.at";
constexpr std::string_view kPrune = "DELETE FROM need_acknowledgement WHERE at < $1";

}  // namespace

Result<void> acknowledge_need(sql::Connection& connection, std::string_view need_id, std::string_view who, std::string_view reason, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(kUpsert, {need_id, who, reason, now.micros}));
  TS_RETURN_IF_ERROR(connection.run(kPrune, {(now - kAcknowledgementsKept).micros}));
  return {};
}

}  // namespace tillsync::hub
