-- What a trace and the overview ask for: exceptions about one document; open ones by due time. Both are small beside the event log.
CREATE INDEX IF NOT EXISTS exception_case_event ON exception_case (event_no) WHERE event_no IS NOT NULL;
CREATE INDEX IF NOT EXISTS exception_case_due ON exception_case (due_at, exception_no) WHERE status = 'open';
