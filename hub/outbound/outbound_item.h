// What master data becomes on its way to the agents: kind, key, bytes, and who is to get it. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/contract/masterdata.h"

namespace tillsync::hub {

/// scope: '*' every agent, "location:GB", "group:UK" (of a location), "agent:a_…".
struct OutboundItem {
  std::string scope, kind, key;
  Bytes payload;
};

/// To every agent; payload as encode_product writes it.
OutboundItem outbound_item(const Product& product);
/// To the agents of its location or group, else to all; key as price_key names it, payload as encode_price writes it.
OutboundItem outbound_item(const Price& price);
/// To the agents of the location; payload is JSON.
OutboundItem outbound_item(const Location& location);

/// The scopes that an agent reads. group: of its location, may be empty.
std::vector<std::string> scopes_of(const AgentId& agent_id, const LocationId& location, std::string_view group);

}  // namespace tillsync::hub
