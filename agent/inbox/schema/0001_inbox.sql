-- The agent's queue from the hub. The newest item of a kind and key replaces the older one, so the table is also the look-up
-- for products and prices.
CREATE TABLE inbox (
  no INTEGER PRIMARY KEY,            -- the hub's number, dense per agent
  kind TEXT NOT NULL,                -- 'product/1', 'price/1', …
  key TEXT NOT NULL,                 -- '' = replaces nothing
  payload BLOB NOT NULL
) STRICT;
CREATE INDEX inbox_by_key ON inbox (kind, key);

-- A pack's GTIN finds its SKU.
CREATE TABLE inbox_gtin (
  gtin TEXT PRIMARY KEY,
  sku TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_gtin_by_sku ON inbox_gtin (sku);

CREATE TABLE inbox_consumer (
  consumer TEXT PRIMARY KEY,         -- a till
  acked_no INTEGER NOT NULL,
  seen_at INTEGER NOT NULL           -- microseconds since 1970, UTC
) STRICT, WITHOUT ROWID;
