-- What completeness and comparison need, per location, business date and till; added to with each document.
CREATE TABLE till_day (
  business_date INTEGER NOT NULL,  -- days since 1970-01-01, as all dates here
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  documents INTEGER NOT NULL,      -- of every type
  traded INTEGER NOT NULL,         -- of the POS, closes left out
  numbered INTEGER NOT NULL,       -- of the POS: with a sequence number
  unnumbered INTEGER NOT NULL,     -- and without
  doubled INTEGER NOT NULL,        -- whose number another document of the till bears
  closes INTEGER NOT NULL,
  first_sequence INTEGER,
  last_sequence INTEGER,
  findings INTEGER NOT NULL,       -- missing numbers and differing figures when it was last checked
  PRIMARY KEY (business_date, location, till)
) STRICT, WITHOUT ROWID;
CREATE INDEX till_day_findings ON till_day (location, till) WHERE findings > 0;

-- Sales positive, returns negative, voids the opposite of what they take back. Minor units; units in thousandths.
CREATE TABLE till_day_total (
  business_date INTEGER NOT NULL,
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  type TEXT NOT NULL,              -- sale | return | void | no_sale | till_event | training | close | stock_movement | other
  currency TEXT NOT NULL,          -- '' = documents without money
  documents INTEGER NOT NULL,
  net_minor INTEGER NOT NULL,
  tax_minor INTEGER NOT NULL,
  gross_minor INTEGER NOT NULL,
  rounding_minor INTEGER NOT NULL,
  discounts_minor INTEGER NOT NULL,
  units_milli INTEGER NOT NULL,
  PRIMARY KEY (business_date, location, till, type, currency)
) STRICT, WITHOUT ROWID;

-- Parts of the money: per tax code, per tender.
CREATE TABLE till_day_part (
  business_date INTEGER NOT NULL,
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  what TEXT NOT NULL,              -- tax | tender | foreign | foreign_taken
  label TEXT NOT NULL,             -- tax code, tender type
  currency TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  PRIMARY KEY (business_date, location, till, what, label, currency)
) STRICT, WITHOUT ROWID;

-- Which events are of the day: one row per micro-batch, so that a day is found without an index over all documents.
CREATE TABLE till_day_events (
  business_date INTEGER NOT NULL,
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  first_event_no INTEGER NOT NULL,
  event_nos BLOB NOT NULL,         -- till_day.h pack_event_nos
  PRIMARY KEY (business_date, location, till, first_event_no)
) STRICT, WITHOUT ROWID;

-- The closes of a day; what they say stands in the event log.
CREATE TABLE till_close (
  business_date INTEGER NOT NULL,
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  event_no INTEGER NOT NULL,
  PRIMARY KEY (business_date, location, till, event_no)
) STRICT, WITHOUT ROWID;

-- The sequence numbers that were seen of a till, across days; disjoint and not adjacent.
CREATE TABLE till_sequence (
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (location, till, first)
) STRICT, WITHOUT ROWID;

-- A day that was closed. A day that never was has no row.
CREATE TABLE business_day (
  location TEXT NOT NULL,
  business_date INTEGER NOT NULL,
  state TEXT NOT NULL,             -- closed | reopened
  is_locked INTEGER NOT NULL,      -- 1: its period takes no postings. A document that comes late reopens the day, a person its period
  certificate_no INTEGER NOT NULL, -- the newest
  changed_at INTEGER NOT NULL,     -- microseconds since 1970, UTC, as all instants here
  PRIMARY KEY (location, business_date)
) STRICT, WITHOUT ROWID;

CREATE INDEX business_day_by_date ON business_day (business_date);

-- Each step that led there. Append-only.
CREATE TABLE business_day_step (
  step_no INTEGER PRIMARY KEY,
  location TEXT NOT NULL,
  business_date INTEGER NOT NULL,
  state TEXT NOT NULL,
  is_locked INTEGER NOT NULL,
  is_forced INTEGER NOT NULL,      -- 1: closed although something was missing
  who TEXT NOT NULL,               -- a user, or 'hub'
  reason TEXT NOT NULL,
  certificate_no INTEGER NOT NULL, -- of a close: issued by it; else the one that it takes its validity from
  event_no INTEGER,                -- of the document that came late
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX business_day_step_by_day ON business_day_step (location, business_date);

-- Certificates as they were issued. Never changed: the next one of a day supersedes it.
CREATE TABLE close_certificate (
  certificate_no INTEGER PRIMARY KEY,
  location TEXT NOT NULL,
  business_date INTEGER NOT NULL,
  body TEXT NOT NULL,              -- canonical JSON: exactly what is signed
  signature BLOB NOT NULL,         -- Ed25519, 64 bytes
  public_key BLOB NOT NULL,        -- 32 bytes
  issued_at INTEGER NOT NULL
) STRICT;
CREATE INDEX close_certificate_by_day ON close_certificate (location, business_date);

-- Tills of which the hub has said that their close is missing; so that it says so once.
CREATE TABLE close_missing (
  business_date INTEGER NOT NULL,
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  said_at INTEGER NOT NULL,
  PRIMARY KEY (business_date, location, till)
) STRICT, WITHOUT ROWID;

-- The newest comparison of stock on hand with the ERP, per location, and its differences.
CREATE TABLE stock_comparison (
  location TEXT NOT NULL PRIMARY KEY,
  compared_at INTEGER NOT NULL,
  erp_as_of INTEGER NOT NULL,
  items INTEGER NOT NULL,          -- SKUs that either side has
  differing INTEGER NOT NULL,
  excess_milli INTEGER NOT NULL,   -- what the hub has more than the ERP, summed over SKUs
  shortage_milli INTEGER NOT NULL  -- and less
) STRICT, WITHOUT ROWID;
CREATE TABLE stock_comparison_difference (
  location TEXT NOT NULL,
  sku TEXT NOT NULL,
  hub_milli INTEGER,               -- NULL: the hub does not know it
  erp_milli INTEGER,               -- NULL: the ERP does not know it
  PRIMARY KEY (location, sku)
) STRICT, WITHOUT ROWID;
