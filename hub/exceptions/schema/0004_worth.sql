-- What the document or posting that it is about is worth, kept with the case so that a cause is summed without reading its documents.
ALTER TABLE exception_case ADD COLUMN worth_minor INTEGER;  -- gross, without sign; NULL: it is about no money, or nobody knows how much
ALTER TABLE exception_case ADD COLUMN worth_currency TEXT NOT NULL DEFAULT '';
CREATE INDEX exception_case_any_due ON exception_case (due_at);
CREATE INDEX exception_case_open_location ON exception_case (location) WHERE status = 'open';
-- Everything that causes are added up from, in the order in which they are grouped.
CREATE INDEX exception_case_groups ON exception_case (code, cause_key, worth_currency, location, owner, assignee, due_at, raised_at, occurrences, worth_minor)
  WHERE status = 'open';
