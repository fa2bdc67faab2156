#include "agent/ingest/inbox_items.h"

#include <nlohmann/json.hpp>

#include "common/contract/masterdata.h"
#include "common/contract/text.h"

namespace tillsync::agent {
namespace {

std::string data_json(const wire::InboxItem& item) {
  if (item.kind == "product/1") {
    if (const auto product = decode_product(item.payload)) return product_to_json(*product);
  } else if (item.kind == "price/1") {
    if (const auto price = decode_price(item.payload)) return price_to_json(*price);
  } else if (nlohmann::json::accept(item.payload)) {
    return item.payload;
  }
  return "{\"hex\":\"" + to_hex(item.payload) + "\"}";
}

}  // namespace

std::string inbox_json(const std::vector<wire::InboxItem>& items, std::uint64_t after) {
  std::string json = "{\"items\":[";
  for (const wire::InboxItem& item : items) {
    if (&item != &items.front()) json += ',';
    json += "{\"no\":" + std::to_string(item.no) + ",\"kind\":";
    append_json_string(json, item.kind);
    json += ",\"key\":";
    append_json_string(json, item.key);
    json += ",\"data\":" + data_json(item) + "}";
  }
  return json + "],\"next\":" + std::to_string(items.empty() ? after : items.back().no) + "}";
}

}  // namespace tillsync::agent
