#include "hub/masterdata/masterdata_store.h"

#include "hub/masterdata/product_facts.h"
#include "hub/masterdata/schema.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

constexpr std::string_view kSelectLocationRow = "SELECT version, document FROM location WHERE location = $1 /* for update */";
constexpr std::string_view kSelectProductRow = "SELECT version, document FROM product WHERE sku = $1 /* for update */";
constexpr std::string_view kSelectPriceRow = "SELECT version, document FROM price WHERE price_key = $1 /* for update */";
constexpr std::string_view kPutLocation =
    "INSERT INTO location (location, status, kind, location_group, version, document, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (location) DO UPDATE SET status = excluded.status, kind = excluded.kind, location_group = excluded.location_group,"
    " version = excluded.version, document = excluded.document, changed_at = excluded.changed_at";
constexpr std::string_view kPutProduct =
    "INSERT INTO product (sku, kind, active, erp_item, version, document, changed_at, stock_class, is_bundle)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (sku) DO UPDATE SET stock_class = excluded.stock_class, is_bundle = excluded.is_bundle, kind = excluded.kind, active = excluded.active, erp_item = excluded.erp_item,"
    " version = excluded.version, document = excluded.document, changed_at = excluded.changed_at";
constexpr std::string_view kSelectNotLookedAt = "SELECT sku, document FROM product WHERE is_bundle IS NULL";
constexpr std::string_view kSetBundle = "UPDATE product SET is_bundle = $2 WHERE sku = $1";
constexpr std::string_view kPutPrice =
    "INSERT INTO price (price_key, sku, location, version, document, changed_at) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (price_key) DO UPDATE SET version = excluded.version, document = excluded.document, changed_at = excluded.changed_at";
constexpr std::string_view kDropGtins = "DELETE FROM product_gtin WHERE sku = $1";
constexpr std::string_view kPutGtin =
    "INSERT INTO product_gtin (gtin, sku, pack_qty_milli) VALUES ($1, $2, $3) ON CONFLICT (gtin, sku) DO NOTHING";
constexpr std::string_view kInsertVersion =
    "INSERT INTO masterdata_version (kind, record_key, version, document, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kPutCustomer =
    "INSERT INTO customer (customer, version, changed_at) VALUES ($1, 1, $2) ON CONFLICT (customer) DO NOTHING";

constexpr std::string_view kSelectProducts = "SELECT version, document FROM product WHERE sku > $1 ORDER BY sku LIMIT $2";
constexpr std::string_view kSelectLocations = "SELECT version, document FROM location ORDER BY location";
constexpr std::string_view kSelectPrices =
    "SELECT version, document FROM price WHERE sku = $1 AND ($2 = '' OR location = $2) ORDER BY price_key";
constexpr std::string_view kSelectGtin = "SELECT sku FROM product_gtin WHERE gtin = $1 ORDER BY sku";
constexpr std::string_view kSelectHistory =
    "SELECT version, document, changed_by, changed_at FROM masterdata_version WHERE kind = $1 AND record_key = $2 ORDER BY version";


std::string_view kind_text(MasterdataKind kind) {
  switch (kind) {
    case MasterdataKind::kLocation: return "location";
    case MasterdataKind::kProduct: return "product";
    case MasterdataKind::kPrice: return "price";
  }
  TS_CHECK(false);
}

/// A location has no compact form of its own: it is stored as the JSON of the contract.
Result<Location> decode_location(BytesView json) {
  const auto tree = parse_tree(json, Syntax::kJson);
  if (!tree) return fail(ErrorCode::kCorrupt, "read a location", tree.error().detail, "restore a backup");
  auto location = parse_location(*tree);
  if (!location) return fail(ErrorCode::kCorrupt, "read a location", location.error().detail, "restore a backup");
  return std::move(*location);
}

Result<std::optional<StoredVersion>> stored(sql::Connection& connection, std::string_view select, std::string_view key, bool is_text) {
  std::optional<StoredVersion> found;
  TS_RETURN_IF_ERROR(connection.query(select, {key}, [&](const Row& row) {
    found = StoredVersion{row.integer(0), Bytes(is_text ? row.text(1) : row.blob(1))};
  }));
  return found;
}

bool is_written(const PutDecision& decision) {
  return decision.status == PutStatus::kCreated || decision.status == PutStatus::kUpdated;
}

/// Decides one put and records the new version; the caller writes the current row.
Result<PutDecision> put_version(sql::Connection& connection, MasterdataKind kind, std::string_view select, std::string_view key,
                                std::int64_t given_version, BytesView document, std::string_view changed_by, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto before, stored(connection, select, key, kind == MasterdataKind::kLocation));
  const PutDecision decision = decide_put(before, given_version, document);
  if (is_written(decision))
    TS_RETURN_IF_ERROR(connection.run(kInsertVersion,
                                      {kind_text(kind), key, decision.version, Blob{document}, changed_by, now.micros}));
  return decision;
}

Result<void> put_gtins(sql::Connection& connection, const Product& product) {
  TS_RETURN_IF_ERROR(connection.run(kDropGtins, {product.sku.view()}));
  for (const Gtin& gtin : product.gtins) {
    const std::int64_t pack = gtin.pack_qty.milli == 0 ? kUnitMilli : gtin.pack_qty.milli;
    TS_RETURN_IF_ERROR(connection.run(kPutGtin, {std::string_view(gtin.gtin), product.sku.view(), pack}));
  }
  return {};
}

template <class Record, class Decode>
Result<std::vector<Record>> read_all(sql::Connection& connection, std::string_view select, std::initializer_list<Param> params,
                                     Decode decode) {
  std::vector<Record> records;
  std::optional<Error> error;
  TS_RETURN_IF_ERROR(connection.query(select, params, [&](const Row& row) {
    auto record = decode(row);
    if (record) records.push_back(std::move(*record));
    else error = record.error();
  }));
  if (error) return std::unexpected(std::move(*error));
  return records;
}

Result<Product> product_of(const Row& row) {
  auto product = decode_product(row.blob(1));
  if (product) product->version = row.integer(0);
  return product;
}
Result<Price> price_of(const Row& row) {
  auto price = decode_price(row.blob(1));
  if (price) price->version = row.integer(0);
  return price;
}
Result<Location> location_of(const Row& row) { return decode_location(row.text(1)); }

template <class Record>
std::optional<Record> first_of(std::vector<Record> records) {
  if (records.empty()) return std::nullopt;
  return std::move(records.front());
}

/// Products of an older version of the tables: once.
Result<void> look_for_bundles(sql::Connection& connection) {
  std::vector<std::pair<std::string, std::int64_t>> found;
  std::optional<Error> failed;
  TS_RETURN_IF_ERROR(connection.query(kSelectNotLookedAt, {}, [&](const Row& row) {
    const auto product = decode_product(row.blob(1));
    if (product)
      found.emplace_back(row.text(0), product->bundle.empty() ? 0 : 1);
    else
      failed = product.error();
  }));
  if (failed) return std::unexpected(*std::move(failed));
  if (found.empty()) return {};
  TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(connection));
  for (const auto& [sku, is_bundle] : found) TS_RETURN_IF_ERROR(connection.run(kSetBundle, {std::string_view(sku), is_bundle}));
  return transaction.commit();
}

}  // namespace

Result<void> migrate_masterdata(sql::Connection& connection) {
  TS_RETURN_IF_ERROR(sql::migrate(connection, "hub/masterdata", masterdata_schema::migrations()));
  return look_for_bundles(connection);
}

Result<std::vector<PutDecision>> put_locations(sql::Connection& connection, const std::vector<Location>& locations,
                                               std::string_view changed_by, Instant now) {
  std::vector<PutDecision> decisions;
  for (const Location& location : locations) {
    const std::string json = location_to_json(location);
    TS_ASSIGN_OR_RETURN(const PutDecision decision, put_version(connection, MasterdataKind::kLocation, kSelectLocationRow,
                                                                location.id.view(), 0, json, changed_by, now));
    if (is_written(decision))
      TS_RETURN_IF_ERROR(connection.run(
          kPutLocation, {location.id.view(), std::string_view(location.status), std::string_view(location.kind),
                         std::string_view(location.group), decision.version, std::string_view(json), now.micros}));
    decisions.push_back(decision);
  }
  return decisions;
}

Result<std::vector<PutDecision>> put_products(sql::Connection& connection, const std::vector<Product>& products,
                                              std::string_view changed_by, Instant now) {
  std::vector<PutDecision> decisions;
  for (const Product& given : products) {
    Product product = given;
    product.version = 0;
    const Bytes document = encode_product(product);
    TS_ASSIGN_OR_RETURN(const PutDecision decision, put_version(connection, MasterdataKind::kProduct, kSelectProductRow,
                                                                product.sku.view(), given.version, document, changed_by, now));
    if (is_written(decision)) {
      const std::string_view kind = product.kind.empty() ? std::string_view("goods") : std::string_view(product.kind);
      TS_RETURN_IF_ERROR(connection.run(kPutProduct, {product.sku.view(), kind, std::int64_t{product.active ? 1 : 0},
                                                      std::string_view(product.erp_item), decision.version, Blob{document}, now.micros,
                                                      std::string_view(product.stock_class), std::int64_t{product.bundle.empty() ? 0 : 1}}));
      TS_RETURN_IF_ERROR(put_gtins(connection, product));
    }
    decisions.push_back(decision);
  }
  return decisions;
}

Result<std::vector<PutDecision>> put_prices(sql::Connection& connection, const std::vector<Price>& prices,
                                            std::string_view changed_by, Instant now) {
  std::vector<PutDecision> decisions;
  for (const Price& given : prices) {
    Price price = given;
    price.version = 0;
    const Bytes document = encode_price(price);
    const std::string key = price_key(price);
    TS_ASSIGN_OR_RETURN(const PutDecision decision, put_version(connection, MasterdataKind::kPrice, kSelectPriceRow, key,
                                                                given.version, document, changed_by, now));
    if (is_written(decision))
      TS_RETURN_IF_ERROR(connection.run(kPutPrice, {std::string_view(key), price.sku.view(), price.location.view(), decision.version,
                                                    Blob{document}, now.micros}));
    decisions.push_back(decision);
  }
  return decisions;
}

Result<bool> put_customer(sql::Connection& connection, std::string_view customer, Instant now) {
  TS_ASSIGN_OR_RETURN(const std::int64_t changed, connection.run(kPutCustomer, {customer, now.micros}));
  return changed == 1;
}

Result<std::optional<Location>> MasterdataReader::location(const LocationId& id) {
  TS_ASSIGN_OR_RETURN(auto found, read_all<Location>(connection_, kSelectLocationRow, {id.view()}, location_of));
  return first_of(std::move(found));
}

Result<std::optional<Product>> MasterdataReader::product(const Sku& sku) {
  TS_ASSIGN_OR_RETURN(auto found, read_all<Product>(connection_, kSelectProductRow, {sku.view()}, product_of));
  return first_of(std::move(found));
}

Result<std::vector<Location>> MasterdataReader::locations() {
  return read_all<Location>(connection_, kSelectLocations, {}, location_of);
}

Result<std::vector<Product>> MasterdataReader::products(std::string_view after, std::size_t limit) {
  if (limit == 0 || limit > kMasterdataPageMax)
    return fail(ErrorCode::kInvalid, "list products", "limit must be 1 to " + std::to_string(kMasterdataPageMax));
  return read_all<Product>(connection_, kSelectProducts, {after, static_cast<std::int64_t>(limit)}, product_of);
}

Result<std::vector<Price>> MasterdataReader::prices(const Sku& sku, const LocationId& location) {
  return read_all<Price>(connection_, kSelectPrices, {sku.view(), location.view()}, price_of);
}

Result<std::vector<Sku>> MasterdataReader::skus_of_gtin(std::string_view gtin) {
  std::vector<Sku> skus;
  TS_RETURN_IF_ERROR(connection_.query(kSelectGtin, {gtin}, [&skus](const Row& row) { skus.emplace_back(std::string(row.text(0))); }));
  return skus;
}

Result<std::vector<MasterdataVersion>> MasterdataReader::history(MasterdataKind kind, std::string_view key) {
  return read_all<MasterdataVersion>(
      connection_, kSelectHistory, {kind_text(kind), key}, [kind](const Row& row) -> Result<MasterdataVersion> {
        MasterdataVersion version{row.integer(0), {}, std::string(row.text(2)), Instant{row.integer(3)}};
        if (kind == MasterdataKind::kLocation) {
          version.json = row.blob(1);
        } else if (kind == MasterdataKind::kProduct) {
          TS_ASSIGN_OR_RETURN(Product product, decode_product(row.blob(1)));
          product.version = version.version;
          version.json = product_to_json(product);
        } else {
          TS_ASSIGN_OR_RETURN(Price price, decode_price(row.blob(1)));
          price.version = version.version;
          version.json = price_to_json(price);
        }
        return version;
      });
}

}  // namespace tillsync::hub
