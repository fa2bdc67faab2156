-- The ordering key is of a document and what depends on it; the lane (location/till) is what takes its turn, so that no till starves.
ALTER TABLE posting ADD COLUMN lane TEXT NOT NULL DEFAULT '';
UPDATE posting SET lane = ordering_key;
CREATE INDEX posting_waiting ON posting (lane, posting_no) WHERE status IN ('queued', 'retrying', 'unknown');
CREATE INDEX posting_oldest ON posting (posting_no) WHERE is_open = 1;
