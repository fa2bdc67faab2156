-- The current rows; what they were before stands in masterdata_version.
CREATE TABLE location (
  location TEXT NOT NULL PRIMARY KEY,
  status TEXT NOT NULL,           -- planned | open | closed | refit; '' = not said
  kind TEXT NOT NULL,
  location_group TEXT NOT NULL,
  version INTEGER NOT NULL,
  document TEXT NOT NULL,         -- location/1 as JSON
  changed_at INTEGER NOT NULL     -- microseconds since 1970, UTC
) STRICT, WITHOUT ROWID;

CREATE TABLE product (
  sku TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,             -- as a sale line's kind; 'goods' where not said
  active INTEGER NOT NULL,
  erp_item TEXT NOT NULL,
  version INTEGER NOT NULL,
  document BLOB NOT NULL,         -- common/contract encode_product
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Bar codes of the current products.
CREATE TABLE product_gtin (
  gtin TEXT NOT NULL,
  sku TEXT NOT NULL,
  pack_qty_milli INTEGER NOT NULL, -- thousandths of the base unit; 1000 where not said
  PRIMARY KEY (gtin, sku)
) STRICT, WITHOUT ROWID;
CREATE INDEX product_gtin_by_sku ON product_gtin (sku);

CREATE TABLE price (
  price_key TEXT NOT NULL PRIMARY KEY, -- JSON list: sku, location, group, currency, valid_from, promo_id
  sku TEXT NOT NULL,
  location TEXT NOT NULL,
  version INTEGER NOT NULL,
  document BLOB NOT NULL,         -- common/contract encode_price
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX price_by_sku ON price (sku);

-- Who a customer is stands elsewhere and can be erased; here is only the opaque id.
CREATE TABLE customer (
  customer TEXT NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every content that was ever put, as a record of its own.
CREATE TABLE masterdata_version (
  kind TEXT NOT NULL,             -- location | product | price
  record_key TEXT NOT NULL,
  version INTEGER NOT NULL,
  document BLOB NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (kind, record_key, version)
) STRICT, WITHOUT ROWID;
