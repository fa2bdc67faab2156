-- What is on hand, one row per location, SKU, state, owner and lot. Always the sum of the row's entries.
CREATE TABLE stock_balance (
  balance_no INTEGER PRIMARY KEY,
  location TEXT NOT NULL,
  sku TEXT NOT NULL,
  state TEXT NOT NULL,             -- sellable | damaged | quarantine | destroyed; others as they came
  owner TEXT NOT NULL,             -- '' = own stock; else whose consignment it is
  lot TEXT NOT NULL,               -- '' = not assigned to a lot
  on_hand_milli INTEGER NOT NULL,  -- thousandths of the SKU's base unit
  entries INTEGER NOT NULL,
  last_entry_no INTEGER NOT NULL,  -- head of the chain of entries; 0 = none
  latest_at INTEGER NOT NULL,      -- highest occurred_at of its entries
  counted_at INTEGER,              -- on the row of lot '': the latest count of all lots together
  counted_milli INTEGER,
  count_id TEXT,
  UNIQUE (location, sku, state, owner, lot)
) STRICT;
CREATE INDEX stock_balance_by_sku ON stock_balance (sku);

-- Append-only. Entries of one balance form a chain, newest first; latest_at bounds what can lie behind, so that a count finds
-- the movements after it without an index.
CREATE TABLE stock_entry (
  entry_no INTEGER PRIMARY KEY,    -- event_no × 4,194,304 + position in the event
  balance_no INTEGER NOT NULL,
  change_milli INTEGER NOT NULL,
  occurred_at INTEGER NOT NULL,    -- microseconds since 1970, UTC, as all instants here
  movement TEXT NOT NULL,          -- sale | return | receipt | … | void | count | count_correction
  line_no INTEGER NOT NULL,
  unit_cost_micro INTEGER NOT NULL,
  previous_entry_no INTEGER NOT NULL,  -- of the same balance; 0 = none
  latest_at INTEGER NOT NULL       -- highest occurred_at of this entry and all before it in the chain
) STRICT;

-- Lines of counts, also of those that are not final yet: areas of one count are summed.
CREATE TABLE stock_count (
  location TEXT NOT NULL,
  count_id TEXT NOT NULL,
  is_full INTEGER NOT NULL,        -- 1: SKUs that it does not name are counted as none
  final_event_no INTEGER,          -- NULL: it has taken no effect yet
  final_at INTEGER,
  PRIMARY KEY (location, count_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE stock_count_line (
  location TEXT NOT NULL,
  count_id TEXT NOT NULL,
  event_no INTEGER NOT NULL,
  position INTEGER NOT NULL,
  area TEXT NOT NULL,
  sku TEXT NOT NULL,
  state TEXT NOT NULL,
  owner TEXT NOT NULL,
  lot TEXT NOT NULL,
  has_lots INTEGER NOT NULL,
  qty_milli INTEGER NOT NULL,
  counted_at INTEGER NOT NULL,
  PRIMARY KEY (location, count_id, event_no, position)
) STRICT, WITHOUT ROWID;

-- The latest full count of a location, per state and owner that it named: it also counted what has no balance yet.
CREATE TABLE stock_full_count (
  location TEXT NOT NULL,
  state TEXT NOT NULL,
  owner TEXT NOT NULL,
  counted_at INTEGER NOT NULL,
  count_id TEXT NOT NULL,
  PRIMARY KEY (location, state, owner)
) STRICT, WITHOUT ROWID;

-- What left one location and has not all arrived at the other.
CREATE TABLE stock_in_transit (
  transfer_no TEXT NOT NULL,
  sku TEXT NOT NULL,
  from_location TEXT NOT NULL,     -- '' until known
  to_location TEXT NOT NULL,
  sent_milli INTEGER NOT NULL,
  received_milli INTEGER NOT NULL,
  first_at INTEGER NOT NULL,       -- hub's clock
  last_at INTEGER NOT NULL,
  PRIMARY KEY (transfer_no, sku)
) STRICT, WITHOUT ROWID;

-- Voids and reversals: which have taken effect, and which wait for their original. A void that does not name the contract of
-- its original waits for both.
CREATE TABLE stock_reversal (
  event_no INTEGER NOT NULL,       -- of the void
  original_event_id BLOB NOT NULL,
  event_id BLOB NOT NULL,          -- of the void
  occurred_at INTEGER NOT NULL,    -- at which its stock is booked
  state TEXT NOT NULL,             -- waiting | applied | other (the other candidate came)
  PRIMARY KEY (event_no, original_event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stock_reversal_by_original ON stock_reversal (original_event_id);
