-- What people changed about a posting that did not go through. posting.body stays what the documents say; the effective posting,
-- which is sent and shown, is the body with these laid over it in order. Append-only.
CREATE TABLE posting_correction (
  posting_no INTEGER NOT NULL,
  version INTEGER NOT NULL,        -- 1, 2, … of this posting
  correction TEXT NOT NULL,        -- JSON: posting_date, accounts, tax_codes, journal, added_lines (correction.h)
  who TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,             -- microseconds since 1970, UTC
  PRIMARY KEY (posting_no, version)
) STRICT, WITHOUT ROWID;
