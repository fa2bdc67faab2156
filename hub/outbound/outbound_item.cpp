#include "hub/outbound/outbound_item.h"

#include "hub/masterdata/masterdata.h"

namespace tillsync::hub {

OutboundItem outbound_item(const Product& product) {
  return {.scope = "*", .kind = "product/1", .key = product.sku.value, .payload = encode_product(product)};
}

OutboundItem outbound_item(const Price& price) {
  std::string scope = "*";
  if (!price.location.empty()) {
    scope = "location:" + price.location.value;
  } else if (!price.group.empty()) {
    scope = "group:" + price.group;
  }
  return {.scope = std::move(scope), .kind = "price/1", .key = price_key(price), .payload = encode_price(price)};
}

OutboundItem outbound_item(const Location& location) {
  return {.scope = "location:" + location.id.value, .kind = "location/1", .key = location.id.value, .payload = location_to_json(location)};
}

std::vector<std::string> scopes_of(const AgentId& agent_id, const LocationId& location, std::string_view group) {
  std::vector<std::string> scopes = {"*", "location:" + location.value, "agent:" + agent_id.value};
  if (!group.empty()) scopes.push_back("group:" + std::string(group));
  return scopes;
}

}  // namespace tillsync::hub
