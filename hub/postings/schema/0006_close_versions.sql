-- Closes that bear a business date, so that what a revised one is posted by is known (close_versions.h). What they say stands in the event log.
CREATE TABLE close_version (
  location TEXT NOT NULL,
  till TEXT NOT NULL,
  business_date INTEGER NOT NULL,  -- days since 1970-01-01
  event_no INTEGER NOT NULL,
  document_no TEXT NOT NULL,
  z_no TEXT NOT NULL,
  supersedes TEXT NOT NULL,
  revision INTEGER NOT NULL,
  is_waiting INTEGER NOT NULL,     -- 1: revises one that has not come
  PRIMARY KEY (location, till, business_date, event_no)
) STRICT, WITHOUT ROWID;
