// Puts and reads locations, products and prices. Puts run in a writer's task; reads on any thread with its own connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/contract/masterdata.h"
#include "common/sql/sql.h"
#include "hub/masterdata/masterdata.h"

namespace tillsync::hub {

inline constexpr std::size_t kMasterdataPageMax = 500;

/// Creates or upgrades the tables of this folder.
Result<void> migrate_masterdata(sql::Connection& connection);

/// Bulk puts: one result per record, in order. The same key twice is put twice. changed_by: who is recorded as the author.
/// After a product was put, the caller settles the exceptions of cause "sku:<sku>" (hub/exceptions).
Result<std::vector<PutDecision>> put_locations(sql::Connection& connection, const std::vector<Location>& locations,
                                               std::string_view changed_by, Instant now);
Result<std::vector<PutDecision>> put_products(sql::Connection& connection, const std::vector<Product>& products,
                                              std::string_view changed_by, Instant now);
Result<std::vector<PutDecision>> put_prices(sql::Connection& connection, const std::vector<Price>& prices,
                                            std::string_view changed_by, Instant now);
/// True when the id was not known before.
Result<bool> put_customer(sql::Connection& connection, std::string_view customer, Instant now);

/// One earlier or current content of a record.
struct MasterdataVersion {
  std::int64_t version = 0;
  std::string json;
  std::string changed_by;
  Instant changed_at;
};
enum class MasterdataKind { kLocation, kProduct, kPrice };

class MasterdataReader {
 public:
  explicit MasterdataReader(sql::Connection& connection) : connection_(connection) {}

  /// With the stored version in `version` (products and prices).
  Result<std::optional<Location>> location(const LocationId& id);
  Result<std::optional<Product>> product(const Sku& sku);
  Result<std::vector<Location>> locations();
  /// Ordered by SKU; `after` is the last SKU of the page before. limit: 1 … kMasterdataPageMax.
  Result<std::vector<Product>> products(std::string_view after, std::size_t limit);
  /// All prices of a SKU; location empty = of every place.
  Result<std::vector<Price>> prices(const Sku& sku, const LocationId& location = {});
  /// The products that carry a bar code: more than one when it is not unique.
  Result<std::vector<Sku>> skus_of_gtin(std::string_view gtin);
  /// key: location id, SKU, or price_key. Oldest first.
  Result<std::vector<MasterdataVersion>> history(MasterdataKind kind, std::string_view key);

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
