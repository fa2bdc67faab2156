-- Postings by status, kept with posting_total, so that nobody adds all of it up to say how many wait.
CREATE TABLE posting_count (
  status TEXT NOT NULL PRIMARY KEY,
  postings INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO posting_count (status, postings) SELECT status, sum(postings) FROM posting_total GROUP BY status;
-- What people look for in the queue. A posting that goes through is never in it.
CREATE INDEX posting_trouble ON posting (status) WHERE status IN ('retrying', 'unknown', 'refused', 'held', 'skipped');
