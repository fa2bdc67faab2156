#include "hub/masterdata/masterdata.h"

#include "common/base/time.h"
#include "common/contract/text.h"

namespace tillsync::hub {

PutDecision decide_put(const std::optional<StoredVersion>& stored, std::int64_t given_version, BytesView document) {
  if (!stored) return {PutStatus::kCreated, given_version == 0 ? 1 : given_version};
  if (stored->document == document) return {PutStatus::kUnchanged, stored->version};
  if (given_version == 0) return {PutStatus::kUpdated, stored->version + 1};
  if (given_version <= stored->version) return {PutStatus::kStale, stored->version};
  return {PutStatus::kUpdated, given_version};
}

std::string price_key(const Price& price) {
  const std::string from = price.valid_from ? format_instant(*price.valid_from) : "";
  std::string key = "[";
  for (const std::string_view part : {price.sku.view(), price.location.view(), std::string_view(price.group),
                                      std::string_view(price.currency.code), std::string_view(from), std::string_view(price.promo_id)}) {
    if (key.size() > 1) key += ',';
    append_json_string(key, part);
  }
  return key + "]";
}

}  // namespace tillsync::hub
