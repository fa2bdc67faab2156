-- Those that somebody works on: few, and counted once a second while somebody looks at the live view.
CREATE INDEX IF NOT EXISTS exception_case_assigned ON exception_case (assignee) WHERE status = 'open' AND assignee <> '';
