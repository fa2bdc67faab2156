-- What the reference ERP has booked. One row per accepted posting; balances are kept beside it in the same transaction.
CREATE TABLE document (
  number INTEGER PRIMARY KEY,
  idempotency_key TEXT NOT NULL UNIQUE,
  body_hash BLOB NOT NULL,
  kind TEXT NOT NULL,
  location TEXT NOT NULL,
  business_date TEXT NOT NULL,
  currency TEXT NOT NULL,
  documents INTEGER NOT NULL,
  gross_minor INTEGER NOT NULL,
  units_milli INTEGER NOT NULL,
  correlation_id TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE account_balance (
  location TEXT NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  debit_minor INTEGER NOT NULL,
  credit_minor INTEGER NOT NULL,
  PRIMARY KEY (location, account, currency)
) STRICT, WITHOUT ROWID;
CREATE TABLE stock_balance (
  location TEXT NOT NULL,
  sku TEXT NOT NULL,
  qty_milli INTEGER NOT NULL,
  PRIMARY KEY (location, sku)
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
  sku TEXT PRIMARY KEY,
  blocked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
