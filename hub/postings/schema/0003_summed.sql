-- Where postings are summed: each document's posting is collected, and is part of a summed one once that is made.
ALTER TABLE posting ADD COLUMN summed_no INTEGER;  -- posting_no of the summed posting that it is part of
CREATE INDEX posting_collected ON posting (location, business_date, currency, posting_no) WHERE status = 'collected';
CREATE INDEX posting_part ON posting (summed_no) WHERE summed_no IS NOT NULL;

-- Which batch of a location's day a summed posting is; its documents never change.
CREATE TABLE posting_sum (
  posting_no INTEGER PRIMARY KEY,
  location TEXT NOT NULL,
  business_date INTEGER NOT NULL,  -- days since 1970-01-01
  currency TEXT NOT NULL,
  batch_no INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  UNIQUE (location, business_date, currency, batch_no)
) STRICT;
